"""The services the tests were given: what tests put there is theirs alone, and gone when they end."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import redis

from voxysapps.embedded.pytest_plugin import GIVEN_ENVIRONMENT
from voxysapps.redis_urls import cache_url


def delete_keys(client: redis.Redis, prefix: str) -> None:
    """Delete the keys of `prefix`. `cache.clear()` would empty all of a Redis that others use too."""
    if keys := list(client.scan_iter(match=f"{prefix}:*", count=1000)):
        client.unlink(*keys)


@contextmanager
def services_for_product() -> Iterator[dict[str, str]]:
    """Yield the environment of a product on the services the tests were given, apart from the tests' own."""
    with _redis() as redis_env, _database() as database_env:
        yield redis_env | database_env


@contextmanager
def _redis() -> Iterator[dict[str, str]]:
    url = GIVEN_ENVIRONMENT.get("REDIS_URL")
    if not url:
        yield {}
        return
    # A test process may start several products.
    prefix = f"product-{os.getpid()}-{secrets.token_hex(4)}"
    yield {"REDIS_URL": url, "CACHE_PREFIX": prefix, "BROKER_PREFIX": f"{prefix}:"}
    with redis.Redis.from_url(cache_url(url)) as client:
        delete_keys(client, prefix)


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    url = GIVEN_ENVIRONMENT.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    name = f"product_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
