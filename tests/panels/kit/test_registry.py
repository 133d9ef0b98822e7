"""What the kit says of itself is true of what templates load."""

from typing import Annotated

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.template.library import import_library
from django.utils.html import format_html

from panels.kit.registry import Argument, Component, Kit
from panels.templatetags.panels import KITS

COMPONENTS = [component for kit in KITS for component in kit]


def test_all_that_is_loaded_is_described() -> None:
    library = import_library("panels.templatetags.panels")
    assert {component.name for component in COMPONENTS} == {*library.tags, *library.filters}
    assert len(COMPONENTS) == len({component.name for component in COMPONENTS}), "one name, one component"


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_every_component_and_argument_says_what_it_is(component: Component) -> None:
    assert component.summary.split("\n", 1)[0].endswith((".", "…"))
    assert [argument.name for argument in component.arguments if not argument.says] == []
    assert component.inside in {"", *(one.name for one in COMPONENTS if one.kind == "block")}


def make_kit() -> Kit:
    kit = Kit("Test")

    @kit.parted("rest", "end", name="parts")
    def parts(
        context: Context,
        content: str,
        rest: str | None,
        end: str | None,
        mark: Annotated[str, "between them"] = "-",
        **more: Annotated[str, "whatever"],
    ) -> str:
        """Parts."""
        return format_html("{1}{0}{2}{0}{3}{0}{4}{5}", mark, content, rest, end, context["who"], more or "")

    return kit


def write(source: str) -> str:
    engine = Engine()
    engine.template_libraries["kit"] = make_kit().library
    return engine.from_string("{% load kit %}" + source).render(Context({"who": "<Ada>"}))


def test_a_component_is_described_by_its_signature() -> None:
    assert list(make_kit()) == [
        Component(
            "parts",
            "block",
            "Parts.",
            (Argument("mark", "between them", '"-"'), Argument("**more", "whatever", "")),
            ("rest", "end"),
        )
    ]


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{% parts %}a{% rest %}b{% end %}c{% endparts %}", "a-b-c-&lt;Ada&gt;"),
        ("{% parts '+' %}a{% end %}c{% endparts %}", "a+None+c+&lt;Ada&gt;"),
        ("{% parts mark=who %}a{% endparts %}", "a&lt;Ada&gt;None&lt;Ada&gt;None&lt;Ada&gt;&lt;Ada&gt;"),
        ("{% parts x='1' %}{% endparts %}", "-None-None-&lt;Ada&gt;{&#x27;x&#x27;: &#x27;1&#x27;}"),
        ("{% parts %}a{% rest %}{% parts %}b{% rest %}c{% endparts %}{% endparts %}", None),
    ],
)
def test_parts_of_a_block(source: str, written: str | None) -> None:
    nested = "a-b-c-None-&lt;Ada&gt;-None-&lt;Ada&gt;"
    assert write(source) == (nested if written is None else written)


@pytest.mark.parametrize(
    "source",
    [
        "{% parts %}a{% end %}b{% rest %}c{% endparts %}",
        "{% parts %}a{% rest %}b{% rest %}c{% endparts %}",
        "{% parts %}a",
        "{% parts content='x' '-' %}{% endparts %}",
    ],
)
def test_wrong_parts_are_an_error_of_the_template(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        write(source)


def test_what_the_engine_gives_comes_first() -> None:
    kit = Kit("Test")
    with pytest.raises(TypeError, match="must begin with"):

        @kit.parted("rest")
        def wrong(rest: str | None, content: str) -> str:
            """Wrong."""
            return f"{rest}{content}"
