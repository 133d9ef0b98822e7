"""The connector for any company's own API: JSON over HTTP, mapped by its operator."""

import time
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from panels.api import (
    Answer,
    Connector,
    Customers,
    Detail,
    FinalError,
    Gaps,
    Identity,
    MatchKey,
    MatchValue,
    MatchWord,
    OperatorError,
    Orders,
    Payments,
    Record,
    Response,
    SystemClient,
    TemporaryError,
    Window,
    lacks,
)
from panels.connectors.json_http import explaining
from panels.connectors.json_http.addresses import Address, Lookup, Question, lookups
from panels.connectors.json_http.authentication import authentication_for
from panels.connectors.json_http.evaluation import SECONDS, MappingFailed, evaluate
from panels.connectors.json_http.fields import ATTRIBUTE, CAPABILITY_SHAPES
from panels.connectors.json_http.mapping import is_around, make_plan, read_mapping
from panels.connectors.json_http.records import (
    make_customer,
    make_invoice,
    make_order,
    make_payment,
    make_subscription,
)
from panels.connectors.json_http.rows import Found, Owner, Row
from panels.connectors.json_http.settings_form import JsonHttpSettingsForm, question_of, read_headers
from panels.connectors.json_http.values import Reader, Unreadable
from panels.connectors.json_http.words import read_words

# One contact's addresses and numbers are few; more are not asked for.
MOST_REQUESTS = 8
# Nobody is known by these; they show whether the system answers.
_NOBODY: Mapping[str, str] = {"email": "nobody@example.invalid", "phone": "+12025550100", "identifier": "0"}
_GRAPHQL_REFUSALS = frozenset({"UNAUTHENTICATED", "UNAUTHORIZED", "FORBIDDEN", "ACCESS_DENIED"})
_GRAPHQL_LIMITS = frozenset({"THROTTLED", "RATE_LIMITED", "TOO_MANY_REQUESTS"})

AnyAnswer = TypeVar("AnyAnswer", bound=Answer)
AnyRecord = TypeVar("AnyRecord", bound=Record)
Value = TypeVar("Value")


class JsonHttpConnector(Connector):
    """Asks the addresses the operator has entered, and maps what comes by the operator's mapping.

    Rows are compared with whom was looked for; what is somebody else's is dropped, however the system came to send it.
    """

    slug = "json-http"
    title = gettext_lazy("JSON over HTTP (any company's own API)")
    capabilities = ("customer", "orders", "payments")
    SettingsForm = JsonHttpSettingsForm
    destination = ("address", "token_address")
    recognises_by = ("identifier", "email", "phone", "attribute")

    def __init__(self, settings: Mapping[str, Any], *, name: str) -> None:
        super().__init__(settings, name=name)
        self._exchanges: list[explaining.Exchange] = []
        self._authentication = authentication_for(settings, name=name)
        self._gaps = Gaps(name)
        # All mappings of a call share these, however many answers there are.
        self._mapping_seconds = SECONDS

    def customer(self, who: Identity) -> Customers:
        found, _has_more = self._find("customer", who, "customers")
        customers = self._made("customers", found, make_customer)
        return self._told(Customers(customers=customers, matched_by=found[0].by if customers else None))

    def orders(self, who: Identity) -> Orders:
        found, has_more = self._find("orders", who, "orders")
        if candidates := _candidates(found):
            return Orders(candidates=candidates)
        orders = sorted(self._made("orders", found, make_order), key=lambda order: order.placed_at, reverse=True)
        windows = (Window(since=orders[-1].placed_at),) if has_more and orders else ()
        by = found[0].by if orders else None
        return self._told(Orders(orders=tuple(orders), windows=windows, matched_by=by))

    def payments(self, who: Identity) -> Payments:
        kinds = CAPABILITY_SHAPES["payments"]
        by_kind: dict[str, tuple[list[Found], bool]] = {kind: ([], False) for kind in kinds}
        # By one value for all kinds: a weaker one's invoices may be somebody else's than a surer one's payments.
        for lookup in lookups(who):
            by_kind = {kind: self._find_by("payments", lookup, who, kind) for kind in kinds}
            if any(rows for rows, _has_more in by_kind.values()):
                break
        every = [found for rows, _has_more in by_kind.values() for found in rows]
        if candidates := _candidates(every):
            return Payments(candidates=candidates)
        payments = self._made("payments", by_kind["payments"][0], make_payment)
        subscriptions = self._made("subscriptions", by_kind["subscriptions"][0], make_subscription)
        invoices = self._made("invoices", by_kind["invoices"][0], make_invoice)
        payments = tuple(sorted(payments, key=lambda payment: payment.at, reverse=True))
        has_more = by_kind["payments"][1] and payments
        theirs = Payments(
            payments=payments,
            subscriptions=subscriptions,
            invoices=tuple(sorted(invoices, key=lambda invoice: invoice.issued_at, reverse=True)),
            windows=(Window(since=payments[-1].at),) if has_more else (),
            matched_by=every[0].by if every else None,
        )
        return self._told(theirs)

    def check(self) -> str:
        capability, address = next(
            (capability, address)
            for capability in self.capabilities
            for address in self._question(capability).addresses
        )
        self._ask(capability, address, _NOBODY.get(address.key, "0"))
        return gettext("The API at %(address)s answers.") % {"address": self.settings["address"]}

    def explain(self) -> Sequence[Detail]:
        return explaining.details(self._exchanges, self._reader, self._authentication.secrets())

    # --- finding -------------------------------------------------------------------------------------

    def _find(self, capability: str, who: Identity, kind: str) -> tuple[list[Found], bool]:
        """Return the customer's rows of one kind, found by the surest value, and whether there are more."""
        for lookup in lookups(who):
            found, has_more = self._find_by(capability, lookup, who, kind)
            if found:
                return found, has_more
        return [], False

    def _find_by(self, capability: str, lookup: Lookup, who: Identity, kind: str) -> tuple[list[Found], bool]:
        """Return the customer's rows of one kind, found by one value, and whether there are more."""
        found: dict[tuple[str, ...], Found] = {}
        has_more = False
        for number, (address, value) in enumerate(_requests(self._question(capability), lookup, who)):
            if number == MOST_REQUESTS:
                has_more = True
                break
            rows, more = self._rows(capability, kind, address, value)
            has_more |= more
            for one in self._theirs(capability, rows, address, value, lookup):
                found.setdefault(_key(one), one)
        return list(found.values()), has_more

    def _rows(self, capability: str, kind: str, address: Address, value: str) -> tuple[list[tuple[Row, Owner]], bool]:
        exchange = self._ask(capability, address, value)
        if exchange is None:
            return [], False
        mapping = self._mapping(capability)
        made = exchange.evaluated.get(kind)
        if made is None:
            plan, started = make_plan(capability, kind, mapping), time.monotonic()
            try:
                made = evaluate(plan, exchange.answer, system=self.name, seconds=self._mapping_seconds)
            except MappingFailed as error:
                exchange.errors.setdefault(error.field, error.sentence)
                raise
            self._mapping_seconds = max(self._mapping_seconds - (time.monotonic() - started), 0.0)
            exchange.evaluated[kind] = made
            exchange.errors.update(made.errors)
        rows: list[tuple[Row, Owner]] = []
        for made_row in made.rows:
            if is_around(capability, mapping):
                around = Row("customers", made_row["fields"], made_row["inside"], self._reader)
                owner = Owner.of(around, name="name")
                rows += [(Row(kind, inner.values, inner.inner, self._reader), owner) for inner in around.inside(kind)]
            else:
                row = Row(kind, made_row["fields"], made_row["inside"], self._reader)
                rows.append((row, Owner.of(row, name="name" if kind == "customers" else "customer_name")))
        return rows, made.has_more

    def _theirs(
        self, capability: str, rows: list[tuple[Row, Owner]], address: Address, value: str, lookup: Lookup
    ) -> Iterator[Found]:
        """Yield the rows that are whose was looked for. Raises OperatorError where no row says whose it is."""
        is_link = lookup.by is MatchWord.LINK
        key = "identifier" if is_link else address.key
        wanted = {match.value for match in lookup.values} if is_link else {value}
        # Only where the id is a part of the path that was asked for: an unknown parameter would be overlooked.
        is_selected = bool(self.settings.get(f"{capability}_selects")) and address.in_path and _is_id(address.key)
        silent = 0
        for row, owner in rows:
            if not owner.says(key):
                silent += 1
                if is_selected:
                    yield Found(row, owner, lookup.by, value)
            elif any(owner.is_same(key, one, region=self._region) for one in wanted) or (
                is_link and owner.key in wanted
            ):
                yield Found(row, owner, lookup.by, value)
        if not silent or is_selected:
            return
        self._gaps.note()
        if silent == len(rows):
            if self._exchanges:
                sentence = gettext("No row says whose it is, so none is taken for this customer's. Map it.")
                self._exchanges[-1].errors.setdefault(_said_by(key), sentence)
            message = gettext_noop("%(system)s does not say whose its records are. Tell an admin.")
            raise OperatorError(message, values={"system": self.name})

    def _made(self, kind: str, found: Sequence[Found], make: Callable[[Found], AnyRecord]) -> tuple[AnyRecord, ...]:
        """Return the records. Raises OperatorError where not one of the rows can be shown."""
        made: dict[str, AnyRecord] = {}
        for one in found:
            try:
                record = make(one)
            except Unreadable:
                continue
            made.setdefault(record.external_id, record)
        if found and not made:
            lacking = next((path for path in self._reader.errors if path.startswith(kind)), kind)
            raise lacks(self.name, lacking)
        return tuple(made.values())

    def _told(self, answer: AnyAnswer) -> AnyAnswer:
        """Return the answer with what an agent has to know of it."""
        if self._reader.lost:
            self._gaps.note()
        return self._gaps.told(answer)

    # --- asking --------------------------------------------------------------------------------------

    def _ask(self, capability: str, address: Address, value: str) -> explaining.Exchange | None:
        """Ask for one value; return what came, None for nobody. What was asked already is not asked again."""
        for exchange in self._exchanges:
            if (exchange.capability, exchange.address, exchange.value) == (capability, address, value):
                return exchange if exchange.answer else None
        response = self._send(address, value)
        if self._authentication_refused(address, response) and self._authentication.renew():
            response = self._send(address, value)
        exchange = explaining.Exchange(capability, address, value, response.status)
        self._exchanges.append(exchange)
        # A path that ends nowhere is a customer whom the system does not know.
        if response.status == HTTPStatus.NOT_FOUND and address.in_path:
            return None
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise self._client.refusal(response)
        exchange.answer = response.body
        decoded = self._client.json(response)
        if address.graphql:
            self._require_no_graphql_errors(decoded)
        return exchange

    def _send(self, address: Address, value: str) -> Response:
        accept = (HTTPStatus.UNAUTHORIZED, *((HTTPStatus.NOT_FOUND,) if address.in_path else ()))
        body = address.filled_body(value)
        return self._client.ask(
            "GET" if body is None else "POST",
            address.path,
            {"value": value} if address.in_path else None,
            params=address.params(value) or None,
            json=body,
            headers=self._authentication.headers(),
            accept=accept,
            is_question=True,
        )

    def _authentication_refused(self, address: Address, response: Response) -> bool:
        if response.status == HTTPStatus.UNAUTHORIZED:
            return True
        return bool(address.graphql) and bool(_graphql_codes(self._client.json(response)) & _GRAPHQL_REFUSALS)

    def _require_no_graphql_errors(self, answer: Any) -> None:
        """Raise for an answer that is a success to HTTP only."""
        named = {"system": self.name}
        codes = _graphql_codes(answer)
        if codes & _GRAPHQL_REFUSALS:
            raise OperatorError(gettext_noop("%(system)s refused our credentials. Tell an admin."), values=named)
        if codes & _GRAPHQL_LIMITS:
            raise TemporaryError(gettext_noop("%(system)s gets too many requests at the moment."), values=named)
        if codes:
            raise FinalError(gettext_noop("%(system)s did not understand what it was asked."), values=named)

    # --- settings ------------------------------------------------------------------------------------

    @cached_property
    def _client(self) -> SystemClient:
        headers = self._read(lambda: read_headers(str(self.settings.get("headers") or "")))
        return SystemClient(str(self.settings["address"]), name=self.name, headers=headers, max_bytes=2_000_000)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(
            currency=str(self.settings.get("currency") or "EUR"),
            is_minor=self.settings.get("amounts") == "minor",
            zone=zoneinfo.ZoneInfo(str(self.settings.get("time_zone") or "UTC")),
            words=self._read(lambda: read_words(str(self.settings.get("words") or ""))),
        )

    @property
    def _region(self) -> str | None:
        return str(self.settings.get("phone_region") or "") or None

    def _question(self, capability: str) -> Question:
        return self._read(lambda: question_of(self.settings, capability))

    def _mapping(self, capability: str) -> Mapping[str, str]:
        return self._read(lambda: read_mapping(capability, str(self.settings.get(f"{capability}_mapping") or "")))

    def _read(self, read: Callable[[], Value]) -> Value:
        try:
            return read()
        except ValidationError:
            message = gettext_noop("The settings of %(system)s are not good any longer. Tell an admin.")
            raise OperatorError(message, values={"system": self.name}) from None


def _requests(question: Question, lookup: Lookup, who: Identity) -> Iterator[tuple[Address, str]]:
    """Yield which addresses are asked for which values."""
    for address in question.about(lookup.key):
        for match in lookup.values:
            yield from ((address, spelling) for spelling in _spellings(address.key, match.value))
    if lookup.by is MatchWord.LINK and not question.about("identifier"):
        # Nobody can be asked for by number: the others are, and whoever was chosen is picked out.
        for key in who.order:
            for address in question.about(key):
                for match in _values(who, key):
                    yield from ((address, spelling) for spelling in _spellings(key, match.value))


def _spellings(key: MatchKey, value: str) -> tuple[str, ...]:
    """Return the value as systems may have stored it: many compare e-mail addresses letter by letter."""
    return tuple(dict.fromkeys((value, value.lower()))) if key == "email" else (value,)


def _values(who: Identity, key: MatchKey) -> tuple[MatchValue, ...]:
    found = [lookup for lookup in lookups(Identity(**_unlinked(who))) if lookup.key == key]
    return found[0].values if found else ()


def _unlinked(who: Identity) -> dict[str, Any]:
    names = ("identifier", "emails", "phones", "attributes", "order")
    return {name: getattr(who, name) for name in names}


def _candidates(found: Sequence[Found]) -> tuple[Any, ...]:
    """Return those whom the rows are of, where they are of several people and nobody has chosen."""
    if any(one.by is MatchWord.LINK for one in found):
        return ()
    owners: dict[str, Owner] = {}
    for one in found:
        # A number may be several people's; whom else a value belongs to, only the system's own ids tell.
        key = one.owner.key if one.by is MatchWord.PHONE else one.owner.customer_id
        if key:
            owners.setdefault(key, one.owner)
    return tuple(owner.candidate() for owner in owners.values()) if len(owners) > 1 else ()


def _key(found: Found) -> tuple[str, ...]:
    """Return what makes two rows the same one, which several requests have found."""
    own = found.row.text("id") if "id" in found.row.values else found.owner.key
    return (found.owner.key or "", own or str(id(found)))


def _is_id(key: MatchKey) -> bool:
    return key == "identifier" or key.startswith(ATTRIBUTE)


def _said_by(key: MatchKey) -> str:
    return "customer_id" if key == "identifier" else key


def _graphql_codes(answer: Any) -> set[str]:
    """Return the codes of the errors in an answer; of those without one, an empty one."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, list):
        return set()
    codes: set[str] = set()
    for error in errors:
        extensions = error.get("extensions") if isinstance(error, dict) else None
        code = extensions.get("code") if isinstance(extensions, dict) else None
        codes.add(str(code or "").upper() or "UNKNOWN")
    return codes
