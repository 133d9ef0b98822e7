"""Registering components so that template engine, gallery and documentation know the same of them."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from django.template import Library

from panels.kit.blocks import parted_block

Kind = Literal["tag", "block", "filter"]
Function = TypeVar("Function", bound=Callable[..., Any])
# What the engine hands over, not the author.
_GIVEN = ("context", "content")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a component. `default` is None for one that must be given, else its literal."""

    name: str
    says: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """What an author has to know of a tag, block or filter.

    `parts` are the tags that divide a block; `inside` names the block it belongs into.
    """

    name: str
    kind: Kind
    summary: str
    arguments: tuple[Argument, ...]
    parts: tuple[str, ...] = ()
    inside: str = ""


class Kit:
    """The components of one theme. Registers functions as `django.template.Library` does, and describes them.

    Every argument is `Annotated` with what it says; `**kwargs` are described like the others.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.library = Library()
        self._components: dict[str, Component] = {}

    def __iter__(self) -> Iterator[Component]:
        return iter(self._components.values())

    def tag(self, *, name: str | None = None, inside: str = "") -> Callable[[Function], Function]:
        """Register a tag: `{% name … %}`."""

        def register(function: Function) -> Function:
            self._describe(function, "tag", name, inside=inside)
            return self.library.simple_tag(takes_context=_takes_context(function), name=name)(function)

        return register

    def block(self, *, name: str | None = None, inside: str = "") -> Callable[[Function], Function]:
        """Register a block: `{% name … %}…{% endname %}`; the function's `content` is what stands inside."""

        def register(function: Function) -> Function:
            self._describe(function, "block", name, inside=inside)
            return self.library.simple_block_tag(takes_context=_takes_context(function), name=name)(function)

        return register

    def parted(self, *parts: str, name: str | None = None, inside: str = "") -> Callable[[Function], Function]:
        """Register a block with tags that divide it; the function has an argument named after each part.

        What stands before the first of them is `content`; a part that is not there is None.
        """

        def register(function: Function) -> Function:
            component = self._describe(function, "block", name, parts, inside)
            given = (*(_GIVEN if _takes_context(function) else _GIVEN[1:]), *parts)
            self.library.tag(component.name, parted_block(function, component.name, parts, given))
            return function

        return register

    def filter(self, *, name: str | None = None) -> Callable[[Function], Function]:
        """Register a filter: `{{ value|name }}`."""

        def register(function: Function) -> Function:
            component = self._describe(function, "filter", name)
            self.library.filter(component.name, function)
            return function

        return register

    def _describe(
        self, function: Callable[..., Any], kind: Kind, name: str | None, parts: tuple[str, ...] = (), inside: str = ""
    ) -> Component:
        name = name or function.__name__
        arguments = tuple(_arguments(function, without=(*_GIVEN, *parts)))
        component = Component(name, kind, inspect.getdoc(function) or "", arguments, parts, inside)
        self._components[name] = component
        return component


def merge(kits: Iterable[Kit]) -> Library:
    """Return one library of all the kits' tags and filters."""
    library = Library()
    for kit in kits:
        library.tags.update(kit.library.tags)
        library.filters.update(kit.library.filters)
    return library


def _takes_context(function: Callable[..., Any]) -> bool:
    return "context" in inspect.signature(function).parameters


def _arguments(function: Callable[..., Any], *, without: tuple[str, ...]) -> Iterator[Argument]:
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if name in without:
            continue
        hint = hints.get(name)
        says = get_args(hint)[1] if get_origin(hint) is Annotated else ""
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            yield Argument(f"**{name}", says, "")
        else:
            is_needed = parameter.default is inspect.Parameter.empty
            yield Argument(name, says, None if is_needed else _literal(parameter.default))


def _literal(default: object) -> str:
    """Return the default as a template writes it."""
    return f'"{default}"' if isinstance(default, str) else str(default)
