"""Which sentences of a package have no words in a language."""

import gettext
import io
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.utils.translation import trans_real

from panels.testing.translations import untranslated

ROWS = ("%(number)s row", "%(number)s rows")


def install(monkeypatch: pytest.MonkeyPatch, *forms: str) -> None:
    """Let Arabic, which has six forms of a plural, have these words for `ROWS`, and no others."""
    compiled = io.BytesIO()
    write_mo(compiled, Catalog(locale="ar"))
    compiled.seek(0)
    made: Any = gettext.GNUTranslations(compiled)
    # As msgfmt leaves them: a form without words is empty.
    made._catalog |= {(ROWS[0], number): form for number, form in enumerate(forms)}
    made._catalog = trans_real.TranslationCatalog(made)
    monkeypatch.setattr(trans_real, "translation", lambda language: made)


@pytest.mark.parametrize(
    ("forms", "missing"),
    [(("a", "b", "c", "d", "e", "f"), 0), (("a", "b", "c", "", "e", "f"), 1), (("a", "b", "", "", "", ""), 1)],
)
def test_a_plural_needs_every_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forms: tuple[str, ...], missing: int
) -> None:
    install(monkeypatch, *forms)
    page = tmp_path / "panel.py"
    page.write_text(f"ngettext({ROWS[0]!r}, {ROWS[1]!r}, 2)\n_({ROWS[0]!r})")
    assert untranslated([page], "ar") == ["“%(number)s row” (panel.py)"] * missing


def test_what_nobody_translated_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, *"abcdef")
    page = tmp_path / "panel.html"
    page.write_text(
        "{% load i18n %}{% translate 'Points' %}"
        "{% blocktranslate count n=2 %}1 a{% plural %}{{ n }} a{% endblocktranslate %}"
    )
    assert untranslated([page], "ar") == ["“Points” (panel.html)", "“1 a” (panel.html)"]
