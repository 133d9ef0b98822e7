import re
from pathlib import Path

import pytest

from voxysapps.embedded.files import BASE_DIR

PAGE = (BASE_DIR / "docs" / "settings.md").read_text(encoding="utf-8")
READS = re.compile(r"""(?:env\.\w+\(|env\.db_url\(|os\.environ(?:\.get\(|\[))["'](\w+)["']""")
SOURCES = [BASE_DIR / "voxysapps" / "settings.py", *sorted((BASE_DIR / "voxysapps" / "embedded").glob("*.py"))]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_variable_is_on_the_page(source: Path) -> None:
    names = set(READS.findall(source.read_text(encoding="utf-8"))) - {"DJANGO_SETTINGS_MODULE"}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []
