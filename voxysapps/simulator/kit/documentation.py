"""docs/panels/components.md, written from what the components say of themselves."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from panels.kit.registry import Component
from voxysapps.simulator.kit.entries import Entry, groups

PATH: Path = settings.BASE_DIR / "docs/panels/components.md"
_OPENING = """\
# Components

What a panel's template has after `{% load panels %}`: tags, blocks and filters that look native in the host, in every
theme, direction and width, and that escape what they are given. No class of the stylesheet has to be known. `{% url %}`
and forms that are sent elsewhere are not among them: the platform shows no HTML that would take the frame away.

The simulator draws all of them live: `make run`, then *Components* in its bar, or `/simulator/kit/`.

An argument without a default must be given. A block or field whose content is empty is not drawn, so that no
`{% if %}` is needed around it. This page is written by `manage.py write_component_docs`.
"""


def write_documentation() -> str:
    """Return the whole page in Markdown."""
    parts = [_OPENING]
    for group in groups():
        parts.append(f"## {group.title}\n")
        for entry in group.entries:
            parts += _entry(entry)
    return "\n".join(parts)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"### {_name(entry.component)}\n"
    yield from _description(entry.component)
    for inner in entry.inner:
        yield f"#### {_name(inner)}, inside `{inner.inside}`\n"
        yield from _description(inner)
    yield f"```django\n{entry.source}\n```\n"


def _description(component: Component) -> Iterator[str]:
    yield f"{component.summary}\n"
    if component.parts:
        yield f"Divided by {' and '.join(f'`{{% {part} %}}`' for part in component.parts)}.\n"
    if component.arguments:
        yield "| argument | default | what it is |\n|---|---|---|"
        for argument in component.arguments:
            default = f"`{argument.default}`" if argument.default else ""
            yield f"| `{argument.name}` | {default} | {argument.says.replace('|', chr(92) + '|')} |"
        yield ""


def _name(component: Component) -> str:
    written = {
        "tag": f"{{% {component.name} %}}",
        "block": f"{{% {component.name} %}}…{{% end{component.name} %}}",
        "filter": f"{{{{ …|{component.name} }}}}",
    }
    return f"`{written[component.kind]}`"
