"""What the OpenAPI schema says of every operation: how one proves oneself, and how errors look."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from tenants.rest.problems import MEDIA_TYPE

_SCHEME = "token"
_PROBLEM = {
    "type": "object",
    "description": "What is wrong, and what to do (RFC 9457). `errors` has sentences by field.",
    "required": ["type", "title", "status", "code", "detail", "trace_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True},
    },
}
_EVERYWHERE = (400, 401, 403, 404, 405, 406, 429)
_WITH_BODY = (409, 413, 415, 422)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # has no types
    """Tells the schema of our tokens."""

    target_class = "tenants.rest.access.TokenAuthentication"
    name = _SCHEME

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token made in the admin, “vxt_…”."}


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
