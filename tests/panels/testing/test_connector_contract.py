"""Every test of the contract fails for a connector that deserves it, and says what to do."""

import contextlib
import datetime as dt
import logging
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import pytest
from django import forms
from msgspec import structs

from panels import registry
from panels.api import (
    Connector,
    DeliveryWord,
    Identity,
    Money,
    OperatorError,
    Order,
    Orders,
    PaymentWord,
    SecretField,
    SystemClient,
    TemporaryError,
    is_same_email,
)
from panels.connectors.base import Connector as Base
from panels.testing import Asked, ConnectorContract, Http, Reply, connector_contract, faults

TOKEN = "tr-0000-secret"
logger = logging.getLogger("acme")


class Settings(forms.Form):
    address = forms.URLField(assume_scheme="https")
    token = SecretField()


class Tracker(Connector):
    """Knows orders by e-mail."""

    slug = "kit-tracker"
    title = "Tracker"
    capabilities = ("orders",)
    SettingsForm = Settings
    destination = ("address",)
    recognises_by = ("email",)

    def orders(self, who: Identity) -> Orders:
        made = [self.make(row) for email in who.emails for row in self.rows(email) if self.is_theirs(row, email)]
        return Orders(orders=tuple(order for order in made if order))

    def check(self) -> str:
        self.rows("nobody@example.com")
        return "The tracker answers."

    def rows(self, email: str) -> list[Any]:
        rows = self.client().get("/orders", params={"email": email})
        if not isinstance(rows, list):
            raise TemporaryError("%(system)s answered with something odd.", values={"system": self.name})
        return [row for row in rows if isinstance(row, dict)]

    def client(self) -> SystemClient:
        headers = {"Authorization": f"Bearer {self.settings['token']}"}
        return SystemClient(self.settings["address"], name=self.name, headers=headers)

    def is_theirs(self, row: Any, email: str) -> bool:
        return isinstance(row.get("email"), str) and is_same_email(row["email"], email)

    def make(self, row: Any) -> Order | None:
        try:
            return make_order(row)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            return None


def make_order(row: Any) -> Order:
    return Order(
        external_id=str(row["id"]),
        number=str(row["id"]),
        placed_at=dt.datetime.fromisoformat(row["at"]),
        pay=PaymentWord.PAID,
        ship=DeliveryWord.DELIVERED,
        total=Money.of(str(row["total"]), "EUR"),
    )


class Contract(ConnectorContract):
    """As an author writes it, under a name that pytest does not collect."""

    connector = Tracker
    settings = {"address": "https://tracker.example", "token": TOKEN}

    def serve(self, http: Http) -> None:
        rows = [
            {"id": number, "email": who.emails[0], "at": "2026-11-20T10:00:00+00:00", "total": "12.50"}
            for number, who in enumerate((self.identity, self.other), 1)
        ]

        def answer(asked: Asked) -> Any:
            return [row for row in rows if row["email"] == asked.params["email"]]

        http.on("GET", "https://tracker.example/orders", answer)


def make(**members: Any) -> Any:
    """Return the contract of a tracker with other members."""
    kind = type("Tracker", (Tracker,), members)
    return type("Made", (Contract,), {"connector": kind})()


def fails(test: Callable[..., None], *args: Any, saying: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=saying):
        test(*args)


def fault(name: str) -> faults.Fault:
    return next(one for one in faults.FAULTS if one.name == name)


PLAIN = [
    name
    for name in vars(ConnectorContract)
    if name.startswith("test_") and name not in {"test_is_installed", "test_faults_are_told", "test_secrets_are_kept"}
]  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_good_connector_passes(name: str) -> None:
    getattr(make(), name)()


@pytest.mark.parametrize("one", faults.FAULTS, ids=lambda one: one.name)
def test_good_connector_tells_faults(one: faults.Fault, caplog: pytest.LogCaptureFixture) -> None:
    make().test_faults_are_told(one, caplog)


def test_good_connector_keeps_secrets(caplog: pytest.LogCaptureFixture) -> None:
    make().test_secrets_are_kept(caplog)


def test_connector_without_an_entry_point() -> None:
    fails(make().test_is_installed, saying=r'entry-points."voxysapps.connectors"\]\nkit-tracker = "')


def test_connector_for_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    contract = make(requires_api="~=3.0")
    kind = contract.connector
    value = f"{kind.__module__}:{kind.__qualname__}"
    point = EntryPoint("kit-tracker", value, registry.CONNECTORS_GROUP)
    kind.slug = "kit-tracker"
    monkeypatch.setattr(connector_contract, "entry_points", lambda group: [point])
    monkeypatch.setattr(EntryPoint, "load", lambda self: kind)
    fails(contract.test_is_installed, saying="is written for panel API ~=3.0")


def test_capability_without_a_method() -> None:
    fails(make(capabilities=("orders", "payments")).test_capabilities_have_methods, saying="write the method `payments")
    fails(make(capabilities=()).test_capabilities_have_methods, saying="add “orders” to `capabilities`")
    fails(make(capabilities=("orders", "fate")).test_capabilities_have_methods, saying="no capability “fate”")


def test_settings_that_the_form_refuses() -> None:
    contract = make()
    type(contract).settings = {"address": "https://tracker.example"}
    fails(contract.test_settings_are_valid, saying="does not take the test's `settings`.*token")


def test_address_that_is_no_destination() -> None:
    fails(make(destination=()).test_destination_names_where_secrets_go, saying=r"Set `destination = \('address',\)`")


def test_answer_of_another_kind() -> None:
    fails(
        make(orders=lambda self, who: []).test_answers_every_capability,
        saying="returned list: return panels.api.Orders",
    )


def test_answer_that_cannot_be_stored() -> None:
    odd = structs.replace(make_order({"id": 1, "at": "2026-11-20T10:00:00+00:00", "total": 1}), number=1042)
    fails(make(orders=lambda self, who: Orders(orders=(odd,))).test_answers_every_capability, saying="cannot be stored")


def test_answer_with_a_source() -> None:
    def orders(self: Any, who: Identity) -> Orders:
        made = Tracker.orders(self, who)
        return Orders(orders=tuple(structs.replace(order, source="Mine") for order in made.orders))

    fails(make(orders=orders).test_answers_every_capability, saying="leave `source` to the platform")


def test_system_that_knows_nobody() -> None:
    fails(make(orders=lambda self, who: Orders()).test_answers_every_capability, saying="let `serve` answer")


def test_records_of_everybody() -> None:
    both = [{"id": 7, "at": "2026-11-20T10:00:00+00:00", "total": 1}]
    mixed = make(rows=lambda self, email: both, is_theirs=lambda self, row, email: True)
    fails(mixed.test_two_customers_are_not_mixed, saying="gives both customers Order 7")
    fails(mixed.test_nobody_has_nothing, saying="somebody whom the system does not know")


def test_connector_that_believes_the_system() -> None:
    trusting = make(is_theirs=lambda self, row, email: True)
    fails(trusting.test_only_exact_matches_count, saying="Compare what comes with what was looked for: is_same_email")
    parts = make(is_theirs=lambda self, row, email: str(row.get("email")) in email)
    fails(parts.test_only_exact_matches_count, saying="returned the rows of ada@example.com")


def test_system_whose_answers_do_not_tell_whose_they_are() -> None:
    keyed = make(is_theirs=lambda self, row, email: True)
    type(keyed).answers_tell_whose = False
    with pytest.raises(pytest.skip.Exception, match="do not tell whose they are"):
        keyed.test_only_exact_matches_count()
    keyed.test_two_customers_are_not_mixed()
    keyed.test_nobody_has_nothing()
    type(keyed).serve = lambda self, http: http.get("/orders", [{"id": 7, "at": "2026-11-20T10:00:00Z", "total": "1"}])
    fails(keyed.test_two_customers_are_not_mixed, saying="gives both customers Order 7")


def test_connector_that_keeps_answers() -> None:
    kept: dict[str, Any] = {}

    def rows(self: Any, email: str) -> Any:
        if email not in kept:
            kept[email] = Tracker.rows(self, email)
        return kept[email]

    fails(make(rows=rows).test_nothing_is_kept_between_two_connections, saying="The platform caches for you")


def test_connector_that_keeps_its_client() -> None:
    class Keeping(Tracker):
        kept: ClassVar[dict[str, SystemClient]] = {}

        def client(self) -> SystemClient:
            return self.kept.setdefault("once", super().client())

    contract = type("Made", (Contract,), {"connector": Keeping})()
    fails(contract.test_nothing_is_kept_between_two_connections, saying="sends one connection's secret for another")


def test_connector_that_trusts_the_shape_of_answers() -> None:
    careless = make(make=lambda self, row: make_order(row))
    fails(careless.test_odd_answers_are_survived, saying=r"KeyError: 'id' .*\['id'\] is missing.*leave out")
    fails(careless.test_hostile_answers_are_survived, saying="“orders” raised ")


def test_connector_that_writes_customers_into_paths() -> None:
    def rows(self: Any, email: str) -> Any:
        try:
            return self.client().get(f"/orders?email={email}".replace("{", "").replace("}", ""))
        except Exception as error:
            raise TemporaryError("It does not answer.") from error

    fails(make(rows=rows).test_hostile_customers_are_survived, saying="leads elsewhere: GET .*`params`")


@pytest.mark.parametrize(
    ("name", "error", "saying"),
    [
        ("broken", ValueError("boom"), "raised ValueError: boom .*Ask through SystemClient"),
        (
            "broken",
            OperatorError("It is closed."),
            "raises OperatorError when the system answers 500. Raise TemporaryError",
        ),
        ("broken", TemporaryError("boom"), "“boom” is no sentence"),
        ("broken", TemporaryError("There was a JSON error at https://tracker.example."), "speaks of “https:”|“JSON”"),
        ("broken", TemporaryError(f"The token {TOKEN} is bad."), "holds what nobody may read"),
        ("broken", TemporaryError("ada@example.com is not known."), "holds what nobody may read"),
        ("too many requests", TemporaryError("It gets too many requests."), "does not pass on Retry-After"),
    ],
)
def test_connector_that_tells_faults_badly(
    name: str, error: Exception, saying: str, caplog: pytest.LogCaptureFixture
) -> None:
    def rows(self: Any, email: str) -> Any:
        try:
            return Tracker.rows(self, email)
        except Exception:  # noqa: BLE001 - what is raised instead is what is judged
            raise error from None

    fails(make(rows=rows).test_faults_are_told, fault(name), caplog, saying=saying)


def test_connector_that_swallows_faults(caplog: pytest.LogCaptureFixture) -> None:
    def rows(self: Any, email: str) -> Any:
        try:
            return Tracker.rows(self, email)
        except Exception:  # noqa: BLE001 - as a careless author has it
            return []

    fails(make(rows=rows).test_faults_are_told, fault("timeout"), caplog, saying="answers although the system does not")


def test_check_that_checks_nothing() -> None:
    fails(make(check=lambda self: "ok").test_check_answers_in_a_sentence, saying="return one sentence")

    def check(self: Any) -> str:
        with contextlib.suppress(Exception):  # as a careless author has it
            self.rows("nobody@example.com")
        return "All is well."

    fails(make(check=check).test_check_answers_in_a_sentence, saying="content although the system answers 401")

    def broken(self: Any) -> str:
        try:
            self.rows("nobody@example.com")
        except Exception:  # noqa: BLE001 - likewise
            raise ValueError("boom") from None
        return "All is well."

    fails(make(check=broken).test_check_answers_in_a_sentence, saying="check.. raised ValueError.*Raise OperatorError")


def logged(rows: list[Any]) -> list[Any]:
    """Return the rows, having logged what nobody should."""
    logger.warning("asked with %s", TOKEN)
    return rows


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"__repr__": lambda self: f"<Tracker {self.settings}>"}, "repr"),
        ({"explain": lambda self: (self.settings["token"],)}, "explain"),
        ({"rows": lambda self, email: logged(Tracker.rows(self, email))}, "the log"),
        (
            {"make": lambda self, row: structs.replace(make_order(row), note=self.settings["token"])},
            "an answer",
        ),
    ],
)
def test_secret_that_gets_out(members: dict[str, Any], place: str, caplog: pytest.LogCaptureFixture) -> None:
    fails(make(**members).test_secrets_are_kept, caplog, saying=f"A secret .tr-…. is in {place}")


def test_secret_in_an_address(caplog: pytest.LogCaptureFixture) -> None:
    def rows(self: Any, email: str) -> Any:
        return self.client().get("/{token}/orders", {"token": TOKEN}, params={"email": email})

    contract = make(rows=rows)
    type(contract).serve = lambda self, http: http.on("GET", "/{token}/orders", lambda asked: Reply([]))
    fails(contract.test_secrets_are_kept, caplog, saying="the path of a request")


def test_contract_without_a_connector_is_told() -> None:
    with pytest.raises(TypeError, match="TestNothing needs `connector = YourConnector`"):
        type("TestNothing", (ConnectorContract,), {})


def test_connector_that_asks_nobody_is_asked_for_no_faults() -> None:
    quiet: Any = type("Quiet", (ConnectorContract,), {"connector": Base})
    assert quiet.test_faults_are_told is None
