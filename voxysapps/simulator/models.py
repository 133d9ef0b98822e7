"""What has happened in the stand-in host since its accounts were made, and the mails that were sent."""

from django.db import models
from django.utils import timezone


class OfHostAccount(models.Model):
    """Something of an account of the stand-in host, by the host's own number of it.

    The host knows nothing of the platform: an account is there whether the platform is connected to it or not.
    """

    host_account_id = models.PositiveBigIntegerField()

    class Meta:
        abstract = True


class Kind(models.TextChoices):
    """What of an account has changed."""

    HOST = "host"
    CONTACT = "contact"
    CONVERSATION = "conversation"
    MESSAGE = "message"


class Change(OfHostAccount):
    """The fields of one record that are no longer as the account began with; `deleted`: it is gone."""

    kind = models.CharField(max_length=16, choices=Kind.choices)
    host_id = models.PositiveBigIntegerField()
    values = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("host_account_id", "kind", "host_id"), name="change_once_a_record"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.host_id}"


class SentMessage(OfHostAccount):
    """A message, note or activity that came after those the account began with."""

    conversation_id = models.PositiveBigIntegerField()
    author = models.CharField(max_length=16)  # an agent's id, `contact` or `activity`
    content = models.TextField()
    private = models.BooleanField(default=False)
    content_attributes = models.JSONField(default=dict)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("host_account_id", "conversation_id"), name="sent_message_of_conversation"),)

    def __str__(self) -> str:
        return f"message {self.pk}"


class StartedConversation(OfHostAccount):
    """A conversation that a contact has begun."""

    contact_id = models.PositiveBigIntegerField()
    inbox_id = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class RegisteredApp(OfHostAccount):
    """A dashboard app as it is registered in the host: one of the account's tabs."""

    title = models.CharField(max_length=255)
    content = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title


class Webhook(OfHostAccount):
    """Where the host sends an account's events. The secret is the host's: it shows it to administrators."""

    url = models.CharField(max_length=500)
    name = models.CharField(max_length=255, blank=True)
    subscriptions = models.JSONField()
    secret = models.CharField(max_length=64)
    is_seeded = models.BooleanField(default=False)  # leads to the platform itself

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("host_account_id", "url"), name="webhook_url_once_an_account"),)

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class Mail(models.Model):
    """A mail that would have left."""

    sender = models.CharField(max_length=320)
    recipients = models.JSONField()
    subject = models.TextField()
    body = models.TextField()
    sent_at = models.DateTimeField(default=timezone.now)
    is_read = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"mail {self.pk}"
