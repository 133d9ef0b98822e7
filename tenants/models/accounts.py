"""Accounts and their dashboard apps."""

import secrets
from collections.abc import Collection
from typing import Any, Self, TypeVar

from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from tenants.models.sealed import SealedSecret, clear_secrets
from tenants.validators import (
    is_origin,
    validate_api_address,
    validate_app_key,
    validate_ids,
    validate_locale,
    validate_origin,
    validate_origins,
    validate_time_zone,
)

# 16 random bytes: 22 url-safe characters, the least the HTTP contract allows.
APP_KEY_BYTES = 16


def new_app_key() -> str:
    """Return a fresh, unguessable key for a dashboard app's URL."""
    return secrets.token_urlsafe(APP_KEY_BYTES)


def new_hook_key() -> str:
    """Return a fresh, unguessable key for an account's webhook address."""
    return secrets.token_urlsafe(APP_KEY_BYTES)


class Trust(models.TextChoices):
    """What a viewer needs before customer data is shown (safest first)."""

    SIGNED_IN = "signed_in", _("Signed in: confirmed by the host, and the agent signed in here")
    VERIFIED = "verified", _("Verified: confirmed by the host; does not prove who looks")
    LINK = "link", _("Link: nothing but the address; for demonstrations only")


class SignInMethod(models.TextChoices):
    """How agents prove who they are."""

    MAIL = "mail", _("By a code mailed to the agent's address in the host")
    NOTE = "note", _("By a private note in the conversation; where no mail can leave")
    ANY = "any", _("By mail or by note, as the agent likes")


class Account(models.Model):
    """One tenant: one Voxys account on one Voxys installation.

    Secrets belong to the destination they were given for: saving another host address, API address or
    account id clears them, and the account is served again once its new token is proven.
    """

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
    host_api = models.CharField(
        _("address of the host's API"),
        max_length=200,
        blank=True,
        validators=[validate_api_address],
        help_text=_("Only where the API is reached in another way than by the host address, as inside a network."),
    )
    host_proved_at = models.DateTimeField(
        _("proved"),
        null=True,
        editable=False,
        help_text=_("When the token was last seen to be an administrator's of this account."),
    )
    hook_key = models.CharField(max_length=64, unique=True, default=new_hook_key, editable=False)
    previous_hook_key = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - unique
    previous_hook_key_ends_at = models.DateTimeField(null=True, editable=False)
    accepts_unsigned_hooks = models.BooleanField(
        _("accept unsigned webhooks"),
        default=False,
        help_text=_("Only for hosts before 4.13, which cannot sign. The key in the address is all that guards it."),
    )
    trust = models.CharField(_("trust"), max_length=16, choices=Trust.choices, default=Trust.SIGNED_IN)
    sign_in_method = models.CharField(
        _("sign-in"), max_length=8, choices=SignInMethod.choices, default=SignInMethod.MAIL
    )
    hides_from_unverified = models.BooleanField(
        _("hide sensitive fields until the customer's identity is verified"), default=False
    )
    hides_from_agents = models.BooleanField(_("show sensitive fields to administrators only"), default=False)
    view_records_kept_days = models.PositiveSmallIntegerField(
        _("days for which view records are kept"), default=365, validators=[MinValueValidator(1)]
    )
    # The contact about whom the nightly check has asked the host last.
    contact_checked = models.PositiveBigIntegerField(default=0, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        editable=False,
        help_text=_("Holds invented people only."),
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
        indexes = (models.Index(fields=("name", "id"), name="account_by_name"),)
        constraints = (
            models.UniqueConstraint(
                fields=("host_origin", "host_account_id"),
                condition=models.Q(host_proved_at__isnull=False),
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

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], *args: Any, **kwargs: Any) -> Self:
        account = super().from_db(db, field_names, *args, **kwargs)
        if "host_origin" in field_names and "host_account_id" in field_names and "host_api" in field_names:
            account._stored_destination = account.destination  # noqa: SLF001 - its own
        return account

    def save(self, **kwargs: Any) -> None:
        stored = getattr(self, "_stored_destination", None)
        is_moved = stored is not None and stored != self.destination
        if is_moved:
            self.host_proved_at = self.published_at = None
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = [*fields, "host_proved_at", "published_at"]
        with transaction.atomic():
            super().save(**kwargs)
            if is_moved:
                clear_secrets(self)
                # What the other host calls them is of no use here.
                self.dashboard_apps.update(host_id=None)
        self._stored_destination = self.destination

    @property
    def destination(self) -> tuple[str, str, int]:
        """Where the host's secrets are sent."""
        return self.host_origin, self.host_api, self.host_account_id

    @property
    def is_moving(self) -> bool:
        """Whether another destination was set and not saved yet: stored secrets are not for it."""
        return getattr(self, "_stored_destination", self.destination) != self.destination

    @property
    def api_address(self) -> str:
        """The base of the host's REST API, without a slash at the end."""
        return self.host_api or self.host_origin

    @property
    def is_proved(self) -> bool:
        """Whether the account may be served: its token was an administrator's there."""
        return self.host_proved_at is not None

    @property
    def confirms(self) -> bool:
        """Whether the host confirms who looks, so that it is known what they may see there."""
        return self.trust != Trust.LINK

    @property
    def host_origins(self) -> list[str]:
        """The origins that may embed this account's frames, the main one first.

        They go into a header and into a script, so what is no origin is left out, however it came to be stored.
        """
        return [origin for origin in (self.host_origin, *self.extra_host_origins) if is_origin(origin)]


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
    previous_key = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - unique
    previous_key_ends_at = models.DateTimeField(null=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_draft = models.BooleanField(
        _("draft"), default=False, help_text=_("Shown to the chosen agents only; others read that it is not ready yet.")
    )
    draft_agents = models.JSONField(
        _("agents who see the draft"),
        default=list,
        blank=True,
        validators=[validate_ids],
        help_text=_("Their ids in the host."),
    )
    inboxes = models.JSONField(
        _("inboxes"),
        default=list,
        blank=True,
        validators=[validate_ids],
        help_text=_("Their ids in the host. None chosen: conversations of every inbox."),
    )
    teams = models.JSONField(
        _("teams"),
        default=list,
        blank=True,
        validators=[validate_ids],
        help_text=_("Their ids in the host. None chosen: conversations of every team, and of none."),
    )
    # What the host calls the app; None before it is published.
    host_id = models.PositiveBigIntegerField(_("id in the host"), null=True, editable=False)
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


class AccountSecret(SealedSecret):
    """A secret of an account: the token of its host's API, and what its host signs webhooks with."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="secrets", verbose_name=_("account"))

    class Meta(SealedSecret.Meta):
        verbose_name = _("secret")
        verbose_name_plural = _("secrets")

    def __str__(self) -> str:
        return self.name

    @property
    def owner(self) -> Account:
        return self.account

    @property
    def owner_account_id(self) -> int:
        return self.account_id
