"""What we did in the host comes back as webhooks, without a word of who did it: our own are known by their ids."""

from django.core.cache import cache

_SECONDS = 300


def remember(account_id: int, message_id: int) -> None:
    """Note that we wrote or deleted the message."""
    cache.set(_key(account_id, message_id), 1, _SECONDS)


def own_key(account_id: int, message_id: int | None) -> str | None:
    """Return the key that the cache has where we wrote or deleted the message; None for what is no message."""
    return None if message_id is None else _key(account_id, message_id)


def _key(account_id: int, message_id: int) -> str:
    return f"{account_id}:echo:{message_id}"
