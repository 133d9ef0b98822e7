"""Each field of each system's answers is taken away in turn: agents see the rest, or are told what is wrong.

What must never come of it: "nobody found", "nothing there", somebody else's data, another amount or state than
before, or an error that is none of ours.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from panels.api import Answer, ConnectorError, OperatorError
from tenants.secrets import HOST_TOKEN, set_secret
from tests.factories import make_account
from tests.support.vanishing import EACH, HOWS, Path, Vanished
from tests.support.vanishing_systems import CASES, STRANGER, Case, evaluate_here, host_case

KINDS = ("customers", "orders", "payments", "subscriptions", "invoices", "disputes", "methods", "conversations")
# What an agent tells a customer: it may be left out, but must not turn into something else.
FACTS = frozenset(
    {
        *("amount", "balance", "captured", "credit", "discount", "due", "paid", "refunded", "remaining", "shipping"),
        *("spent", "subtotal", "tax", "total", "unit"),
        *("cancelled", "guest", "orders", "past_due", "pay", "quantity", "returned", "ship", "test", "word"),
    }
)
UNSAID = (None, False, "unknown")
# Nothing is missing here: it is how these systems say that there is nothing, or of what may not be there at all.
MEANT = frozenset(
    {
        # Shopify: nobody; a guest; not scanned yet.
        "Find: data.customerByIdentifier (null)",
        "Orders: data.orders.nodes.[].customer (null)",
        "Orders: data.orders.nodes.[].fulfillments.[].displayStatus (null)",
        "Orders: data.orders.nodes.[].parcels.[].displayStatus (null)",
        "Customers: data.nodes.[].latest.nodes.[].fulfillments.[].displayStatus (null)",
        "GuestOrders: data.orders.nodes.[].fulfillments.[].displayStatus (null)",
        # Stripe: due at once.
        "/v1/invoices: data.[].due_date (null)",
        # A company's own API: what may be told otherwise, is the connection's default, or is left out where there is
        # none; and among others' rows one of nobody's.
        *(f"/customers: [].{name} ({how})" for name in ("id", "currency") for how in HOWS),
        "/customers: [].email (gone once)",
        *(f"/orders: [].{name} ({how})" for name in ("id", "currency", "items.[].quantity") for how in HOWS),
        *(f"/payments: {kind} ({how})" for kind in ("payments", "subscriptions", "invoices") for how in HOWS),
        *(
            f"/payments: {kind}.[].currency ({how})"
            for kind in ("payments", "subscriptions", "invoices")
            for how in HOWS
        ),
        *(f"/payments: {name} ({how})" for name in ("invoices.[].id", "payments.[].refunds") for how in HOWS),
        # WooCommerce: not paid yet, not deleted; plugins keep there what they like.
        "/orders/N/fulfillments: [].date_deleted (null)",
        "/orders: [].date_paid_gmt (null)",
        "/orders: [].meta_data.[].value (null)",
        *(f"/orders: [].meta_data.[].value.[].tracking_number ({how})" for how in HOWS),
    }
)
# Nothing that agents read is about our insides.
INSIDES = re.compile(r"Traceback|Exception|None\b|null|%\(|\{|https?:|\bJSON\b|\bHTTP\b")


@pytest.mark.parametrize(
    ("name", "capability"), [(name, kind) for name, case in CASES.items() for kind in case().capabilities]
)
def test_no_field_takes_more_with_it_than_itself(name: str, capability: str) -> None:
    assert_honest(CASES[name](), capability)


@pytest.mark.django_db
def test_no_field_of_the_host_takes_more_with_it_than_itself() -> None:
    account = make_account(trust="verified")
    set_secret(account, HOST_TOKEN, "host-token")
    assert_honest(host_case(account), "history")


@pytest.mark.parametrize(
    ("name", "question", "field", "said"),
    [
        ("shopify by e-mail", "Find", "data.customerByIdentifier.defaultEmailAddress", "tell e-mail addresses"),
        ("shopify by phone", "Find", "data.customerByIdentifier.defaultPhoneNumber", "tell phone numbers"),
        ("shopify guest by e-mail", "Guests", "data.orders.nodes.[].email", "tell e-mail addresses"),
        ("shopify by e-mail", "Orders", "data.orders.nodes.[].name", "lacks “order.name”"),
        ("woocommerce by e-mail", "/customers", "[].email", "tell e-mail addresses"),
        ("woocommerce guest by e-mail", "/orders", "[].billing.email", "tell e-mail addresses"),
        ("woocommerce by phone", "/orders", "[].billing.phone", "tell phone numbers"),
        ("woocommerce by e-mail", "/orders", "[].total", "lacks “total”"),
        (
            "hubspot by e-mail",
            "/crm/v3/objects/contacts/search",
            "results.[].properties.email",
            "tell e-mail addresses",
        ),
        ("hubspot by phone", "/crm/v3/objects/contacts/search", "results.[].properties.phone", "tell phone numbers"),
        ("stripe by e-mail", "/v1/customers/search", "data.[].email", "tell e-mail addresses"),
        ("stripe by phone", "/v1/customers/search", "data.[].phone", "tell phone numbers"),
    ],
)
def test_an_operator_is_told_what_is_missing(name: str, question: str, field: str, said: str) -> None:
    case = CASES[name]()
    capability = "payments" if name.startswith("stripe") else "orders"
    with case.wire.connected():
        for how in ("gone", "null"):
            case.wire.vanished = Vanished(question, tuple(field.split(".")), how)
            with pytest.raises(OperatorError) as caught:
                case.ask(capability)
            assert said in caught.value.sentence
            assert caught.value.sentence.endswith("Tell an admin.")


def assert_honest(case: Case, capability: str) -> None:
    """Take each field away from what the system answers, and hold what becomes of it against what was there."""
    with case.wire.connected(), patch.object(time, "sleep", lambda seconds: None), _mappings_here():
        before = case.ask(capability)
        assert not before.is_empty
        assert "lacks" not in str(before.caveats)
        assert not list(_strangers(before))
        problems = [
            f"{vanished}: {problem}"
            for vanished, after in _answers(case, capability, before)
            for problem in _problems(case, before, after)
        ]
    if problems:
        pytest.fail("\n".join(problems))


def _mappings_here() -> AbstractContextManager[object]:
    return patch("panels.connectors.json_http.connector.evaluate", evaluate_here)


def _answers(case: Case, capability: str, before: Answer) -> Iterator[tuple[Vanished, Answer | Exception]]:
    """Yield the answer without each field, or what is raised. What is inside of what nobody misses is not tried."""
    unmissed: set[tuple[str, Path]] = set()
    for vanished in case.wire.each():
        outer = [vanished.path[:length] for length in range(1, len(vanished.path))]
        if _is_meant(vanished) or any((vanished.question, path) in unmissed for path in outer):
            continue
        case.wire.vanished = vanished
        try:
            after = case.ask(capability)
        except Exception as error:  # noqa: BLE001 - it may be one of ours
            yield vanished, error
            continue
        if vanished.how == "gone" and after == before:
            unmissed.add((vanished.question, vanished.path))
        yield vanished, after


def _is_meant(vanished: Vanished) -> bool:
    # HubSpot has null for a property without a value; everybody whom it finds by an address or a number has that.
    is_property = vanished.question.startswith("/crm/") and vanished.path[-2:-1] == ("properties",)
    is_empty = is_property and vanished.how == "null" and vanished.path[-1] not in {"email", "phone"}
    return is_empty or str(vanished) in MEANT


def _problems(case: Case, before: Answer, after: Answer | Exception) -> Iterator[str]:
    if isinstance(after, ConnectorError):
        said = after.sentence
        if not said.endswith(".") or INSIDES.search(said) or case.name not in said:
            yield f"says {said!r}"
        return
    if isinstance(after, Exception):
        yield f"raises {after!r}"
        return
    yield from _strangers(after)
    if msgspec.msgpack.decode(msgspec.msgpack.encode(after), type=type(after)) != after:
        yield "cannot be stored"
    if after.candidates:
        return  # an agent chooses
    if after.is_empty:
        yield "shows nothing"
    elif set(after.caveats) <= set(before.caveats):
        yield from _differences(before, after)


def _differences(before: Answer, after: Answer) -> Iterator[str]:
    for kind in KINDS:
        old, new = _records(before, kind), _records(after, kind)
        if set(old) != set(new):
            yield f"{kind} {sorted(set(old) - set(new))} become {sorted(set(new) - set(old))}"
        for number in set(old) & set(new):
            for (place, fact), times in (_facts(new[number]) - _facts(old[number])).items():
                yield f"{kind} {number} {place}: {fact} is said {times} times more than before"


def _strangers(answer: Answer) -> Iterator[str]:
    if STRANGER in str(msgspec.to_builtins(answer)):
        yield "shows somebody else's data"


def _records(answer: Answer, kind: str) -> dict[str, Any]:
    return {record.external_id: msgspec.to_builtins(record) for record in getattr(answer, kind, ())}


def _facts(record: Any) -> Counter[tuple[str, Any]]:
    """Return what a record says that may be told to a customer, by where it stands; in lists that is anywhere."""
    return Counter((place, fact) for place, fact in _said(record, "") if fact not in UNSAID)


def _said(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    entries = value.items() if isinstance(value, dict) else ((EACH, inner) for inner in value)
    for name, inner in entries:
        here = f"{place}.{name}"
        if isinstance(inner, dict) and "minor" in inner:
            yield here, f"{inner['minor']} {inner['currency']}"
        elif isinstance(inner, dict | list | tuple):
            yield from _said(inner, here)
        elif name in FACTS:
            yield here, inner
