"""The difference between what the host has of an account and what it should have.

It is always made from what the host says now. So publishing again after a failure, or after somebody changed
something in the host, does what is left to do, and publishing twice does nothing the second time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.host.client import EVENTS, EVENTS_OF_OLD_HOSTS, HostClient
from tenants.host.errors import HostError
from tenants.host.records import HostDashboardApp, HostWebhook
from tenants.models import Account, DashboardApp
from tenants.publishing.addresses import frame_key, frame_url, hook_key, hook_url, is_here
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


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, in the order in which they are done, and what an operator should know besides."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the host has everything already."""
        return not self.steps


def make_plan(account: Account, client: HostClient | None = None) -> Plan:
    """Return what is to be done. Raises ValidationError, with a sentence that says what to do."""
    client = client or HostClient(account)
    if not account.is_proved:
        raise ValidationError(_("Enter an administrator's token first: this account's host is not proved."))
    try:
        in_host, webhooks = client.dashboard_apps(), client.webhooks()
    except HostError as error:
        raise ValidationError(_("The host could not be asked: %(why)s") % {"why": _(error.detail)}) from None
    wanted = list(DashboardApp.objects.for_account(account).filter(is_enabled=True).order_by("position", "pk"))
    keys = _keys(account)
    ours = [one for one in in_host if _is_ours(one, keys)]
    notes = [
        _("The tab “%(title)s” holds one of our frames among others. It is left as it is.") % {"title": one.title}
        for one in in_host
        if one not in ours and any(frame_key(url) in keys for url in one.urls)
    ]
    return Plan((*_app_steps(wanted, ours), *_webhook_steps(account, webhooks)), tuple(notes))


def _keys(account: Account) -> frozenset[str]:
    rows = DashboardApp.objects.for_account(account).values_list("key", "previous_key")
    return frozenset(key for row in rows for key in row if key)


def _is_ours(one: HostDashboardApp, keys: frozenset[str]) -> bool:
    """Return whether the tab opens one frame of ours: an app of the account, or one that is gone from here."""
    if len(one.urls) != 1:
        return False
    key = frame_key(one.urls[0])
    return key is not None and (key in keys or is_here(one.urls[0]))


def _app_steps(wanted: Sequence[DashboardApp], ours: Sequence[HostDashboardApp]) -> Iterator[Step]:
    """The host shows tabs in the order of their ids, so another order means other contents of the same records."""
    matched = _match(wanted, ours)
    kept = [one for one in ours if one in matched.values()]
    first = [app for app in wanted if app.pk in matched]
    is_in_order = [matched[app.pk] for app in first] == kept and list(wanted[: len(first)]) == first
    # Where one is misplaced, or missing in between, each record gets the tab of its place.
    slots = kept if is_in_order else list(ours[: len(wanted)])
    for app, one in zip(wanted, slots, strict=False):
        url = frame_url(app)
        if (one.title, one.urls) != (app.title, (url,)):
            yield UpdateApp(one.id, app, url, one.title, one.urls[0])
        elif app.host_id != one.id:
            yield AdoptApp(one.id, app)
    for app in wanted[len(slots) :]:
        yield CreateApp(app, frame_url(app))
    for one in ours:
        if one not in slots:
            yield RemoveApp(one.id, one.title, one.urls[0])


def _match(wanted: Sequence[DashboardApp], ours: Sequence[HostDashboardApp]) -> dict[int, HostDashboardApp]:
    """Return which record in the host stands for which app: by its key, else by the id given before."""
    matched: dict[int, HostDashboardApp] = {}
    taken: set[int] = set()
    # The surest first, for all apps, so that none takes what another one has a better claim to.
    for is_it in (_has_key, _has_previous_key, _has_id):
        for app in wanted:
            if app.pk in matched:
                continue
            found = next((one for one in ours if one.id not in taken and is_it(app, one)), None)
            if found:
                matched[app.pk] = found
                taken.add(found.id)
    return matched


def _has_key(app: DashboardApp, one: HostDashboardApp) -> bool:
    return frame_key(one.urls[0]) == app.key


def _has_previous_key(app: DashboardApp, one: HostDashboardApp) -> bool:
    return frame_key(one.urls[0]) == app.previous_key


def _has_id(app: DashboardApp, one: HostDashboardApp) -> bool:
    return one.id == app.host_id


def _webhook_steps(account: Account, webhooks: Sequence[HostWebhook]) -> Iterator[Step]:
    url = hook_url(account)
    right = next((one for one in webhooks if one.url.rstrip("/") == url.rstrip("/")), None)
    if right is None:
        yield CreateWebhook(url)
    else:
        subscribed = set(right.subscriptions)
        # Old hosts know no more than these.
        if not subscribed >= set(EVENTS) and subscribed != set(EVENTS_OF_OLD_HOSTS):
            yield UpdateWebhook(right.id, url)
        if right.secret and right.secret not in get_live_secrets(account, HOOK_SECRET)[:1]:
            yield StoreHookSecret(right.secret)
    keys = {account.hook_key, account.previous_hook_key}
    for one in webhooks:
        key = hook_key(one.url)
        if one is not right and key is not None and (key in keys or is_here(one.url)):
            yield RemoveWebhook(one.id, one.url)
