"""Attributes of all the wrong kinds."""

from typing import Any, ClassVar

from panels.api import Panel


class Hostile(Panel):
    slug = "hostile-attributes"
    title: ClassVar[Any] = 5
    parts: ClassVar[Any] = ["no", "mapping"]
    fresh_for: ClassVar[Any] = "soon"
    skeleton_lines: ClassVar[Any] = -1

    @property
    def template(self) -> str:
        raise OSError("no template today")
