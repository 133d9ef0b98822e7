"""What Unfold does anew for every row of a list, and need not: half of what a row costs.

It asks for the headers of the list, of which each row needs the texts, and renders a template for every yes or no.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from typing import Any

from django.utils.translation import get_language
from unfold import utils
from unfold.templatetags import unfold_list

Headers = Callable[[Any], Iterable[dict[str, Any]]]
Icon = Callable[[Any], str]


def make_rows_cheap() -> None:
    """Let Unfold do it once."""
    unfold_list.result_headers = once_a_list(unfold_list.result_headers)
    utils._boolean_icon = once_a_language(utils._boolean_icon)  # noqa: SLF001 - what its lists call


def once_a_list(headers: Headers) -> Headers:
    """Return the function, of which the answer is kept with the list that it is about."""

    @wraps(headers)
    def kept_headers(changelist: Any) -> Iterator[dict[str, Any]]:
        if not hasattr(changelist, "kept_headers"):
            changelist.kept_headers = list(headers(changelist))
        return iter(changelist.kept_headers)

    return kept_headers


def once_a_language(icon: Icon) -> Icon:
    """Return the function, of which the answers are kept: for yes, no and unknown."""

    @cache
    def kept_icon(value: bool | None, _language: str | None) -> str:
        return icon(value)

    @wraps(icon)
    def icon_of(value: Any) -> str:
        # What is neither may be anything.
        return kept_icon(value, get_language()) if isinstance(value, bool | None) else icon(value)

    return icon_of
