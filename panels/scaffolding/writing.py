"""Writes a new package from the files in `panel/` or `connector/`.

Their names end in "-tpl", so that no tool takes them for our own. `$slug` and the other fields of `Names` in their
text, and `__slug__` in their paths, are replaced; `$api` is the version of the panel API.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from string import Template

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from panels.base import API_VERSION
from panels.scaffolding.names import Names

_SUFFIX = "-tpl"


class AlreadyThere(Exception):
    """There is something in the place of the new package; nothing was written."""


def write_package(names: Names, directory: Path) -> list[Path]:
    """Write the package into a new folder of its slug in `directory`; return its files, relative to that folder.

    Raises `AlreadyThere`, and OSError where the folder cannot be written.
    """
    root = directory / names.slug
    try:
        root.mkdir(parents=True)
    except FileExistsError:
        raise AlreadyThere(f"{root} exists already. Choose another name or another --directory.") from None
    written: list[Path] = []
    for path, text in _files(names):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(path)
        if path.suffix == ".po":
            _compile(target)
            written.append(path.with_suffix(".mo"))
    return sorted(written)


def _files(names: Names) -> Iterator[tuple[Path, str]]:
    """Yield the package's files and their texts."""
    source = Path(__file__).parent / names.kind
    values = {**asdict(names), "api": API_VERSION}
    for template in sorted(source.rglob(f"*{_SUFFIX}")):
        path = template.relative_to(source).as_posix().removesuffix(_SUFFIX)
        for name, value in values.items():
            path = path.replace(f"__{name}__", value)
        yield Path(path), Template(template.read_text(encoding="utf-8")).substitute(values)


def _compile(path: Path) -> None:
    with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(source))
