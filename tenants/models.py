"""Accounts and their dashboard apps: who we serve, and which tabs they have."""

import secrets
from typing import Self, TypeVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.validators import validate_app_key, validate_locale, validate_origin, validate_origins, validate_time_zone

# 16 random bytes: 22 url-safe characters, the least the HTTP contract allows.
APP_KEY_BYTES = 16


def new_app_key() -> str:
    """Return a fresh, unguessable key for a dashboard app's URL."""
    return secrets.token_urlsafe(APP_KEY_BYTES)


class Trust(models.TextChoices):
    """What a viewer needs before customer data is shown (safest first)."""

    SIGNED_IN = "signed_in", _("Signed in: confirmed by the host, and the agent signed in here")
    VERIFIED = "verified", _("Verified: confirmed by the host; does not prove who looks")
    LINK = "link", _("Link: nothing but the address; for demonstrations only")


class Account(models.Model):
    """One tenant: one Voxys account on one Voxys installation."""

    name = models.CharField(_("name"), max_length=120)
    host_origin = models.CharField(
        _("host address"),
        max_length=200,
        validators=[validate_origin],
        help_text=_("Scheme and name of the Voxys installation, such as https://app.voxys.example"),
    )
    extra_host_origins = models.JSONField(
        _("further host addresses"),
        default=list,
        blank=True,
        validators=[validate_origins],
        help_text=_("Other addresses under which agents open the same installation."),
    )
    host_account_id = models.PositiveBigIntegerField(
        _("account id in the host"),
        validators=[MinValueValidator(1)],
        help_text=_("The number after /accounts/ in the host's address bar."),
    )
    trust = models.CharField(_("trust"), max_length=16, choices=Trust.choices, default=Trust.SIGNED_IN)
    is_active = models.BooleanField(_("active"), default=True)
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        editable=False,
        help_text=_("Holds invented people only; its contexts are believed as posted."),
    )
    locale = models.CharField(
        _("language"),
        max_length=16,
        blank=True,
        validators=[validate_locale],
        help_text=_("Leave empty to follow each agent's browser."),
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("host_origin", "host_account_id"),
                name="account_unique_on_its_host",
                violation_error_message=_("This account of this host is connected already."),
            ),
            models.CheckConstraint(condition=models.Q(trust__in=Trust.values), name="account_trust_is_known"),
            models.CheckConstraint(
                condition=models.Q(host_account_id__gte=1),
                name="account_host_account_id_is_positive",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def host_origins(self) -> list[str]:
        """The origins that may embed this account's frames, the main one first."""
        return [self.host_origin, *self.extra_host_origins]


Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class AccountQuerySet(models.QuerySet[Row_co]):
    """Rows that belong to an account."""

    def for_account(self, account: Account | int) -> Self:
        """Return the rows of `account` only."""
        return self.filter(account=account)


class DashboardApp(models.Model):
    """One tab in the host's conversation window: one iframe address."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="dashboard_apps", verbose_name=_("account")
    )
    title = models.CharField(
        _("title"),
        max_length=60,
        help_text=_("The tab's name in the host. Keep it short: many tabs share one row."),
    )
    key = models.CharField(
        _("key"),
        max_length=64,
        unique=True,
        default=new_app_key,
        editable=False,
        validators=[validate_app_key],
        help_text=_("Names the app in its address. It is no credential."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AccountQuerySet["DashboardApp"].as_manager()

    class Meta:
        verbose_name = _("dashboard app")
        verbose_name_plural = _("dashboard apps")
        ordering = ("account", "position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("account", "title"),
                name="dashboard_app_title_unique_in_account",
                violation_error_message=_("This account has a dashboard app of this title already."),
            ),
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[A-Za-z0-9_-]{22,64}$"),
                name="dashboard_app_key_is_unguessable",
            ),
        )

    def __str__(self) -> str:
        return self.title
