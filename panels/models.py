"""Which panels an account's dashboard apps show, and from which outside systems they are filled."""

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _
from msgspec import json

from tenants.models import Account, AccountQuerySet, DashboardApp, SealedSecret


class Connection(models.Model):
    """An account's settings for one outside system, used through a connector."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="connections", verbose_name=_("account")
    )
    name = models.CharField(
        _("name"),
        max_length=60,
        help_text=_("Agents see it beside the data, such as “Shop Berlin”."),
    )
    connector = models.SlugField(_("connector"), max_length=60)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    match_by = models.JSONField(
        _("customers are found by"),
        default=list,
        blank=True,
        help_text=_("In this order; the first that finds somebody counts. None: the connector's own order."),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    paused_at = models.DateTimeField(_("paused"), null=True, editable=False)
    # Part of its snapshots' keys: another one, and nothing fetched before is shown any longer.
    generation = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AccountQuerySet["Connection"].as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ("account", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("account", "name"),
                name="connection_name_unique_in_account",
                violation_error_message=_("This account has a connection of this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Placement(models.Model):
    """A panel put into a dashboard app, with its settings and connections.

    Triggers in the database keep the app and the connections in the placement's account.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="placements", editable=False, verbose_name=_("account")
    )
    dashboard_app = models.ForeignKey(
        DashboardApp, on_delete=models.CASCADE, related_name="placements", verbose_name=_("dashboard app")
    )
    panel = models.SlugField(_("panel"), max_length=60)
    title = models.CharField(_("title"), max_length=60, blank=True, help_text=_("Leave empty for the panel's own."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    connections = models.ManyToManyField(
        Connection,
        related_name="placements",
        blank=True,
        verbose_name=_("connections"),
        help_text=_("None chosen: every connection of the account that can answer."),
    )

    objects = AccountQuerySet["Placement"].as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ("dashboard_app", "position", "id")

    def __str__(self) -> str:
        return self.title or self.panel

    @property
    def generation(self) -> int:
        """A number that other settings change: what the panel itself fetched with those before is not shown."""
        if not self.settings:
            return 0
        settings = json.encode(self.settings, order="deterministic")
        return int.from_bytes(hashlib.blake2b(settings, digest_size=4).digest())


class ConnectionSecret(SealedSecret):
    """A credential of a connection: what its connector declares as a `SecretField`."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="secrets", verbose_name=_("connection")
    )

    class Meta(SealedSecret.Meta):
        verbose_name = _("secret")
        verbose_name_plural = _("secrets")

    def __str__(self) -> str:
        return self.name

    @property
    def owner(self) -> Connection:
        return self.connection

    @property
    def owner_account_id(self) -> int:
        return self.connection.account_id


class PlacementSecret(SealedSecret):
    """A credential of a placement: what its panel declares as a `SecretField`."""

    placement = models.ForeignKey(
        Placement, on_delete=models.CASCADE, related_name="secrets", verbose_name=_("placement")
    )

    class Meta(SealedSecret.Meta):
        verbose_name = _("secret")
        verbose_name_plural = _("secrets")

    def __str__(self) -> str:
        return self.name

    @property
    def owner(self) -> Placement:
        return self.placement

    @property
    def owner_account_id(self) -> int:
        return self.placement.account_id


class CustomerLink(models.Model):
    """An agent's word that a contact of the host is this customer of a connection's system."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("account"))
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="customer_links", verbose_name=_("connection")
    )
    contact_id = models.PositiveBigIntegerField(_("contact in the host"))
    external_id = models.CharField(_("customer there"), max_length=255)
    linked_by = models.PositiveBigIntegerField(_("agent in the host"), null=True)
    linked_at = models.DateTimeField(_("linked"), auto_now_add=True)

    objects = AccountQuerySet["CustomerLink"].as_manager()

    class Meta:
        verbose_name = _("customer link")
        verbose_name_plural = _("customer links")
        constraints = (
            models.UniqueConstraint(fields=("connection", "contact_id", "external_id"), name="customer_linked_once"),
        )
        indexes = (models.Index(fields=("account", "contact_id")),)

    def __str__(self) -> str:
        return f"{self.contact_id} = {self.external_id}"


class PrefetchItem(models.Model):
    """A conversation of the host whose customer's data will be looked at soon, waiting for a worker.

    Rows and not tasks, so that accounts take turns however many each has, and a restart loses none.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("account"))
    conversation_id = models.PositiveBigIntegerField(_("conversation in the host"))
    # The lower, the sooner.
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    wanted_at = models.DateTimeField(_("wanted"))
    # Not to be begun before: waiting for another try, or in a worker's hands until then.
    not_before = models.DateTimeField(_("not before"))
    is_claimed = models.BooleanField(_("at work"), default=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    objects = AccountQuerySet["PrefetchItem"].as_manager()

    class Meta:
        verbose_name = _("prefetch")
        verbose_name_plural = _("prefetches")
        constraints = (models.UniqueConstraint(fields=("account", "conversation_id"), name="prefetched_once"),)
        indexes = (models.Index(fields=("account", "priority", "wanted_at")), models.Index(fields=("not_before",)))

    def __str__(self) -> str:
        return str(self.conversation_id)


class PluginOffer(models.Model):
    """To which accounts a plugin is offered. Without a row: to all, or to none where its class says `is_opt_in`.

    It names the plugin and is no part of it: it stays while the package is not installed.
    """

    class Kind(models.TextChoices):
        PANEL = "panel", _("panel")
        CONNECTOR = "connector", _("connector")

    class Audience(models.TextChoices):
        ALL = "all", _("All accounts")
        ONLY = "only", _("Only the accounts below")
        EXCEPT = "except", _("All accounts except those below")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, editable=False)
    slug = models.SlugField(_("slug"), max_length=60, editable=False)
    audience = models.CharField(_("offered to"), max_length=10, choices=Audience.choices, default=Audience.ALL)
    accounts = models.ManyToManyField(Account, related_name="+", blank=True, verbose_name=_("accounts"))

    class Meta:
        verbose_name = _("installed plugin")
        verbose_name_plural = _("installed plugins")
        constraints = (models.UniqueConstraint(fields=("kind", "slug"), name="plugin_offered_once"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.slug}"


class ActionRun(models.Model):
    """One press of an action's button, and what became of it. The same key is the same press."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("at work")
        DONE = "done", _("done")
        FAILED = "failed", _("not done")
        UNKNOWN = "unknown", _("not known whether done")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("account"))
    placement = models.ForeignKey(
        Placement, on_delete=models.CASCADE, related_name="action_runs", verbose_name=_("placement")
    )
    action = models.CharField(_("action"), max_length=60)
    key = models.CharField(_("key"), max_length=64)
    agent_id = models.PositiveBigIntegerField(_("agent's id"))
    role = models.CharField(_("role"), max_length=40, blank=True)
    conversation_id = models.PositiveBigIntegerField(_("conversation"), null=True)
    contact_id = models.PositiveBigIntegerField(_("contact"), null=True)
    # Who the customer is and what was entered, sealed; gone once it has ended.
    input = models.TextField(blank=True)
    locale = models.CharField(max_length=16)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    message = models.TextField(_("message"), blank=True)
    trace_id = models.CharField(_("reference"), max_length=32)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    begun_at = models.DateTimeField(_("begun"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = AccountQuerySet["ActionRun"].as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints = (models.UniqueConstraint(fields=("placement", "agent_id", "key"), name="action_run_once"),)
        indexes = (models.Index(fields=("created_at",), name="action_run_by_time"),)

    def __str__(self) -> str:
        return f"{self.action} {self.key}"
