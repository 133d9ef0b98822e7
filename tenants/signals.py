"""What tenants tells those above it."""

from django.dispatch import Signal

# The host said that something happened: `account_id`, and `event`, a tenants.webhooks.events.HostEvent.
# It is a hint to look, never the truth: whoever acts on it reads from the host.
host_event = Signal()

# The host has deleted a contact: `account_id`, `contact_id`, and `customers`, the digests it was cached under.
contact_deleted = Signal()
