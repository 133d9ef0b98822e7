"""What is read from Stripe, page by page, as plain objects.

Importing this module imports the SDK; see `transport`.
"""

from typing import Any, NamedTuple

import stripe
from django.utils.translation import gettext_noop

from panels.api import FinalError, Gaps, SystemClient, TemporaryError, lacks, segment
from panels.connectors.stripe import queries
from panels.connectors.stripe.fields import Json, pick, rows, text
from panels.connectors.stripe.transport import GuardedHTTPClient, not_an_answer

# Stripe gives no more at a time.
_PAGE = 100
_CHARGE_PAGES = 2
_MOST_CUSTOMERS = 20


class Listing(NamedTuple):
    """Objects of one kind, and whether these are all there are."""

    rows: tuple[Json, ...]
    is_complete: bool = True


class StripeReader:
    """Reads one Stripe account with one key. Everything raises a `ConnectorError` where Stripe does not answer.

    `gaps` is what could not be read so far.

    Answers are read as they came: the SDK's own objects are made all or none, and one odd field of one
    price would take all subscriptions with it.
    """

    def __init__(self, system: SystemClient, key: str, *, base: str) -> None:
        self.name = system.name
        self.gaps = Gaps(self.name)
        self._client = stripe.StripeClient(
            key,
            http_client=GuardedHTTPClient(system, base),
            base_addresses={"api": base},
            max_network_retries=0,  # the system client knows what to send again, and how much time is left
        )

    def customer(self, customer_id: str) -> Json | None:
        """Return the customer, None where there is none or no longer one."""
        found = self._ask(f"/v1/customers/{segment(customer_id)}")
        if found is None or pick(found, "deleted") is True:
            return None
        self._require_id(found)
        return found

    def customers_by_email(self, email: str) -> tuple[Json, ...]:
        """Return customers who may have this address.

        The list tells upper from lower case and is up to date, search does not and is a minute late; so
        both are asked, and the list for both spellings.
        """
        found: dict[str, Json] = {}
        for spelling in dict.fromkeys([email, email.lower()]):
            found |= self._by_id(self._ask("/v1/customers", email=spelling, limit=_MOST_CUSTOMERS))
        return tuple((found | self._search(queries.by_email(email))).values())

    def customers_by_phone(self, number: str) -> tuple[Json, ...]:
        """Return customers who may have this number."""
        return tuple(self._search(queries.by_phone(number)).values())

    def charges(self, customer_id: str) -> Listing:
        """Return the customer's charges with their refunds."""
        return self._list("/v1/charges", pages=_CHARGE_PAGES, customer=customer_id, expand=["data.refunds"])

    def intents(self, customer_id: str) -> Listing:
        """Return the customer's payment intents, those that never came to a charge too."""
        return self._list("/v1/payment_intents", customer=customer_id)

    def subscriptions(self, customer_id: str) -> Listing:
        """Return the customer's subscriptions, ended ones too."""
        return self._list("/v1/subscriptions", customer=customer_id, status="all")

    def invoices(self, customer_id: str) -> Listing:
        """Return the customer's invoices with what paid them."""
        return self._list("/v1/invoices", customer=customer_id, expand=["data.payments"])

    def open_invoices(self, customer_id: str) -> Listing:
        return self._list("/v1/invoices", customer=customer_id, status="open")

    def disputes(self, charge_id: str) -> Listing:
        """Return the disputes of a charge; Stripe does not list them by customer."""
        return self._list("/v1/disputes", charge=charge_id)

    def cards(self, customer_id: str) -> Listing:
        """Return the customer's saved cards."""
        return self._list("/v1/payment_methods", customer=customer_id, type="card")

    def product_names(self, product_ids: tuple[str, ...]) -> dict[str, str]:
        """Return the names of the products by their ids."""
        if not product_ids:
            return {}
        found = self._list("/v1/products", ids=list(product_ids[:_PAGE])).rows
        return {product_id: name for row in found if (product_id := text(row, "id")) and (name := text(row, "name"))}

    def _search(self, query: str) -> dict[str, Json]:
        # There is no search for accounts in India; what the lists found is all there is then.
        return self._by_id(self._ask("/v1/customers/search", query=query, limit=_MOST_CUSTOMERS))

    def _list(self, path: str, *, pages: int = 1, **params: Any) -> Listing:
        """Return the first `pages` pages, the newest first as Stripe has it."""
        found: list[Json] = []
        for _page in range(pages):
            answer = self._ask(path, limit=_PAGE, **params)
            if answer is None:
                message = gettext_noop("%(system)s did not understand what it was asked.")
                raise FinalError(message, values={"system": self.name})
            page = self._rows(answer)
            found += page
            last = text(page[-1], "id") if page else None
            if pick(answer, "has_more") is not True:
                return Listing(tuple(found))
            if last is None:
                break
            params["starting_after"] = last
        return Listing(tuple(found), is_complete=False)

    def _ask(self, path: str, **params: Any) -> Json | None:
        """Return the answer; None where Stripe knows or takes no such value."""
        try:
            answer = self._client.raw_request("get", path, **params)
        except stripe.InvalidRequestError:
            return None
        except stripe.RateLimitError:  # in the guise of a 400
            message = gettext_noop("%(system)s gets too many requests at the moment.")
            raise TemporaryError(message, values={"system": self.name}) from None
        except (stripe.StripeError, AttributeError, TypeError, ValueError):
            # It stumbles over odd errors, too.
            raise not_an_answer(self.name) from None
        data: Json = answer.data
        return data

    def _by_id(self, answer: Json | None) -> dict[str, Json]:
        return {} if answer is None else {self._require_id(row): row for row in self._rows(answer)}

    def _require_id(self, row: Json) -> str:
        found = text(row, "id")
        if found is None:
            raise lacks(self.name, "id")
        return found

    def _rows(self, answer: Json) -> tuple[Json, ...]:
        if not isinstance(pick(answer, "data"), list):
            raise not_an_answer(self.name)  # no list at all is not an empty one
        return rows(answer)
