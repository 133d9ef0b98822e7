"""Who signed in to accounts, who saw what, and what their operators should look at."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.accounts import Account, AccountQuerySet, DashboardApp, SignInMethod, Trust


class AgentSession(models.Model):
    """The platform's own proof of which agent sits at a browser. The token itself is nowhere stored."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="agent_sessions", verbose_name=_("account")
    )
    agent_id = models.PositiveBigIntegerField(_("agent's id in the host"))
    agent_name = models.CharField(_("agent"), max_length=200, blank=True)
    agent_email = models.EmailField(_("e-mail"), blank=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    method = models.CharField(_("signed in by"), max_length=8, choices=SignInMethod.choices)
    browser = models.CharField(_("browser"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("signed in"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), auto_now_add=True)
    expires_at = models.DateTimeField(_("ends"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = AccountQuerySet["AgentSession"].as_manager()

    class Meta:
        verbose_name = _("agent session")
        verbose_name_plural = _("agent sessions")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("account", "agent_id"), name="agent_session_of_agent"),
            models.Index(fields=("-created_at", "-id"), name="agent_session_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.agent_name or self.agent_id} ({self.created_at:%Y-%m-%d})"


class ViewRecord(models.Model):
    """Who saw which customer's data, when, through which panels. Ids and digests only, no names."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="view_records", verbose_name=_("account")
    )
    seen_at = models.DateTimeField(_("seen"))
    trust = models.CharField(_("trust"), max_length=16, choices=Trust.choices)
    agent_id = models.PositiveBigIntegerField(_("agent's id"), null=True)
    session = models.ForeignKey(
        AgentSession, null=True, on_delete=models.SET_NULL, related_name="view_records", verbose_name=_("session")
    )
    conversation_id = models.PositiveBigIntegerField(_("conversation"), null=True)
    contact_id = models.PositiveBigIntegerField(_("contact"), null=True)
    customer = models.CharField(_("customer's digest"), max_length=64)
    # Of e-mail, phone and identifier, each between spaces: found by a value, telling none.
    identifiers = models.CharField(_("identifiers' digests"), max_length=200, blank=True)
    dashboard_app = models.ForeignKey(
        DashboardApp, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("dashboard app")
    )
    panels = models.JSONField(_("panels"), default=list)
    identifiers_edited = models.BooleanField(
        _("identifiers edited"),
        default=False,
        help_text=_("E-mail, phone or identifier had been edited in the host within the 24 hours before."),
    )

    objects = AccountQuerySet["ViewRecord"].as_manager()

    class Meta:
        verbose_name = _("view record")
        verbose_name_plural = _("view records")
        ordering = ("-seen_at", "-id")
        indexes = (
            models.Index(fields=("account", "-seen_at"), name="view_record_by_time"),
            models.Index(fields=("-seen_at", "-id"), name="view_record_of_all_by_time"),
            models.Index(fields=("account", "contact_id"), name="view_record_by_contact"),
            models.Index(fields=("account", "agent_id"), name="view_record_by_agent"),
        )

    def __str__(self) -> str:
        return f"{self.agent_id or '?'} → {self.contact_id or '?'} ({self.seen_at:%Y-%m-%d %H:%M})"


class Notice(models.Model):
    """Something about an account that its operator should look at. The same thing again only counts up."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices", verbose_name=_("account"))
    kind = models.SlugField(_("kind"), max_length=40)
    text = models.CharField(_("text"), max_length=500)
    times = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first"), auto_now_add=True)
    last_at = models.DateTimeField(_("last"), auto_now=True)
    is_resolved = models.BooleanField(_("resolved"), default=False)

    objects = AccountQuerySet["Notice"].as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("is_resolved", "-last_at")
        indexes = (models.Index(fields=("is_resolved", "-last_at", "-id"), name="notice_by_time"),)
        constraints = (
            models.UniqueConstraint(
                fields=("account", "kind"), condition=models.Q(is_resolved=False), name="notice_open_once_a_kind"
            ),
        )

    def __str__(self) -> str:
        return self.text
