"""Who runs the platform, through what, and what they changed."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models.accounts import Account, AccountQuerySet


class Role(models.TextChoices):
    """What an operator may do with their accounts. Platform administrators are Django's superusers."""

    OPERATOR = "operator", _("Operator: sets up and changes their accounts")
    SUPPORT = "support", _("Support: looks at their accounts, changes nothing")


class Operator(models.Model):
    """Somebody who signs in to the admin, and the accounts that are theirs: no other is shown, found or changed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="operator", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.OPERATOR)
    has_all_accounts = models.BooleanField(_("all accounts"), default=False)
    accounts = models.ManyToManyField(Account, blank=True, related_name="operators", verbose_name=_("accounts"))

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        constraints = (models.CheckConstraint(condition=models.Q(role__in=Role.values), name="operator_role_is_known"),)

    def __str__(self) -> str:
        return self.user.get_username()


class Scope(models.TextChoices):
    """What an API token may be used for."""

    READ = "read", _("Read accounts, apps, placements, connections, pre-flight and audit")
    WRITE = "write", _("Create, change and delete them")
    SECRETS = "secrets", _("Enter secrets, and rotate keys")
    PUBLISH = "publish", _("Publish to the host")
    OPERATORS = "operators", _("Make and end tokens; for platform administrators: operators, too")


class ApiToken(models.Model):
    """A token of the REST API. It never reaches further than its owner. The token itself is nowhere stored."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("What it is used for, such as “Terraform”."))
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    last4 = models.CharField(_("last characters"), max_length=4, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    has_all_accounts = models.BooleanField(_("all accounts of its owner"), default=False)
    accounts = models.ManyToManyField(Account, blank=True, related_name="+", verbose_name=_("accounts"))
    # Whose end is its end, too.
    made_by = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="made",
        verbose_name=_("made by the token"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The answer to a creation by the API, given again when the same request comes once more."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    # None inside the transaction of the first request: nobody else sees it so.
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token", "key"), name="idempotency_key_once_a_token"),)

    def __str__(self) -> str:
        return self.key


class AuditEntry(models.Model):
    """One change: who, what, when, from what to what. Secrets are named, never quoted."""

    at = models.DateTimeField(_("when"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("user")
    )
    # As it was then: users are renamed and deleted.
    actor = models.CharField(_("who"), max_length=200)
    via = models.CharField(_("through"), max_length=16)
    # None for what concerns the platform; kept, without the account, when that is deleted.
    account = models.ForeignKey(
        Account, null=True, on_delete=models.SET_NULL, related_name="audit_entries", verbose_name=_("account")
    )
    action = models.CharField(_("action"), max_length=40)
    object_type = models.CharField(_("kind"), max_length=60)
    object_id = models.CharField(_("number"), max_length=40)
    object_name = models.CharField(_("name"), max_length=200)
    # Field -> [before, after].
    changes = models.JSONField(_("changes"), default=dict)

    objects = AccountQuerySet["AuditEntry"].as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("-at", "-id"), name="audit_entry_by_time"),
            models.Index(fields=("account", "-at"), name="audit_entry_of_account"),
            models.Index(fields=("object_type", "object_id"), name="audit_entry_of_object"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_name}"
