"""What in the host is the account's own: to be changed or removed. All else is left as it is."""

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from tenants.host.records import HostDashboardApp, HostWebhook
from tenants.models import Account, DashboardApp
from tenants.publishing.addresses import frame_key, hook_key, is_here, server_of


class Ownership:
    """Knows tabs and webhooks of the account by the keys in their addresses, whatever server they lead to.

    Ours is, too, what leads to this server by a key that is nobody's any longer. What belongs to another account that
    is served for the same account number is not: two accounts would remove each other's.
    """

    def __init__(self, account: Account, in_host: Sequence[HostDashboardApp], webhooks: Sequence[HostWebhook]) -> None:
        self._in_host, self._webhooks = in_host, webhooks
        self._frames = frozenset(
            key
            for row in DashboardApp.objects.for_account(account).values_list("key", "previous_key")
            for key in row
            if key
        )
        self._hooks = frozenset(key for key in (account.hook_key, account.previous_hook_key) if key)
        unknown = {key for one in in_host for url in one.urls if (key := frame_key(url))} - self._frames
        unknown |= {key for one in webhooks if (key := hook_key(one.url))} - self._hooks
        self._of_others = _keys_of_others(account, unknown) if unknown else frozenset()

    def app(self, one: HostDashboardApp) -> bool:
        """Return whether the tab opens one frame of ours: an app of the account, or one that is gone from here."""
        return len(one.urls) == 1 and self._is_ours(frame_key(one.urls[0]), self._frames, one.urls[0])

    def webhook(self, one: HostWebhook) -> bool:
        """Return whether the webhook leads to the account, or to one that is gone from here."""
        return self._is_ours(hook_key(one.url), self._hooks, one.url)

    def notes(self) -> Iterator[str]:
        """Yield what an operator should know of what is in the host."""
        for one in self._in_host:
            keys = {frame_key(url) for url in one.urls}
            if keys & self._of_others:
                yield _(
                    "The tab “%(title)s” belongs to another account here. It is left as it is; delete it in Voxys"
                    " if nobody needs it."
                ) % {"title": one.title}
            elif len(one.urls) > 1 and keys & self._frames:
                yield _("The tab “%(title)s” holds one of our frames among others. It is left as it is.") % {
                    "title": one.title
                }
        if servers := {server_of(url) for url in self._own_addresses() if not is_here(url)}:
            yield _(
                "Tabs or webhook lead to %(servers)s so far, and will lead here. Publish only if this server takes that"
                " one's place: they cannot both have them."
            ) % {"servers": ", ".join(sorted(servers))}

    def _own_addresses(self) -> Iterator[str]:
        for one in self._in_host:
            if self.app(one):
                yield one.urls[0]
        for webhook in self._webhooks:
            if self.webhook(webhook):
                yield webhook.url

    def _is_ours(self, key: str | None, own: frozenset[str], url: str) -> bool:
        return key is not None and (key in own or (key not in self._of_others and is_here(url)))


def _keys_of_others(account: Account, keys: set[str]) -> frozenset[str]:
    """Return those of the keys that belong to other accounts served for an account of this number."""
    served = Account.objects.filter(host_account_id=account.host_account_id, host_proved_at__isnull=False)
    others = served.exclude(pk=account.pk)
    frames = DashboardApp.objects.filter(Q(key__in=keys) | Q(previous_key__in=keys), account__in=others)
    hooks = others.filter(Q(hook_key__in=keys) | Q(previous_hook_key__in=keys))
    rows = [*frames.values_list("key", "previous_key"), *hooks.values_list("hook_key", "previous_hook_key")]
    return frozenset(key for row in rows for key in row if key)
