"""How the documentation site is made (`make docs`). The pages are plain Markdown and readable without it."""

import inspect
import os
import re
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import django
from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

# The reference is read off the code, and our code wants its settings; nothing is asked and nothing is kept.
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "voxysapps.settings",
    "SECRET_KEY": "for the documentation only",
    "DATABASE_URL": "sqlite://:memory:",
    "REDIS_URL": "",
    "RUN_DIR": str(DOCS / "_build" / "run"),
}
django.setup()

project = "Voxys dashboard apps"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
language = "en"
# Shortened code on a page says so by an ellipsis, which no language has.
suppress_warnings = ["misc.highlighting_failure"]

# Markdown: every heading can be linked to, as on a code host.
myst_heading_anchors = 3

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False

add_module_names = False
autodoc_default_options = {"members": True, "undoc-members": True, "exclude-members": "SENSITIVE, ORDER"}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"


# Code in single backticks, as in our docstrings. reStructuredText wants two, and a mark before an ending (`Record`s).
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


def read_backticks_as_code(
    app: Sphinx, what: str, name: str, thing: Any, options: dict[str, bool], lines: list[str]
) -> None:
    """Let docstrings name code as Markdown does."""
    lines[:] = CODE.sub(r"``\1``\\ ", "\n".join(lines)).split("\n")


def say_what_a_word_shows(
    app: Sphinx, what: str, name: str, thing: Any, options: dict[str, bool], lines: list[str]
) -> None:
    """Put the label and the tone of each word of a vocabulary into its docstring, as agents see them."""
    from panels.api import Word  # noqa: PLC0415 -- after django.setup()

    if what == "class" and inspect.isclass(thing) and issubclass(thing, Word) and issubclass(thing, Enum):
        words = list(thing)
        if words:
            lines += ["", *(f"- ``{word.name}``: {word.label} ({word.tone})" for word in words), ""]


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", read_backticks_as_code)
    app.connect("autodoc-process-docstring", say_what_a_word_shows)
