"""HTML as a tree that is written back byte for byte."""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>|[^<]+")
_ATTRIBUTE_NAME = re.compile(r'([\w:-]+)(?:="[^"]*")?')
_CLASS = re.compile(r' class="([\w-]+)')
_ROW = re.compile(r"^<.* data-row[ >]")
_VOID = {"br", "hr", "img", "input", "meta", "link"}


@dataclass
class Node:
    """An element, or a text when `tag` is empty; `opening` is then the text."""

    tag: str
    opening: str
    children: list["Node"] = field(default_factory=list)
    closing: str = ""

    @property
    def is_row(self) -> bool:
        return bool(_ROW.search(self.opening))

    @property
    def kind(self) -> tuple[str, ...]:
        """What must be alike for two nodes to be the same thing with other values."""
        if not self.tag:
            return ("", "" if self.opening.strip() else self.opening)
        first_class = _CLASS.search(self.opening)
        names = _ATTRIBUTE_NAME.findall(self.opening[len(self.tag) + 1 : -1])
        return (self.tag, first_class[1] if first_class else "", *names)

    def html(self) -> str:
        return self.opening + "".join(child.html() for child in self.children) + self.closing


def parse(html: str) -> Node:
    """Return a nameless element with the nodes of `html`."""
    root = Node("", "")
    path = [root]
    for token in _TOKEN.finditer(html):
        end, tag, attributes = token.groups()
        if tag is None or tag in _VOID or attributes.endswith("/"):
            path[-1].children.append(Node(tag or "", token[0]))
        elif end:
            path.pop().closing = token[0]
        else:
            element = Node(tag, token[0])
            path[-1].children.append(element)
            path.append(element)
    if len(path) != 1 or root.html() != html:
        raise ValueError("the markup is not what this reader can read")
    return root
