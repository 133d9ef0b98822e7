"""The components of panel templates, by theme. Authors load all of them by `{% load panels %}`.

A component is a tag, a block or a filter with a docstring, and a sentence for each of its arguments. From
these the gallery of the simulator and docs/panels/components.md are written.
"""
