"""What publishing does in the host, one call at a time. Each step says in plain words what it changes."""

import datetime as dt
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tenants.host.client import HostClient
from tenants.host.errors import HostNotFound
from tenants.models import Account, DashboardApp
from tenants.secrets import set_hook_secret

# Deliveries that are under way are signed with the secret of before.
_OLD_SECRET_FOR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CreateApp:
    """Put a tab into the host, behind those that are there."""

    app: DashboardApp
    url: str

    def describe(self) -> str:
        return _("Add the tab “%(title)s”: %(url)s") % {"title": self.app.title, "url": self.url}

    def carry_out(self, client: HostClient, account: Account) -> None:
        _remember(self.app, client.create_dashboard_app(self.app.title, self.url).id)

    def paste(self) -> str:
        return _("Settings, Integrations, Dashboard apps: add “%(title)s” with the address %(url)s") % {
            "title": self.app.title,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class UpdateApp:
    """Make one of our tabs in the host another one, or call it otherwise."""

    host_id: int
    app: DashboardApp
    url: str
    old_title: str
    old_url: str

    def describe(self) -> str:
        if (self.old_title, self.old_url) == (self.app.title, self.url):
            return _("Write the tab “%(title)s” anew, so that it comes in its place") % {"title": self.old_title}
        if self.old_url == self.url:
            return _("Rename the tab “%(old)s” to “%(new)s”") % {"old": self.old_title, "new": self.app.title}
        return _("Change the tab “%(old)s” (%(old_url)s) to “%(new)s” (%(url)s)") % {
            "old": self.old_title,
            "old_url": self.old_url,
            "new": self.app.title,
            "url": self.url,
        }

    def carry_out(self, client: HostClient, account: Account) -> None:
        client.update_dashboard_app(self.host_id, self.app.title, self.url)
        _remember(self.app, self.host_id)

    def paste(self) -> str:
        return _("Settings, Integrations, Dashboard apps: change “%(old)s” to “%(title)s” with the address %(url)s") % {
            "old": self.old_title,
            "title": self.app.title,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class AdoptApp:
    """Know a tab again that is in the host already. Changes nothing there."""

    host_id: int
    app: DashboardApp

    def describe(self) -> str:
        return _("Recognise the tab “%(title)s”, which is there already") % {"title": self.app.title}

    def carry_out(self, client: HostClient, account: Account) -> None:
        _remember(self.app, self.host_id)

    def paste(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class RemoveApp:
    """Take a tab of ours out of the host that no enabled app stands for."""

    host_id: int
    title: str
    url: str

    def describe(self) -> str:
        return _("Remove the tab “%(title)s” (%(url)s)") % {"title": self.title, "url": self.url}

    def carry_out(self, client: HostClient, account: Account) -> None:
        with _gone_is_good():
            client.delete_dashboard_app(self.host_id)
        DashboardApp.objects.for_account(account).filter(host_id=self.host_id).update(host_id=None)

    def paste(self) -> str:
        return _("Settings, Integrations, Dashboard apps: delete “%(title)s”") % {"title": self.title}


@dataclass(frozen=True, slots=True)
class CreateWebhook:
    """Have the host tell us what happens."""

    url: str

    def describe(self) -> str:
        return _("Add the webhook %(url)s") % {"url": self.url}

    def carry_out(self, client: HostClient, account: Account) -> None:
        webhook = client.create_webhook(self.url)
        if webhook.secret:
            set_hook_secret(account, webhook.secret, keep_old_for=_OLD_SECRET_FOR)

    def paste(self) -> str:
        return _(
            "Settings, Integrations, Webhooks: add %(url)s and choose all events of conversations, messages and"
            " contacts. If Voxys shows a secret for it, enter that in “Webhook secret” on the account's page here"
        ) % {"url": self.url}


@dataclass(frozen=True, slots=True)
class UpdateWebhook:
    """Have the host tell us of more."""

    host_id: int
    url: str

    def describe(self) -> str:
        return _("Subscribe the webhook %(url)s to all events of conversations, messages and contacts") % {
            "url": self.url
        }

    def carry_out(self, client: HostClient, account: Account) -> None:
        client.update_webhook(self.host_id)

    def paste(self) -> str:
        return _(
            "Settings, Integrations, Webhooks: choose all events of conversations, messages and contacts for %(url)s"
        ) % {"url": self.url}


@dataclass(frozen=True, slots=True)
class StoreHookSecret:
    """Take over the secret that the host signs the webhook with. Changes nothing there."""

    secret: str

    def __repr__(self) -> str:
        return "StoreHookSecret()"

    def describe(self) -> str:
        return _("Take over the secret that the host signs webhooks with")

    def carry_out(self, client: HostClient, account: Account) -> None:
        set_hook_secret(account, self.secret, keep_old_for=_OLD_SECRET_FOR)

    def paste(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class RemoveWebhook:
    """Take a webhook of ours out of the host that leads to an address of before."""

    host_id: int
    url: str

    def describe(self) -> str:
        return _("Remove the webhook %(url)s") % {"url": self.url}

    def carry_out(self, client: HostClient, account: Account) -> None:
        with _gone_is_good():
            client.delete_webhook(self.host_id)

    def paste(self) -> str:
        return _("Settings, Integrations, Webhooks: delete %(url)s") % {"url": self.url}


Step = CreateApp | UpdateApp | AdoptApp | RemoveApp | CreateWebhook | UpdateWebhook | StoreHookSecret | RemoveWebhook


def _gone_is_good() -> AbstractContextManager[None]:
    """Return where it is no failure that somebody else has deleted the same."""
    return suppress(HostNotFound)


def _remember(app: DashboardApp, host_id: int) -> None:
    """Note what the host calls the app. No more than one app is called so."""
    DashboardApp.objects.for_account(app.account_id).filter(host_id=host_id).exclude(pk=app.pk).update(host_id=None)
    DashboardApp.objects.filter(pk=app.pk).update(host_id=host_id)
