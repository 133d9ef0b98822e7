"""Parameters of addresses: pages, filters, and none that nobody knows."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet, TextChoices
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.filters import BaseFilterBackend, SearchFilter
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from tenants.rest.limits import MAX_ID

_LONGEST_SEARCH = 200
_TYPES: Mapping[type, dict[str, Any]] = {
    int: {"type": "integer", "minimum": 0, "maximum": MAX_ID},
    bool: {"type": "boolean"},
    str: {"type": "string"},
    dt.datetime: {"type": "string", "format": "date-time"},
}


class Pages(PageNumberPagination):
    """`?page=2&page_size=100`."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        size = int(read_parameter(self.page_size_query_param, int, given))
        if not size:
            raise ValidationError({self.page_size_query_param: _("Send at least 1.")})
        return min(size, self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        one = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
        return [
            {"name": name, "in": "query", "required": False, "description": said, "schema": {**one, "default": first}}
            for name, said, first in (
                ("page", "Which page, from 1 on.", 1),
                ("page_size", f"Rows of a page; more than {self.max_page_size} are as many.", self.page_size),
            )
        ]


class Search(SearchFilter):
    """`?search=`, where the view names fields for it."""

    def get_search_terms(self, request: Request) -> list[str]:
        # Each word is a condition, and databases take only so many.
        if len(request.query_params.get(self.search_param, "")) > _LONGEST_SEARCH:
            said = _("Send at most %(number)d characters.") % {"number": _LONGEST_SEARCH}
            raise ValidationError({self.search_param: said})
        return super().get_search_terms(request)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        told = super().get_schema_operation_parameters(view) if view.search_fields else []
        return [{**one, "schema": {**one["schema"], "maxLength": _LONGEST_SEARCH}} for one in told]


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that is called otherwise than the field, or needs a word about it."""

    kind: type
    path: str = ""
    description: str = ""
    # Of a bool: the field says the opposite.
    is_opposite: bool = False


# By the name in the address: int, bool, str, a moment or one of some choices.
Filters = Mapping[str, type | Filter]


class FieldFilter(BaseFilterBackend):
    """`?account=3`: the view's `filters` name fields by their types."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        for name, one in _filters(view).items():
            given = request.query_params.get(name)
            if given is not None:
                value = read_parameter(name, one.kind, given)
                queryset = queryset.filter(**{one.path or name: not value if one.is_opposite else value})
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                **({"description": one.description} if one.description else {}),
                "schema": _schema(one.kind),
            }
            for name, one in _filters(view).items()
        ]


def read_parameter(name: str, kind: type, given: str) -> Any:
    """Return the value of a parameter of the address. Raises ValidationError."""
    if issubclass(kind, TextChoices):
        wanted = ", ".join(kind.values)
        if given in kind.values:
            return given
    elif kind is bool:
        wanted = "true, false"
        if given in {"true", "false"}:
            return given == "true"
    elif kind is int:
        wanted = f"0 … {MAX_ID}"
        if given.isascii() and given.isdecimal() and int(given[:20]) <= MAX_ID:
            return int(given)
    elif kind is dt.datetime:
        wanted = "2026-01-31T12:00:00Z"
        if moment := _moment(given):
            return moment
    else:
        wanted = _("text")
        if "\0" not in given:
            return given
    raise ValidationError({name: _("Send one of: %(values)s.") % {"values": wanted}})


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """Raise ValidationError for a parameter that the address has none of: a misspelt filter would be no filter."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        said = _("There is no such parameter here. There are: %(names)s.") if known else _("There are no parameters.")
        raise ValidationError({name: said % {"names": ", ".join(sorted(known))} for name in unknown})


def list_parameters(view: Any) -> set[str]:
    """Return the names of what a list of the view's rows takes."""
    search = {"search"} if view.search_fields else set()
    return {Pages.page_query_param, Pages.page_size_query_param, *search, *_filters(view)}


def _filters(view: Any) -> dict[str, Filter]:
    return {name: one if isinstance(one, Filter) else Filter(one) for name, one in view.filters.items()}


def _schema(kind: type) -> dict[str, Any]:
    return {"type": "string", "enum": list(kind.values)} if issubclass(kind, TextChoices) else _TYPES[kind]


def _moment(given: str) -> dt.datetime | None:
    """Return the moment that is meant, with its time zone; a “+” in an address is a space where it was not escaped."""
    try:
        moment = parse_datetime(given.replace(" ", "+") if "T" in given else given)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:  # at the ends of the calendar
        return None
