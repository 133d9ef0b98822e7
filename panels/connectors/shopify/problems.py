"""What Shopify's errors mean. They come with status 200, often beside data."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from panels.api import ConnectorError, FinalError, OperatorError, TemporaryError

_SCOPE = re.compile(r"\b(?:read|write)_[a-z_]{1,60}\b")
_PASSING = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE", "BAD_GATEWAY"})
BUSY = gettext_noop("%(system)s gets too many requests at the moment.")
NOT_API = gettext_noop("%(system)s answered with something that is not its API's.")


class Throttled(TemporaryError):
    """The app has spent what it may spend at this shop, for the moment."""


class TooCostly(FinalError):
    """The query asks for more at once than Shopify allows."""


def codes_of(errors: Sequence[Any]) -> frozenset[str]:
    """Return the codes in `errors`; an error without one counts by what its sentence says of access."""
    return frozenset(_code(error) for error in errors)


def error_of(errors: Sequence[Any], *, system: str) -> ConnectorError:
    """Return what the errors mean, the first of the causes that an operator or time can mend."""
    named = {"system": system}
    codes = codes_of(errors)
    if "ACCESS_DENIED" in codes:
        return _denied(errors, named)
    if "SHOP_INACTIVE" in codes:
        return OperatorError(gettext_noop("%(system)s is closed or frozen at Shopify. Tell an admin."), values=named)
    if "MAX_COST_EXCEEDED" in codes:
        return TooCostly(gettext_noop("%(system)s has more about this customer than can be shown."), values=named)
    if codes & _PASSING:
        return TemporaryError(gettext_noop("%(system)s has trouble of its own at the moment."), values=named)
    return FinalError(gettext_noop("%(system)s did not understand what it was asked."), values=named)


def _denied(errors: Sequence[Any], named: Mapping[str, str]) -> OperatorError:
    said = " ".join(f"{_message(error)} {_extensions(error).get('requiredAccess') or ''}" for error in errors)
    if scopes := sorted(set(_SCOPE.findall(said))):
        message = gettext_noop("%(system)s refused (missing %(right)s). Tell an admin.")
        return OperatorError(message, values={**named, "right": ", ".join(scopes)})
    if "not approved" in said or "protected" in said:
        message = gettext_noop(
            "%(system)s refused: the app has no access to protected customer data at Shopify. Tell an admin."
        )
        return OperatorError(message, values=named)
    return OperatorError(gettext_noop("%(system)s does not let us read this. Tell an admin."), values=named)


def _code(error: Any) -> str:
    code = _extensions(error).get("code")
    if isinstance(code, str):
        return code.upper()
    message = _message(error).lower()
    return "ACCESS_DENIED" if "access denied" in message or "not approved to access" in message else ""


def _extensions(error: Any) -> Mapping[str, Any]:
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    return extensions if isinstance(extensions, Mapping) else {}


def _message(error: Any) -> str:
    message = error.get("message") if isinstance(error, Mapping) else error
    return message if isinstance(message, str) else ""
