"""The catalogues: complete, in step with the sources, and compiled as they are written."""

import gettext
import io
import re
from pathlib import Path
from typing import IO, Any, cast

import pytest
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import LazySettings, settings
from django.test import Client

from panels import registry
from panels.testing.translations import messages_of
from tests.factories import make_account, make_app
from tests.support.contexts import context_body

LOCALE = settings.BASE_DIR / "voxysapps/locale"
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
FOLDERS = [settings.BASE_DIR / name for name in ("panels", "tenants", "templates", "voxysapps")]
# A stand-in for the host, with the host's words.
ELSEWHERE = settings.BASE_DIR / "voxysapps/simulator"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")
Key = tuple[str | None, str | tuple[str, ...]]


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(catalog: Catalog) -> dict[Key, Message]:
    return {(message.context, _id(message.id)): message for message in catalog if message.id}


def _id(id_: Any) -> str | tuple[str, ...]:
    return id_ if isinstance(id_, str) else tuple(id_)


def messages_of_the_sources() -> set[Key]:
    files = [path for folder in FOLDERS for path in folder.rglob("*") if ELSEWHERE not in path.parents]
    return {key for path in files for key in messages_of(path)}


def forms_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_the_messages_of_the_sources(language: str) -> None:
    written, found = set(messages(catalogue(language))), messages_of_the_sources()
    assert len(found) > 250
    assert sorted(map(str, found - written)) == []
    assert sorted(map(str, written - found)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    catalog = catalogue(language)
    assert not catalog.obsolete
    for message in messages(catalog).values():
        forms = forms_of(message)
        assert all(form.strip() for form in forms), message.id
        assert len(forms) == (catalog.num_plurals if message.pluralizable else 1), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_messages(language: str) -> None:
    for message in messages(catalogue(language)).values():
        if not message.pluralizable:
            assert placeholders(cast("str", message.string)) == placeholders(cast("str", message.id)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_tell_how_many(language: str) -> None:
    catalog = catalogue(language)
    form_of = gettext.c2py(catalog.plural_expr)
    numbers = [form_of(number) for number in range(1_000)]
    for message in messages(catalog).values():
        if message.pluralizable:
            wanted = placeholders(message.id[1])
            for form, text in enumerate(forms_of(message)):
                # "A day" and "two days" need no figure.
                missing = 1 if numbers.count(form) == 1 else 0
                assert placeholders(text) <= wanted, text
                assert len(wanted - placeholders(text)) <= missing, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_djangos(language: str) -> None:
    """Django merges the catalogues of a language only where they count alike."""
    form_of = gettext.c2py(catalogue(language).plural_expr)
    expected = {"de": [1, 0, 1, 1, 1, 1], "ar": [0, 1, 2, 3, 4, 5]}[language]
    assert [form_of(number) for number in (0, 1, 2, 3, 11, 100)] == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_the_written_one(language: str) -> None:
    made = io.BytesIO()
    write_mo(made, catalogue(language))
    made.seek(0)
    with (LOCALE / language / "LC_MESSAGES/django.mo").open("rb") as file:
        assert _words(file) == _words(made)


def _words(file: IO[bytes]) -> dict[Any, str]:
    words: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in words.items() if key}


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "words"), [("?lang=de", "Dieses Panel"), ("", "This panel")])
def test_refusal_is_in_the_agents_language(client: Client, query: str, words: str) -> None:
    app = make_app(make_account())
    posted = client.post(f"/a/{app.key}/context", context_body(app.account), content_type="application/json")
    token = {"X-Voxys-Context": posted["X-Voxys-Context"]}
    gone = client.get(f"/a/{app.key}/panels/999/{query}", headers=token)
    assert gone.json()["detail"].startswith(words)


def test_fragment_with_other_translations_is_not_used(settings: LazySettings, tmp_path: Path) -> None:
    def version() -> str:
        registry.code_version.cache_clear()
        return registry.code_version("orders")

    before = version()
    (tmp_path / "django.mo").write_bytes(b"others")
    settings.LOCALE_PATHS = [tmp_path]
    assert version() != before
    registry.code_version.cache_clear()
