"""What we did in the host comes back as webhooks, without a word of who did it: our own are known by their ids."""

from django.core.cache import cache

_SECONDS = 300


def remember(account_id: int, message_id: int) -> None:
    """Note that we wrote or deleted the message."""
    cache.set(_key(account_id, message_id), 1, _SECONDS)


def is_own(account_id: int, message_id: int | None) -> bool:
    return message_id is not None and cache.get(_key(account_id, message_id)) is not None


def _key(account_id: int, message_id: int) -> str:
    return f"{account_id}:echo:{message_id}"
