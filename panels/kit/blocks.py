"""Block tags that are divided by further tags, as `{% if %}` is by `{% else %}`."""

from collections.abc import Callable, Sequence
from inspect import getfullargspec
from typing import Any

from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.template.library import parse_bits
from django.utils.html import conditional_escape


def parted_block(
    function: Callable[..., str], name: str, parts: Sequence[str], given: Sequence[str]
) -> Callable[[Parser, Token], Node]:
    """Return what compiles `{% name … %} content {% part %} … {% endname %}` into a call of the function.

    `given` are the names of the arguments that do not come from the author: context, content and parts.
    Parts come in their order; each may be left out.
    """
    spec = getfullargspec(function)
    params = [param for param in spec.args if param not in given]
    end = f"end{name}"

    def compile_tag(parser: Parser, token: Token) -> Node:
        bits = token.split_contents()[1:]
        # The stubs do not know of `takes_context`, which is false here: `params` has no context.
        args, kwargs = parse_bits(  # type: ignore[call-arg]
            parser, bits, params, spec.varargs, spec.varkw, spec.defaults, spec.kwonlyargs, spec.kwonlydefaults or {},
            False, name,  # type: ignore[arg-type]
        )  # fmt: skip
        contents, current, left = {}, "content", list(parts)
        while True:
            contents[current] = parser.parse((*left, end))
            current = parser.next_token().contents.split()[0]
            if current == end:
                break
            left = left[left.index(current) + 1 :]
        return _PartedBlock(function, contents, tuple(parts), "context" in given, args, kwargs)

    if [param for param in spec.args if param in given] != list(given):
        raise TypeError(f"{name!r} must begin with the arguments {', '.join(given)}")
    return compile_tag


class _PartedBlock(Node):
    def __init__(
        self,
        function: Callable[..., str],
        contents: dict[str, NodeList],
        parts: tuple[str, ...],
        takes_context: bool,
        args: list[FilterExpression],
        kwargs: dict[str, FilterExpression],
    ) -> None:
        self.function = function
        self.contents = contents
        self.parts = parts
        self.takes_context = takes_context
        self.args = args
        self.kwargs = kwargs

    def get_nodes_by_type(self, nodetype: type[Node]) -> list[Node]:
        """Return the nodes of the type inside, such as the `{% block %}`s that other templates fill."""
        inside = (node for nodes in self.contents.values() for node in nodes.get_nodes_by_type(nodetype))
        return [*([self] if isinstance(self, nodetype) else []), *inside]

    def render(self, context: Context) -> str:
        own: list[Any] = [context] if self.takes_context else []
        own += [
            self.contents[part].render(context) if part in self.contents else None for part in ("content", *self.parts)
        ]
        args = [arg.resolve(context) for arg in self.args]
        kwargs = {name: value.resolve(context) for name, value in self.kwargs.items()}
        return conditional_escape(self.function(*own, *args, **kwargs))
