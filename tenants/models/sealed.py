"""Secrets at rest. They are written and used through `tenants.secrets`, and never shown."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LAST_CHARACTERS = 4


class SealedSecret(models.Model):
    """One value of one secret. During a rotation there are two: the newest, and an older one until `ends_at`."""

    name = models.SlugField(_("name"), max_length=60)
    sealed = models.TextField(editable=False)
    last4 = models.CharField(_("last characters"), max_length=LAST_CHARACTERS, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    ends_at = models.DateTimeField(_("ends"), null=True)

    class Meta:
        abstract = True
        ordering = ("name", "-created_at", "-id")

    @property
    def owner(self) -> Any:
        """The account, connection or placement whose secret this is."""
        raise NotImplementedError

    @property
    def owner_account_id(self) -> int:
        """The account that the owner is, or belongs to."""
        raise NotImplementedError


def clear_secrets(owner: Any) -> None:
    """Forget all secrets of an account, connection or placement."""
    owner.secrets.all().delete()
    getattr(owner, "_prefetched_objects_cache", {}).pop("secrets", None)
