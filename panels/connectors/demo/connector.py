"""The demonstration connector: invented customers, so that everything can be seen without a shop."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import NoReturn

import msgspec
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from panels.api import (
    Candidate,
    Connector,
    Customer,
    Customers,
    FinalError,
    Identity,
    Match,
    MatchWord,
    OperatorError,
    Orders,
    Payments,
    TemporaryError,
)
from panels.connectors.demo.money_matters import make_payments
from panels.connectors.demo.people import Person, find_people
from panels.connectors.demo.purchases import make_orders
from panels.connectors.demo.records import make_customer

_SLOW_SECONDS = 8
_RETRY_AFTER_SECONDS = 30


class DemoSettingsForm(forms.Form):
    """What the demonstration shop is called, and how well it answers."""

    shop = forms.CharField(
        label=_("Shop name"),
        initial="Demo shop",
        max_length=40,
        help_text=_("Another name gives the same customers other orders."),
    )
    currency = forms.CharField(
        label=_("Currency"),
        initial="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as EUR."))],
    )
    latency = forms.IntegerField(
        label=_("Time to answer"),
        initial=0,
        min_value=0,
        max_value=30_000,
        help_text=_("In milliseconds, added to every call."),
    )
    fault = forms.ChoiceField(
        label=_("Fault"),
        initial="none",
        choices=(
            ("none", pgettext_lazy("fault", "None")),
            ("slow", _("Slow: eight seconds for every answer")),
            ("temporary", _("Temporary: no answer in time")),
            ("rate_limited", _("Temporary: too many requests, wait 30 seconds")),
            ("flaky", _("Temporary, in every other minute")),
            ("final", _("Final: refuses this customer")),
            ("operator", _("Operator: refuses the access token")),
        ),
    )


class DemoConnector(Connector):
    """Answers with invented data that are the same for the same customer all day, and look recent.

    A customer is known by identifier, else by first e-mail, else by phone. Whoever is asked for has some
    orders, payments and perhaps a subscription, unless a word in the local part of an e-mail or in the
    identifier, between dots, dashes or plus signs, asks for something particular, such as in
    `ada+dispute@example.com`: `nobody` no such customer; `nodata` a customer without orders; `oneorder`;
    `manyorders` 120; `several` three customers with one phone; `guest` never signed up; `twocurrencies`;
    `jpy`, `kwd` amounts with no and with three decimals; `dispute`, `inquiry`, `pastdue`, `problem`,
    `delayed` each with that alert; `longname`, `rtl`, `hostile` names and texts that break bad pages;
    `testmode` the newest order is a test. Words can be combined.
    """

    slug = "demo"
    title = _("Demonstration (invented data)")
    capabilities = ("customer", "orders", "payments")
    SettingsForm = DemoSettingsForm

    def customer(self, who: Identity) -> Customers:
        return self._answer(who)[0]

    def orders(self, who: Identity) -> Orders:
        return self._answer(who)[1]

    def payments(self, who: Identity) -> Payments:
        return self._answer(who)[2]

    def check(self) -> str:
        self._behave()
        return gettext("The demonstration shop “%(shop)s” answers with invented data.") % {"shop": self._shop}

    @property
    def _shop(self) -> str:
        return str(self.settings.get("shop") or "Demo shop")

    def _answer(self, who: Identity) -> tuple[Customers, Orders, Payments]:
        self._behave()
        currency = str(self.settings.get("currency") or "EUR")
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        people = find_people(who, shop=self._shop, currency=currency, today=today)
        stories = [_story(person) for person in people]
        if who.linked:
            stories = [linked for story in stories if (linked := _linked(story, who.linked))]
        elif len(stories) > 1:
            customers = Customers.merge([("", story[0]) for story in stories])
            candidates = tuple(_candidate(customer) for customer in customers.customers)
            return customers, Orders(candidates=candidates), Payments(candidates=candidates)
        return (
            Customers.merge([("", story[0]) for story in stories]),
            Orders.merge([("", story[1]) for story in stories]),
            Payments.merge([("", story[2]) for story in stories]),
        )

    def _behave(self) -> None:
        """Take the time the settings ask for, and fail as they ask."""
        time.sleep(int(self.settings.get("latency") or 0) / 1000)
        fault = self.settings.get("fault") or "none"
        if fault == "slow":
            time.sleep(_SLOW_SECONDS)
        elif fault != "none":
            self._fail(fault)

    def _fail(self, fault: str) -> None:
        if fault == "flaky" and int(time.time() // 60) % 2 == 0:
            return
        raise_fault(self.name, fault)


def raise_fault(name: str, fault: str) -> NoReturn:
    """Raise what a real connector would raise for such a fault."""
    named = {"system": name}
    if fault == "rate_limited":
        message = gettext_noop("%(system)s gets too many requests at the moment.")
        raise TemporaryError(message, retry_after=_RETRY_AFTER_SECONDS, values=named)
    if fault == "final":
        raise FinalError(gettext_noop("%(system)s refuses to tell about this customer."), values=named)
    if fault == "operator":
        message = gettext_noop("%(system)s refused (missing %(right)s). Tell an admin.")
        raise OperatorError(message, values={**named, "right": "read_orders"})
    raise TemporaryError(gettext_noop("%(system)s did not answer in time."), values=named)


Story = tuple[Customers, Orders, Payments]


def _linked(story: Story, ids: tuple[str, ...]) -> Story | None:
    """Return the story as that of somebody whom an agent has chosen, or None for somebody else's."""
    customer = story[0].customers[0]
    if customer.external_id not in ids:
        return None
    chosen = msgspec.structs.replace(customer, match=Match(by=MatchWord.LINK))
    return (
        msgspec.structs.replace(story[0], customers=(chosen,), matched_by=MatchWord.LINK),
        msgspec.structs.replace(story[1], matched_by=MatchWord.LINK),
        msgspec.structs.replace(story[2], matched_by=MatchWord.LINK),
    )


def _candidate(customer: Customer) -> Candidate:
    return Candidate(
        external_id=customer.external_id,
        name=customer.name,
        email=next(iter(customer.emails), None),
        phone=next(iter(customer.phones), None),
    )


@lru_cache(maxsize=256)
def _story(person: Person) -> Story:
    orders = make_orders(person)
    payments = make_payments(person, orders)
    customer = make_customer(person, orders, payments)
    by = person.match.by
    return (
        Customers(customers=(customer,), matched_by=by),
        Orders(orders=orders, matched_by=by),
        msgspec.structs.replace(payments, matched_by=by),
    )
