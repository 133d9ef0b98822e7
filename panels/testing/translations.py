"""Which sentences a package shows, and whether a language has them all."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# Context, and the sentence: of one with a plural both forms.
Message = tuple[str | None, str | tuple[str, ...]]
_CONTEXT_GLUE = "\x04"
# Whatever forms of a plural a language has, these numbers need all of them.
_NUMBERS = range(103)


def messages_of(path: Path) -> Iterator[Message]:
    """Yield the sentences that a Python file or a template marks for translation; of other files none."""
    if path.suffix == ".py":
        source = path.read_text(encoding="utf-8")
    elif path.suffix == ".html":
        # Python to the eye, but for the indentation.
        lines = templatize(path.read_text(encoding="utf-8"), origin=str(path)).splitlines()
        source = "\n".join(line.strip() for line in lines)
    else:
        return
    for _line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield context, message if isinstance(message, str) else tuple(message)


def untranslated(paths: Iterable[Path], language: str) -> list[str]:
    """Return the sentences of the files that the language has no words for, among all that is installed."""
    catalogue: Any = trans_real.translation(language)
    missing = []
    for path in paths:
        for context, message in messages_of(path):
            singular = message if isinstance(message, str) else message[0]
            key = f"{context}{_CONTEXT_GLUE}{singular}" if context else singular
            if not _has_words(catalogue._catalog, key, is_plural=singular is not message):  # noqa: SLF001
                missing.append(f"“{singular}” ({path.name})")
    return missing


def _has_words(catalogue: Any, key: str, *, is_plural: bool) -> bool:
    """Return whether there are words for the sentence, in every form where it has a plural."""
    if not is_plural:
        # Those of a plural do for its singular alone; they are kept by the number of their form.
        return any(catalogue.get(known) for known in (key, (key, 0), (key, 1)))
    try:
        return all(catalogue.plural(key, number) for number in _NUMBERS)
    except KeyError:
        return False
