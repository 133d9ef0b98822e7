"""The gallery's entries: every component of `{% load panels %}`, with the template that shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from panels.kit.registry import Component
from panels.templatetags.panels import KITS

EXAMPLES = "simulator/kit/examples"
# What every example begins with, and every template of a panel.
_LOADING = "{% load panels %}\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """A component, those that belong inside of it, and its example: the source, without the line that loads."""

    component: Component
    inner: tuple[Component, ...]
    source: str

    @property
    def template(self) -> str:
        return f"{EXAMPLES}/{self.component.name}.html"


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one theme."""

    title: str
    entries: tuple[Entry, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Return all entries by theme. A component without an example has none; a test tells of it."""
    inner = [component for kit in KITS for component in kit if component.inside]
    return tuple(
        Group(
            kit.title,
            tuple(
                Entry(one, tuple(other for other in inner if other.inside == one.name), source)
                for one in kit
                if not one.inside and (source := _source(one.name)) is not None
            ),
        )
        for kit in KITS
    )


def entries() -> Iterator[Entry]:
    """Yield all entries, theme by theme."""
    for group in groups():
        yield from group.entries


def find_entry(name: str) -> Entry | None:
    """Return the entry of the component with the name."""
    return next((entry for entry in entries() if entry.component.name == name), None)


def _source(name: str) -> str | None:
    try:
        template = get_template(f"{EXAMPLES}/{name}.html")
    except TemplateDoesNotExist:
        return None
    source: str = template.template.source  # type: ignore[attr-defined]  # Django's own engine
    return source.removeprefix(_LOADING).rstrip("\n")
