"""HubSpot as the tests want it: records and what belongs to them, and a check of every request.

Each request is held against HubSpot's own schemas (`tests/fixtures/hubspot`, cut down to what we ask). Two
things differ, on purpose. A search may leave out `after`, which the schema requires and a first page has not.
Line items, tickets, payments, invoices and subscriptions have schemas that HubSpot makes from one template;
that of orders stands for all of them.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from panels.connectors.hubspot.connector import HubSpotConnector
from tests.support.outside import Asked, OutsideSystem, Reply

_FIXTURES = Path(__file__).parent.parent / "fixtures" / "hubspot"
_SCHEMAS = ("contacts", "orders", "deals", "others")
_LIKE_ORDERS = "line_items|tickets|commerce_payments|invoices|subscriptions"
_LEFT_OUT = {"PublicObjectSearchRequest": {"after"}}
TOKEN = "pat-eu1-0000"
SETTINGS = {
    "token": TOKEN, "currency": "EUR", "country": "DE", "account_id": "4711", "cancelled": "Cancelled, Canceled",
    "deals": True, "tickets": True, "payments": True,
}  # fmt: skip
AT = "2026-03-27T18:04:11.823Z"


def record(object_id: str, **properties: Any) -> dict[str, Any]:
    """Return a record in the shape of HubSpot's examples."""
    return {"id": object_id, "properties": properties, "createdAt": AT, "updatedAt": AT, "archived": False}


@dataclass
class HubSpot:
    """An account with records by type and id. `fault` answers in its place where it returns something."""

    outside: OutsideSystem
    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    owned: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    # What a search finds, whatever it looks for: HubSpot is generous.
    found: list[str] | None = None
    page_size: int = 1000
    fault: Callable[[Asked], Reply | None] = lambda asked: None

    def add(self, object_type: str, object_id: str, *, of: tuple[str, str] | None = None, **properties: Any) -> None:
        """Add a record, and say whose it is: (type, id)."""
        self.records.setdefault(object_type, {})[object_id] = record(object_id, **properties)
        if of is not None:
            self.owned.setdefault((*of, object_type), []).append(object_id)

    def connector(self, **settings: Any) -> HubSpotConnector:
        connector = HubSpotConnector({**SETTINGS, **settings}, name="CRM")
        connector.address = self.outside.url
        return connector

    def paths(self) -> list[str]:
        return [asked.path for asked in self.outside.asked]

    def filters(self) -> list[dict[str, Any]]:
        """Return the filters of all searches."""
        searches = [asked.json() for asked in self.outside.asked if asked.path.endswith("/search")]
        return [one for search in searches for group in search["filterGroups"] for one in group["filters"]]

    def answer(self, asked: Asked) -> Reply:
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"
        assert_as_documented(asked)
        return self.fault(asked) or self.regular_answer(asked)

    def regular_answer(self, asked: Asked) -> Reply:
        """Return what HubSpot answers when nothing is wrong."""
        parts = asked.path.strip("/").split("/")
        if parts[0] == "account-info":
            return Reply({"portalId": 4711, "companyCurrency": "EUR", "timeZone": "Europe/Berlin"})
        if parts[2] == "pipelines":
            stages = [{"id": stage, "label": label, "metadata": {}} for stage, label in self.stages.items()]
            return Reply({"results": [{"id": "p", "label": "Orders", "stages": stages}]})
        if parts[2] == "associations":
            return Reply(self._associations(parts[3], parts[4], asked.json()))
        records = self.records.get(parts[3], {})
        if parts[-1] == "search":
            ids = list(records) if self.found is None else self.found
            sent = asked.json()
            return Reply(self._page([_asked_for(records[object_id], sent["properties"]) for object_id in ids], sent))
        if parts[-1] == "read":
            ids = [given["id"] for given in asked.json()["inputs"]]
            missing = [object_id for object_id in ids if object_id not in records]
            names = asked.json()["properties"]
            found = [_asked_for(records[object_id], names) for object_id in ids if object_id in records]
            answer = {"status": "COMPLETE", "results": found, "startedAt": AT, "completedAt": AT}
            problem = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "…", "context": {"ids": missing}}
            return Reply({**answer, "numErrors": 1, "errors": [problem]}, 207) if missing else Reply(answer)
        return Reply({"results": list(records.values())[:1]})

    def _page(self, found: list[dict[str, Any]], search: dict[str, Any]) -> dict[str, Any]:
        start, size = int(search.get("after") or 0), min(search["limit"], self.page_size)
        page: dict[str, Any] = {"total": len(found), "results": found[start : start + size]}
        if start + size < len(found):
            page["paging"] = {"next": {"after": str(start + size)}}
        return page

    def _associations(self, from_type: str, to_type: str, body: dict[str, Any]) -> dict[str, Any]:
        results = []
        for given in body["inputs"]:
            ids = self.owned.get((from_type, given["id"], to_type), [])
            start = int(given.get("after") or 0)
            to = [{"toObjectId": int(one), "associationTypes": []} for one in ids[start : start + self.page_size]]
            entry: dict[str, Any] = {"from": {"id": given["id"]}, "to": to}
            if start + self.page_size < len(ids):
                entry["paging"] = {"next": {"after": str(start + self.page_size)}}
            results += [entry] if to else []
        return {"status": "COMPLETE", "results": results, "startedAt": AT, "completedAt": AT}


def _asked_for(found: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the record with null for every property that was asked for and has no value."""
    return {**found, "properties": {**dict.fromkeys(names), **found["properties"]}}


def assert_as_documented(asked: Asked) -> None:
    """Path, method, parameters and body must be as HubSpot's schemas have them."""
    path = re.sub(rf"^(/crm/v3/objects)/(?:{_LIKE_ORDERS})(?=/|$)", r"\1/orders", asked.path)
    if path.endswith("/orders/search"):
        raise AssertionError("only contacts are searched")
    for name in _SCHEMAS:
        for template, operations in _schema(name)["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is None:
                continue
            assert asked.method.lower() in operations, asked
            operation = operations[asked.method.lower()]
            known = {given["name"] for given in operation["parameters"] if given["in"] == "query"}
            assert set(asked.params) <= known, asked
            if "requestBody" in operation:
                reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                _validator(name, reference).validate(asked.json())
            return
    raise AssertionError(f"HubSpot knows no {asked.path}")


@cache
def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((_FIXTURES / f"{name}.json").read_text())
    for title, left_out in _LEFT_OUT.items():
        if shape := schema["components"]["schemas"].get(title):
            shape["required"] = [one for one in shape["required"] if one not in left_out]
    # Nothing but what is documented.
    for shape in schema["components"]["schemas"].values():
        if "properties" in shape:
            shape.setdefault("additionalProperties", False)
    return schema


@cache
def _validator(name: str, reference: str) -> Any:
    return jsonschema_rs.Draft4Validator({**_schema(name), "$ref": reference})


@pytest.fixture
def hubspot(outside: OutsideSystem) -> HubSpot:
    """An empty account."""
    account = HubSpot(outside)
    outside.answer = account.answer
    return account
