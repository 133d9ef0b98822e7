"""Containment: what goes wrong in a plugin stays in its place. See docs/panels/containment.md.

It contains accidents. A plugin is trusted code that runs in our processes, and none of this is a security boundary.
"""

from panels.containment.calls import call_plugin, try_plugin
from panels.containment.rendering import RenderFailed, render_contained, render_part_contained

__all__ = ["RenderFailed", "call_plugin", "render_contained", "render_part_contained", "try_plugin"]
