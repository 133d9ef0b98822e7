"""The difference between what the host has of an account and what it should have.

It is always made from what the host says now. So publishing again after a failure, or after somebody changed
something in the host, does what is left to do, and publishing twice does nothing the second time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.host.client import EVENTS, EVENTS_OF_OLD_HOSTS, HostClient
from tenants.host.errors import AWAY, HostError, HostForbidden, HostRejected
from tenants.host.records import HostDashboardApp, HostWebhook
from tenants.models import Account, DashboardApp
from tenants.publishing.addresses import frame_url, hook_url, is_same
from tenants.publishing.ownership import Ownership
from tenants.publishing.slots import choose_slots
from tenants.publishing.steps import (
    AdoptApp,
    CreateApp,
    CreateWebhook,
    RemoveApp,
    RemoveWebhook,
    Step,
    StoreHookSecret,
    UpdateApp,
    UpdateWebhook,
)
from tenants.secrets import HOOK_SECRET, get_live_secrets

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, in the order in which they are done, and what an operator should know besides."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    # What the host does not let the token look at, and what must be there.
    closed: tuple[str, ...] = ()
    paste: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the host has everything already."""
        return not self.steps and not self.closed


def make_plan(account: Account, client: HostClient | None = None, *, is_thorough: bool = False) -> Plan:
    """Return what is to be done. Raises ValidationError, with a sentence that says what to do.

    `is_thorough`: from the first misplaced tab on, all of ours are written anew. Hosts whose list has no order of its
    own put what was written last behind the others.
    """
    client = client or HostClient(account)
    if not account.is_proved:
        raise ValidationError(_("Enter an administrator's token first: this account's host is not proved."))
    wanted = list(DashboardApp.objects.for_account(account).filter(is_enabled=True).order_by("position", "pk"))
    closed: list[str] = []
    paste: list[str] = []
    in_host = _look(client.dashboard_apps, _("The tabs in the host could not be looked at: %(why)s"), closed)
    webhooks = _look(client.webhooks, _("The webhooks in the host could not be looked at: %(why)s"), closed)
    owns = Ownership(account, in_host or (), webhooks or ())
    steps: list[Step] = []
    if in_host is None:
        paste.extend(CreateApp(app, frame_url(app)).paste() for app in wanted)
    else:
        steps.extend(_app_steps(wanted, [one for one in in_host if owns.app(one)], is_thorough=is_thorough))
    if webhooks is None:
        paste.append(CreateWebhook(hook_url(account)).paste())
    else:
        steps.extend(_webhook_steps(account, webhooks, owns))
    return Plan(tuple(steps), tuple(owns.notes()), tuple(closed), tuple(paste))


def _look(ask: Callable[[], Answer], sentence: str, closed: list[str]) -> Answer | None:
    """Return the host's answer; None, noted in `closed`, where the token may not have one."""
    try:
        return ask()
    except (HostForbidden, HostRejected) as error:
        closed.append(sentence % {"why": error.sentence})
        return None
    except HostError as error:
        code = AWAY if error.temporary else None
        raise ValidationError(_("The host could not be asked: %(why)s") % {"why": error.sentence}, code) from None


def _app_steps(
    wanted: Sequence[DashboardApp], ours: Sequence[HostDashboardApp], *, is_thorough: bool
) -> Iterator[Step]:
    """A tab's place is its record's, so another order means other contents of the same records."""
    slots = choose_slots(wanted, ours)
    is_behind_a_change = False
    for app, one in zip(wanted, slots, strict=False):
        url = frame_url(app)
        if is_behind_a_change or one.title != app.title or not is_same(one.urls[0], url):
            is_behind_a_change = is_thorough
            yield UpdateApp(one.id, app, url, one.title, one.urls[0])
        elif app.host_id != one.id:
            yield AdoptApp(one.id, app)
    for app in wanted[len(slots) :]:
        yield CreateApp(app, frame_url(app))
    for one in ours:
        if one not in slots:
            yield RemoveApp(one.id, one.title, one.urls[0])


def _webhook_steps(account: Account, webhooks: Sequence[HostWebhook], owns: Ownership) -> Iterator[Step]:
    url = hook_url(account)
    right = next((one for one in webhooks if is_same(one.url, url)), None)
    if right is None:
        yield CreateWebhook(url)
    else:
        subscribed = set(right.subscriptions)
        # Old hosts know no more than these; those that sign know all.
        is_all_an_old_host_knows = subscribed == set(EVENTS_OF_OLD_HOSTS) and not right.secret
        if not subscribed >= set(EVENTS) and not is_all_an_old_host_knows:
            yield UpdateWebhook(right.id, url)
        if right.secret and right.secret not in get_live_secrets(account, HOOK_SECRET)[:1]:
            yield StoreHookSecret(right.secret)
    for one in webhooks:
        if one is not right and owns.webhook(one):
            yield RemoveWebhook(one.id, one.url)
