"""Pages and filters of the API's lists."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from tenants.rest.limits import MAX_ID


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


class FieldFilter(BaseFilterBackend):
    """`?account=3`: the view's `filters` name fields by their types, which are int, bool and str."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        for name, kind in view.filters.items():
            given = request.query_params.get(name)
            if given is not None:
                queryset = queryset.filter(**{name: read_parameter(name, kind, given)})
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        types = {int: "integer", bool: "boolean", str: "string"}
        return [
            {"name": name, "in": "query", "required": False, "schema": {"type": types[kind]}}
            for name, kind in view.filters.items()
        ]


def read_parameter(name: str, kind: type, given: str) -> int | bool | str:
    """Return the value of a parameter of the address. Raises ValidationError."""
    if kind is bool and given in {"true", "false"}:
        return given == "true"
    if kind is int and given.isascii() and given.isdecimal() and int(given[:20]) <= MAX_ID:
        return int(given)
    if kind is str and "\0" not in given:
        return given
    wanted = {bool: "true, false", int: f"0 … {MAX_ID}", str: _("text")}[kind]
    raise ValidationError({name: _("Send one of: %(values)s.") % {"values": wanted}})
