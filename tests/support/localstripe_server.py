"""localstripe on a free port of this machine alone: `python localstripe_server.py` prints its address.

It speaks mostly as Stripe did some years ago. What our connector asks for and localstripe lacks is added
here, as Stripe has it today; the rest is its own.
"""

import json
import re
import socket
from typing import Any

from aiohttp import web
from localstripe import resources, server

DISPUTES: list[dict[str, Any]] = []
_CLAUSE = re.compile(r'(email|phone):"([^"]*)"')


def filtered_list(kind: Any, *names: str) -> Any:
    """Return a listing of all objects of the kind, filtered by the named parameters."""

    def list_all(url: str, limit: Any = None, starting_after: str | None = None, **params: Any) -> Any:
        unknown = params.keys() - set(names)
        if unknown:
            raise resources.UserError(400, f"Unexpected {', '.join(unknown)}")
        found = resources.StripeObject.__dict__["_api_list_all"].__func__(
            kind, url, limit=limit, starting_after=starting_after
        )
        found._list = [row for row in found._list if all(_has(row, *pair) for pair in params.items())]
        return found

    return list_all


def _has(row: Any, name: str, value: Any) -> bool:
    return row.id in value if name == "ids" else getattr(row, name) == value


async def search_customers(request: web.Request) -> Any:
    """Search without telling upper from lower case."""
    wanted = {(name, value.casefold()) for name, value in _CLAUSE.findall(request.query["query"])}
    rows = [
        row._export()
        for key, row in resources.store.items()
        if key.startswith("customer:")
        and any((name, (getattr(row, name) or "").casefold()) in wanted for name in ("email", "phone"))
    ]
    return server.json_response({"object": "search_result", "data": rows, "has_more": False})


async def list_disputes(request: web.Request) -> Any:
    rows = [row for row in DISPUTES if row["charge"] == request.query.get("charge", row["charge"])]
    return server.json_response({"object": "list", "data": rows, "has_more": False})


async def make_dispute(request: web.Request) -> Any:
    """Contest a charge, as a bank would."""
    dispute = json.loads(await request.text())
    DISPUTES.append(dispute)
    resources.Charge._api_retrieve(dispute["charge"]).disputed = True
    return server.json_response(dispute)


@web.middleware
async def close_after(request: web.Request, handler: Any) -> web.StreamResponse:
    """Leave no connection open that a test would have to close."""
    response: web.StreamResponse = await handler(request)
    response.force_close()
    return response


def price_of(item: Any) -> dict[str, Any]:
    plan = item.plan
    return {
        "id": plan.id,
        "currency": plan.currency,
        "nickname": plan.nickname,
        "product": plan.product,
        "recurring": {"interval": plan.interval, "interval_count": plan.interval_count},
        "unit_amount": plan.amount,
    }


def payments_of(invoice: Any) -> Any:
    payments = resources.List("/v1/invoice_payments")
    if invoice.payment_intent:
        part = resources.DeletedObject(f"inpay_{invoice.id}", "invoice_payment")
        part.payment = {"type": "payment_intent", "payment_intent": invoice.payment_intent}
        payments._list = [part]
    return payments


def modernise() -> None:
    resources.Store.dump_to_disk = lambda _store: None  # one file for all who run it
    for kind, names in (
        (resources.PaymentIntent, ("customer",)),
        (resources.Invoice, ("customer", "subscription", "status")),
        (resources.Product, ("active", "ids")),
    ):
        kind._api_list_all = staticmethod(filtered_list(kind, *names))
    resources.SubscriptionItem.price = property(price_of)
    resources.SubscriptionItem.current_period_end = property(lambda item: item._current_period()["end"])
    resources.Invoice.payments = property(payments_of)
    resources.Invoice.number = property(lambda invoice: f"F-{invoice.id[-4:]}")
    server.app.middlewares.insert(0, close_after)
    router = server.app.router
    router.add_get("/v1/customers/search", search_customers)
    router.add_get("/v1/disputes", list_disputes)
    router.add_post("/_config/disputes", make_dispute)


if __name__ == "__main__":
    modernise()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - for who started it
        web.run_app(server.app, sock=listener, print=None, access_log=None)
