"""What has been accepted and waits for a worker, where there is no Redis to hold it."""

from django.db import models


class JournalEntry(models.Model):
    """One entry of a journal (`voxysapps.journal`)."""

    journal = models.CharField(max_length=40)
    # Accepted once: a second entry of the same name is refused.
    name = models.CharField(max_length=120, null=True)  # noqa: DJ001 - NULL is not equal to NULL, an empty name is
    entry = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("journal", "id"), name="journal_in_order"),)
        constraints = (models.UniqueConstraint(fields=("journal", "name"), name="journal_entry_once"),)

    def __str__(self) -> str:
        return f"{self.journal} {self.pk}"
