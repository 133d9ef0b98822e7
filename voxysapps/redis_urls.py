"""One REDIS_URL, spelled the way the cache and the broker each want it."""


def cache_url(redis_url: str) -> str:
    """Return `redis_url` for redis-py: sockets are `unix://`."""
    return redis_url.replace("redis+socket://", "unix://", 1)


def broker_url(redis_url: str) -> str:
    """Return `redis_url` for kombu: sockets are `redis+socket://`."""
    return redis_url.replace("unix://", "redis+socket://", 1)
