"""What the OpenAPI schema says of every operation: how one proves oneself, what it is called, and how errors look."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import override
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

from tenants.rest.problems import MEDIA_TYPE

_SCHEME = "token"
_SENTENCES = {"type": "array", "items": {"type": "string"}}
_PROBLEM = {
    "type": "object",
    "description": "What is wrong, and what to do (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "trace_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs."},
        "detail": {"type": "string", "description": "A sentence, in the language of Accept-Language."},
        "trace_id": {"type": "string", "description": "Stands for this answer, as in the log."},
        "errors": {
            "type": "object",
            "additionalProperties": True,
            "description": "Sentences by field; inside of lists and objects by number or name. "
            "What is of no field is in `non_field_errors`. With 409, the numbers of rows that are in the way, by kind.",
        },
    },
    "example": {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "code": "invalid",
        "detail": "Some of what was sent cannot be used. “errors” says why, by field.",
        "trace_id": "3f6c1b9e2a7d",
        "errors": {"host_token": ["This is an agent's token. Enter an administrator's: others may not see webhooks."]},
    },
}
_EVERYWHERE = (400, 401, 403, 404, 405, 406, 409, 429)
_WITH_BODY = (413, 415, 422)
# What the usual operations of rows are called.
_SUMMARIES = {
    "list": "List {many}",
    "create": "Add {one}",
    "retrieve": "Show {one}",
    "partial_update": "Change {one}",
    "destroy": "Delete {one}",
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # has no types
    """Tells the schema of our tokens."""

    target_class = "tenants.rest.access.TokenAuthentication"
    name = _SCHEME

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token made in the admin, “vxt_…”."}


class KnownFieldsScheme(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # likewise
    """Tells that further fields are refused."""

    target_class = "tenants.rest.base.KnownFieldsOnly"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001 - as its docs do
        return {**schema, "additionalProperties": False} if direction == "request" else schema


class Operations(AutoSchema):
    """Gives every operation a name for people: its own, or one after what its rows are called."""

    def get_summary(self) -> str | None:
        pattern = _SUMMARIES.get(getattr(self.view, "action", ""), "")
        words = getattr(self.view, "summaries", {}).get(getattr(self.view, "action", ""), pattern)
        model = getattr(self.view, "model", None)
        if not words or model is None:
            return None
        one = str(model._meta.verbose_name)  # noqa: SLF001 - Django's own name for it
        article = "an" if one.startswith(tuple("aeiouAEIO")) else "a"
        text: str = words.format(one=f"{article} {one}", many=model._meta.verbose_name_plural)  # noqa: SLF001 - likewise
        return text


class EnglishGenerator(SchemaGenerator):  # has no types
    """Makes the schema in one language, whoever asks: what is said of operations is in no other."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        with override("en"):
            return super().get_schema(request, public)  # type: ignore[no-untyped-call]  # likewise


def example(**value: Any) -> Any:
    """Mark a serializer: this could be sent."""
    one = OpenApiExample("A request", value=value, request_only=True)
    return extend_schema_serializer(examples=[one])


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the errors that every operation may answer with."""
    result["components"]["schemas"]["Problem"] = _PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status in (*_EVERYWHERE, *(() if method == "get" else _WITH_BODY)):
                problem = {"description": HTTPStatus(status).phrase, "content": content}
                operation["responses"].setdefault(str(status), problem)
    return result
