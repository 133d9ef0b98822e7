"""The documentation's pages as the tests read them."""

import re
from dataclasses import dataclass
from pathlib import Path

from voxysapps.embedded.files import BASE_DIR

DOCS = BASE_DIR / "docs"
IMAGES = DOCS / "images"

# A bold name of a file, and right below it the file.
_FILE = re.compile(r"^\*\*`(?P<path>[^`]+)`\*\*\n\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)]+)\)")


@dataclass(frozen=True)
class Picture:
    """A picture that a page shows."""

    page: Path
    alt: str
    path: Path


def pages() -> list[Path]:
    """Return every Markdown file that readers come across."""
    built = DOCS / "_build"
    return [BASE_DIR / "README.md", *(path for path in sorted(DOCS.rglob("*.md")) if built not in path.parents)]


def pictures() -> list[Picture]:
    return [
        Picture(page, found["alt"], (page.parent / found["path"]).resolve())
        for page in pages()
        for found in _IMAGE.finditer(page.read_text(encoding="utf-8"))
    ]


def write_files(page: str, folder: Path) -> list[str]:
    """Write the files that a page of docs/panels has a reader write, word for word; return their names."""
    text = (DOCS / "panels" / page).read_text(encoding="utf-8")
    names = []
    for found in _FILE.finditer(text):
        path = folder / found["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found["text"], encoding="utf-8")
        names.append(found["path"])
    return names
