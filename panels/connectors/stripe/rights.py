"""What a restricted key may be lacking, named as Stripe's page for keys names it."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from django.utils.translation import gettext_noop

from panels.api import ConnectorError, OperatorError, Response, SystemClient
from panels.connectors.stripe.fields import text

# What we read, and the right that Stripe asks for.
RIGHTS: Mapping[str, str] = {
    "/v1/customers": "Customers",
    "/v1/charges": "Charges and Refunds",
    "/v1/payment_intents": "Payment Intents",
    "/v1/subscriptions": "Subscriptions",
    "/v1/invoices": "Invoices",
    "/v1/disputes": "Disputes",
    "/v1/payment_methods": "Payment Methods",
    "/v1/products": "Products",
}
LACKS_RIGHTS = gettext_noop("The key of %(system)s lacks the right to read: %(rights)s. Tell an admin.")
# The right by its name in the API, which Stripe's message quotes; with it comes the key, masked.
_QUOTED = re.compile(r"'((?:rak_)?[a-z0-9_]+_read)'")


def refusal(system: SystemClient, path: str, response: Response) -> ConnectorError:
    """Return what it means that Stripe refused to answer under `path`, the missing right named."""
    right = missing_right(system, path, response)
    if right is None:
        return system.refusal(response)
    return lacking_rights(system.name, [right])


def missing_right(system: SystemClient, path: str, response: Response) -> str | None:
    """Return the right whose lack this answer is about; None for any other refusal."""
    if response.status != HTTPStatus.FORBIDDEN:
        return None
    try:
        message = text(system.json(response), "error", "message") or ""
    except ConnectorError:
        return None
    if "permission" not in message:
        return None
    of_path = next((right for start, right in RIGHTS.items() if path.startswith(start)), path)
    quoted = _QUOTED.search(message)
    return f"{of_path} ({quoted[1]})" if quoted else of_path


def lacking_rights(system: str, rights: list[str]) -> OperatorError:
    return OperatorError(LACKS_RIGHTS, values={"system": system, "rights": ", ".join(rights)})
