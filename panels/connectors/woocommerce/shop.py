"""Asking a shop's REST API: what is asked, page by page, and what its refusals mean."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_noop

from panels.api import ConnectorError, Gaps, OperatorError, Response, SystemClient, TemporaryError, lacks, untold
from panels.connectors.woocommerce.values import Row, as_moment, as_row, as_rows, as_text

# WooCommerce allows 100; a small machine takes its time for as many.
PAGE = 50
MAX_PAGES = 4
# An order with everything plugins keep in it can have a hundred kilobytes.
_MAX_BYTES = 8_000_000

_ORDER_FIELDS = (
    "id,number,status,currency,created_via,prices_include_tax,customer_id,customer_note,"
    "date_created_gmt,date_modified_gmt,date_paid_gmt,date_completed_gmt,"
    "discount_total,discount_tax,shipping_total,shipping_tax,total,total_tax,"
    "billing,shipping,payment_method,payment_method_title,transaction_id,needs_processing,"
    "line_items,fee_lines,shipping_lines,coupon_lines,refunds,meta_data"
)
_CUSTOMER_FIELDS = "id,email,first_name,last_name,billing,shipping,date_created_gmt"
_REFUND_FIELDS = "id,date_created_gmt,amount,reason,refunded_payment,line_items"
# What no order is without. A guest's `customer_id` is 0.
_NEEDED = ("id", "status", "currency", "total", "customer_id")
_ALL_ROLES = "all"  # the default leaves out customers who also are, say, subscribers or shop managers


@dataclass(frozen=True, slots=True)
class Listing:
    """Orders of a list, newest first. `since`: the list goes on before it, unread; None: it was read to its end.

    `is_untold`: others were left out that do not say whose they are.
    """

    rows: tuple[Row, ...] = ()
    since: datetime | None = None
    is_untold: bool = False


class Shop:
    """One shop. Every method raises a `ConnectorError` where the shop does not answer as it should.

    `gaps` is what could not be read of its answers so far.
    """

    def __init__(self, address: str, key: str, secret: str, *, name: str) -> None:
        self.name = name
        self.gaps = Gaps(name)
        credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._client = SystemClient(
            f"{address}/wp-json/wc/v3",
            name=name,
            headers={"Authorization": f"Basic {credentials}"},
            max_bytes=_MAX_BYTES,
        )

    def get_customer(self, customer_id: int) -> Row | None:
        """Return the customer with that id, or None."""
        customer = self._get_one("/customers/{id}", customer_id, _CUSTOMER_FIELDS)
        return None if customer is None else self._with(customer, "id", "email")

    def get_order(self, order_id: int) -> Row | None:
        """Return the order with that id, or None."""
        order = self._get_one("/orders/{id}", order_id, _ORDER_FIELDS)
        return None if order is None else self._with(order, *_NEEDED)

    def list_customers(self, email: str) -> tuple[Row, ...]:
        """Return the customers whose account has that e-mail; none for what WordPress takes for no e-mail."""
        params = {"email": email, "role": _ALL_ROLES, "per_page": PAGE, "_fields": _CUSTOMER_FIELDS}
        response = self._ask("/customers", params=params, accept=HTTPStatus.BAD_REQUEST)
        if response.status == HTTPStatus.BAD_REQUEST:
            if self._code(response) == "rest_invalid_param":
                return ()
            raise self._client.refusal(response)
        customers = tuple(self._with(row, "id") for row in self._rows(response))
        if any(row.get("email") is None for row in customers):
            raise untold(self.name, "email")
        return customers

    def list_orders(self, customer_id: int) -> Listing:
        """Return the orders that the customer placed signed in."""
        return self._list_orders({"customer": customer_id})

    def search_orders(self, words: str) -> Listing:
        """Return orders with these words in an e-mail, phone, name, address …, or with them as a part of one."""
        return self._list_orders({"search": words})

    def list_refunds(self, order_id: int) -> tuple[Row, ...]:
        """Return the refunds of an order; none for an order that is gone by now."""
        params = {"per_page": PAGE, "_fields": _REFUND_FIELDS}
        return self._rows_of_order("/orders/{id}/refunds", order_id, params)

    def list_fulfilments(self, order_id: int) -> tuple[Row, ...]:
        """Return the fulfilments of an order; none where the shop has switched the feature off, as is the default."""
        return self._rows_of_order("/orders/{id}/fulfillments", order_id, {})

    def count(self, path: str) -> int | None:
        """Return how many orders or customers there are, or None where the shop does not tell."""
        params = {"per_page": 1, "_fields": "id", **({"role": _ALL_ROLES} if path == "/customers" else {})}
        response = self._ask(path, params=params)
        self._rows(response)
        return _number(response, "x-wp-total")

    def _list_orders(self, params: Mapping[str, Any]) -> Listing:
        rows: list[Row] = []
        for page in range(1, MAX_PAGES + 1):
            sorting = {"orderby": "date", "order": "desc", "page": page, "per_page": PAGE, "_fields": _ORDER_FIELDS}
            response = self._ask("/orders", params={**params, **sorting})
            read = self._rows(response)
            rows += self.gaps.shown(read, lambda row: None if _lacking(row) else row, lacking=_lacking)
            pages = _number(response, "x-wp-totalpages")
            if page >= pages if pages is not None else len(read) < PAGE:
                return Listing(tuple(rows))
        moments = [moment for row in rows if (moment := as_moment(row.get("date_created_gmt")))]
        return Listing(tuple(rows), min(moments, default=None))

    def _get_one(self, path: str, number: int, fields: str) -> Row | None:
        response = self._ask(path, {"id": number}, params={"_fields": fields}, accept=HTTPStatus.NOT_FOUND)
        if response.status == HTTPStatus.NOT_FOUND:
            if self._code(response).startswith("woocommerce_rest_"):
                return None  # the record is missing, not the API
            raise self._refusal(response)
        row = self._client.json(response)
        if not isinstance(row, dict):
            raise not_its_api(self.name)
        return row

    def _with(self, row: Row, *names: str) -> Row:
        """Return the row. Raises `OperatorError` where it lacks one of the fields."""
        for name in names:
            if row.get(name) is None:
                raise lacks(self.name, name)
        return row

    def _rows_of_order(self, path: str, order_id: int, params: Mapping[str, Any]) -> tuple[Row, ...]:
        response = self._ask(path, {"id": order_id}, params=params, accept=HTTPStatus.NOT_FOUND)
        return () if response.status == HTTPStatus.NOT_FOUND else self._rows(response)

    def _rows(self, response: Response) -> tuple[Row, ...]:
        rows = self._client.json(response)
        if not isinstance(rows, list):
            raise not_its_api(self.name)
        return as_rows(rows)

    def _ask(
        self,
        path: str,
        values: Mapping[str, object] | None = None,
        *,
        params: Mapping[str, Any],
        accept: int | None = None,
    ) -> Response:
        refusals = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, *([accept] if accept else [])}
        response = self._client.ask("GET", path, values, params=params, accept=refusals)
        if response.status >= HTTPStatus.BAD_REQUEST and response.status != accept:
            raise self._refusal(response)
        return response

    def _refusal(self, response: Response) -> ConnectorError:
        named = {"system": self.name}
        if response.status == HTTPStatus.UNAUTHORIZED:
            return OperatorError(
                gettext_noop(
                    "%(system)s refused: the consumer key or secret is wrong or may not read, or the shop does not see "
                    "that it is asked over https. Tell an admin."
                ),
                values=named,
            )
        if response.status == HTTPStatus.FORBIDDEN and self._code(response).startswith("woocommerce_rest_"):
            return OperatorError(
                gettext_noop(
                    "%(system)s refused: the key needs the permission “Read”, and its user the role “Shop manager”. "
                    "Tell an admin."
                ),
                values=named,
            )
        if response.status == HTTPStatus.NOT_FOUND:
            return OperatorError(
                gettext_noop(
                    "%(system)s has no WooCommerce at the address it is asked at, or its permalinks are “Plain”. "
                    "Tell an admin."
                ),
                values=named,
            )
        return self._client.refusal(response)

    def _code(self, response: Response) -> str:
        """Return the word WordPress has for what went wrong; empty where the answer is not its own."""
        try:
            return as_text(as_row(self._client.json(response)).get("code")) or ""
        except ConnectorError:
            return ""


def not_its_api(system: str) -> TemporaryError:
    """Return what it means that an answer has not the shape it should have."""
    return TemporaryError(
        gettext_noop("%(system)s answered with something that is not its API's."), values={"system": system}
    )


def _lacking(order: Row) -> str:
    """Return what an order lacks that none is without; empty where it has it all."""
    return next((name for name in _NEEDED if order.get(name) is None), "")


def _number(response: Response, header: str) -> int | None:
    said = response.headers.get(header, "").strip()
    return int(said) if said.isascii() and said.isdecimal() else None
