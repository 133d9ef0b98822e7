"""What the HubSpot connector makes of a HubSpot that does not answer as it should."""

import time
from typing import Any

import pytest

from panels.api import ConnectorError, FinalError, Identity, OperatorError, TemporaryError
from panels.connectors.hubspot import client as client_module
from panels.connectors.hubspot.client import HubSpotClient, missing_scopes
from panels.connectors.hubspot.connector import HubSpotConnector
from tests.security.servers import raw_server
from tests.support.hubspot import AT, SETTINGS, HubSpot
from tests.support.outside import Asked, Reply
from voxysapps.outgoing import budget

WHO = Identity(emails=("ada@example.com",))
CORRELATION = "aeb5f871-7f07-4993-9211-075dc63e7cbf"


def problem(category: str, **more: Any) -> dict[str, Any]:
    return {"status": "error", "message": "…", "correlationId": CORRELATION, "category": category, **more}


def without(*scopes: str, key: str = "requiredGranularScopes") -> dict[str, Any]:
    """HubSpot's answer to a token that lacks a right."""
    return problem("MISSING_SCOPES", errors=[{"message": "One or more …", "context": {key: list(scopes)}}])


@pytest.fixture
def ada(hubspot: HubSpot) -> HubSpot:
    hubspot.add("contacts", "501", firstname="Ada", email="ada@example.com")
    hubspot.add("orders", "1", of=("contacts", "501"), hs_createdate=AT, hs_total_price="5", hs_pipeline_stage="s1")
    return hubspot


def answering(hubspot: HubSpot, reply: Reply, part: str = "") -> None:
    """Let HubSpot answer so wherever the address has `part` in it."""
    hubspot.fault = lambda asked: reply if part in asked.path else None


def failure(hubspot: HubSpot, capability: str = "customer", **settings: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        getattr(hubspot.connector(**settings), capability)(WHO)
    assert "CRM" in caught.value.sentence
    assert "ada@example.com" not in caught.value.sentence
    return caught.value


@pytest.mark.parametrize("capability", HubSpotConnector.capabilities)
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(problem("INVALID_AUTHENTICATION"), 401), OperatorError),
        (Reply(without("crm.objects.contacts.read"), 403), OperatorError),
        (Reply(problem("BANNED"), 403), OperatorError),
        (Reply(problem("RATE_LIMITS", policyName="SECONDLY"), 429), TemporaryError),
        (Reply(problem("VALIDATION_ERROR"), 400), FinalError),
        (Reply(problem("INTERNAL_ERROR"), 500), TemporaryError),
        (Reply(problem("INTERNAL_ERROR"), 502), TemporaryError),
        (Reply(b"<html>Just a moment</html>"), TemporaryError),
        (Reply(b"<html>Just a moment</html>", 403), OperatorError),
        (Reply(b'{"results": [{"id"'), TemporaryError),
        (Reply([]), TemporaryError),
        (Reply({}), TemporaryError),
        (Reply({"results": "none"}), TemporaryError),
        (Reply(b'{"results": "' + b"x" * 4_100_000 + b'"}'), FinalError),
        (Reply({}, 302, {"Location": "http://169.254.169.254/latest/meta-data"}), OperatorError),
    ],
    ids=lambda value: str(getattr(value, "status", value.__name__ if isinstance(value, type) else value)),
)
def test_faults(ada: HubSpot, capability: str, reply: Reply, kind: type[ConnectorError]) -> None:
    answering(ada, reply)
    assert type(failure(ada, capability)) in {kind, *kind.__subclasses__()}


@pytest.mark.parametrize("part", ["/associations/", "/orders/batch/read", "/0-3/batch/read", "/tickets/batch/read"])
def test_a_fault_in_the_middle_is_one(ada: HubSpot, part: str) -> None:
    ada.add("0-3", "61", of=("contacts", "501"), dealname="Renewal")
    ada.add("tickets", "71", of=("contacts", "501"), subject="Broken")
    answering(ada, Reply(problem("INTERNAL_ERROR"), 500), part)
    assert isinstance(failure(ada), TemporaryError)


@pytest.mark.parametrize(
    ("policy", "header", "seconds", "words"),
    [
        ("SECONDLY", None, 1.0, "too many requests"), ("TEN_SECONDLY_ROLLING", None, 10.0, "too many requests"),
        ("DAILY", None, 3600.0, "in a day"), ("NEW_ONE", None, 10.0, "too many requests"),
        (None, None, 10.0, "too many requests"), ([1], None, 10.0, "too many requests"),
        ("DAILY", "120", 120.0, "in a day"), ("TEN_SECONDLY_ROLLING", "3", 3.0, "too many requests"),
    ],
)  # fmt: skip
def test_limits_say_when_to_come_back(
    ada: HubSpot, policy: Any, header: str | None, seconds: float, words: str
) -> None:
    answering(ada, Reply(problem("RATE_LIMITS", policyName=policy), 429, {"Retry-After": header} if header else {}))
    error = failure(ada)
    assert isinstance(error, TemporaryError)
    assert error.retry_after == seconds
    assert words in error.sentence


@pytest.mark.parametrize("status", [423, 477])
def test_a_locked_account_is_a_matter_of_time(ada: HubSpot, status: int) -> None:
    answering(ada, Reply(problem("LOCKED"), status, {"Retry-After": "7"}))
    error = failure(ada)
    assert isinstance(error, TemporaryError)
    assert error.retry_after == 7.0


@pytest.mark.parametrize("key", ["requiredGranularScopes", "requiredScopes", "missingScopes"])
def test_missing_rights_are_named(ada: HubSpot, key: str) -> None:
    answering(ada, Reply(without("crm.objects.orders.read", "e-commerce", key=key), 403), "/orders/")
    assert failure(ada).sentence == "CRM refused (missing crm.objects.orders.read, e-commerce). Tell an admin."


def test_a_right_missing_within_a_batch_is_named(ada: HubSpot) -> None:
    body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [without("tickets")]}
    ada.add("tickets", "71", of=("contacts", "501"), subject="Broken")
    answering(ada, Reply(body, 207), "/objects/tickets/batch/read")
    assert "missing tickets" in failure(ada).sentence


def test_a_batch_that_is_not_whole_is_no_answer(ada: HubSpot) -> None:
    body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [problem("INTERNAL_ERROR")]}
    answering(ada, Reply(body, 207), "/orders/batch/read")
    error = failure(ada, "orders")
    assert isinstance(error, TemporaryError)
    assert "in part" in error.sentence


def test_records_that_are_gone_leave_the_others(ada: HubSpot) -> None:
    ada.owned["contacts", "501", "orders"] += ["2", "3"]
    assert len(ada.connector().orders(WHO).orders) == 1
    nobody = problem("x", subCategory="crm.associations.NO_ASSOCIATIONS_FOUND")
    answering(ada, Reply({"results": [], "errors": [nobody]}, 207), "/associations/")
    assert ada.connector().orders(WHO).is_empty


def test_orders_can_do_without_the_names_of_their_stages(ada: HubSpot) -> None:
    answering(ada, Reply(without("crm.pipelines.orders.read"), 403), "/pipelines/")
    assert len(ada.connector().orders(WHO).orders) == 1
    answering(ada, Reply({}, 500), "/pipelines/")
    assert isinstance(failure(ada, "orders"), TemporaryError)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"category": "MISSING_SCOPES"}, {"category": "MISSING_SCOPES", "errors": "x"},
        {"category": "MISSING_SCOPES", "errors": [None, {"context": []}, {"context": {"requiredScopes": [1, "<b>x"]}}]},
        without("crm.objects.orders.read") | {"category": "FORBIDDEN"},
    ],
)  # fmt: skip
def test_what_names_no_scope(body: dict[str, Any]) -> None:
    assert missing_scopes(body) == ()


def test_scopes_beside_the_errors_count_too() -> None:
    assert missing_scopes({"category": "MISSING_SCOPES", "context": {"missingScopes": ["tickets"]}}) == ("tickets",)


def test_silence_ends_in_time(ada: HubSpot) -> None:
    with raw_server(lambda connection, head: None) as closing:
        connector = HubSpotConnector(SETTINGS, name="CRM")
        connector.address = closing.url
        with pytest.raises(TemporaryError):
            connector.customer(WHO)
    with raw_server(lambda connection, head: time.sleep(3)) as silent, budget(0.4):
        connector = HubSpotConnector(SETTINGS, name="CRM")
        connector.address = silent.url
        with pytest.raises(TemporaryError, match="in time"):
            connector.customer(WHO)


def test_pages_without_end_are_not_followed(ada: HubSpot, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(asked: Asked) -> Reply | None:
        if "/associations/" not in asked.path:
            return None
        to = [{"toObjectId": len(ada.outside.asked)}]
        return Reply({"results": [{"from": {"id": "501"}, "to": to, "paging": {"next": {"after": "x"}}}]})

    ada.fault = endless
    monkeypatch.setattr(client_module, "_ASSOCIATION_PAGES", 3)
    connector = ada.connector(deals=False, tickets=False)
    connector.customer(WHO)
    assert len([path for path in ada.paths() if "/associations/" in path]) == 3


# --- checking a connection -----------------------------------------------------------------------------


def test_check(ada: HubSpot) -> None:
    assert ada.connector().check() == "HubSpot account 4711 answers, with 1 contacts."
    types = [path.removeprefix("/crm/v3/objects/") for path in ada.paths()]
    assert types == [
        "/account-info/v3/details", "contacts", "orders", "line_items", "0-3", "tickets", "commerce_payments",
        "invoices", "subscriptions", "contacts/search",
    ]  # fmt: skip


def test_check_asks_for_no_more_than_is_wanted(ada: HubSpot) -> None:
    ada.connector(deals=False, tickets=False, payments=False).check()
    assert len(ada.paths()) == 5


def test_check_names_all_missing_rights_at_once(ada: HubSpot) -> None:
    def refusing(asked: Asked) -> Reply | None:
        name = asked.path.rpartition("/")[2]
        return Reply(without(f"crm.objects.{name}.read"), 403) if name in {"invoices", "orders"} else None

    ada.fault = refusing
    with pytest.raises(OperatorError) as caught:
        ada.connector().check()
    assert caught.value.sentence == (
        "CRM refused (missing crm.objects.orders.read, crm.objects.invoices.read). Tell an admin."
    )


def test_check_knows_the_accounts_currency(ada: HubSpot) -> None:
    with pytest.raises(OperatorError) as caught:
        ada.connector(currency="USD").check()
    assert caught.value.sentence == "The currency of CRM is EUR, not USD. Change the setting."


@pytest.mark.parametrize("body", [{}, [], {"portalId": None, "companyCurrency": 5}])
def test_check_needs_no_details(ada: HubSpot, body: Any) -> None:
    answering(ada, Reply(body), "/account-info/")
    assert ada.connector().check() == "HubSpot account ? answers, with 1 contacts."


def test_check_with_a_wrong_token(ada: HubSpot) -> None:
    answering(ada, Reply(problem("INVALID_AUTHENTICATION"), 401))
    with pytest.raises(OperatorError, match="credentials"):
        ada.connector().check()


def test_only_hubspots_own_address_is_asked() -> None:
    assert HubSpotConnector.address == "https://api.hubapi.com"
    assert HubSpotConnector.destination == ()
    assert isinstance(HubSpotConnector(SETTINGS, name="CRM")._client, HubSpotClient)
