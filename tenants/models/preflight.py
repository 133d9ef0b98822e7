"""What the last pre-flight of an account has found."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models.accounts import Account


class Light(models.TextChoices):
    """How a check came out (worst last)."""

    GREEN = "green", _("Good")
    AMBER = "amber", _("Look at this")
    RED = "red", _("Does not work")


class Preflight(models.Model):
    """The last pre-flight of an account: its worst light, and all of them."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="preflight", verbose_name=_("account")
    )
    checked_at = models.DateTimeField(_("checked"), default=timezone.now)
    worst = models.CharField(_("pre-flight"), max_length=8, choices=Light.choices)
    # As `tenants.preflight` writes them: a list of {"name", "light", "sentence", "advice", "milliseconds"}.
    lights = models.JSONField(_("lights"), default=list)

    class Meta:
        verbose_name = _("pre-flight")
        verbose_name_plural = _("pre-flights")

    def __str__(self) -> str:
        return f"{self.worst} ({self.checked_at:%Y-%m-%d %H:%M})"
