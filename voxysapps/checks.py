"""System checks of the settings. What would be unsafe in production, `check --deploy` says, with the remedy."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 -- Django's names
from django.db import connection
from django.http.request import validate_host

from voxysapps.hosts import EVERY_NAME
from voxysapps.plugins import plugin_folders, unreadable

LEAST_KEY_LENGTH = 32
_NETWORKS = ("TRUSTED_PROXIES", "OUTGOING_NETWORKS", "METRICS_NETWORKS")
# Where clouds tell their machines, and whoever can make one ask, the machine's own credentials.
_METADATA = (ip_address("169.254.169.254"), ip_address("fd00:ec2::254"))
_NEW_KEY = 'Take the output of: python -c "import secrets; print(secrets.token_urlsafe(64))"'


@register("voxysapps")
def check_networks(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report every network in the settings that is none: what reads it would fail at its first request."""
    return [
        Error(
            f"{name} has an entry that is no network: “{text}”.",
            hint="Write networks such as 10.0.0.0/8 or 2001:db8::/32, separated by commas.",
            id="voxysapps.E001",
        )
        for name in _NETWORKS
        for text in getattr(settings, name)
        if _network(text) is None
    ]


@register("voxysapps")
def check_translations(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report every file of a plugin's translations that is none."""
    return [
        Warning(
            f"{path} is no compiled translation, so its plugin is shown without any.",
            hint="Compile it again, or tell the plugin's author.",
            id="voxysapps.W002",
        )
        for folder in plugin_folders("locale", without=settings.PANELS_EXCLUDE)
        for path in unreadable(folder)
    ]


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what is unsafe in production and Django's own checks do not know of."""
    return [*_encryption_keys(), *_names(), *_networks(), *_redis(), *_celery(), *_rest()]


def _encryption_keys() -> Iterator[CheckMessage]:
    if not settings.ENCRYPTION_KEYS:
        yield Error("ENCRYPTION_KEYS is not set: no credentials can be stored.", hint=_NEW_KEY, id="voxysapps.E010")
    if any(len(key) < LEAST_KEY_LENGTH for key in settings.ENCRYPTION_KEYS):
        yield Error(
            f"ENCRYPTION_KEYS has a key of less than {LEAST_KEY_LENGTH} characters.",
            hint=_NEW_KEY,
            id="voxysapps.E011",
        )
    if {settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS}.intersection(settings.ENCRYPTION_KEYS):
        yield Error(
            "SECRET_KEY is among ENCRYPTION_KEYS: who learns the one must not have the other.",
            hint=_NEW_KEY,
            id="voxysapps.E012",
        )


def _names() -> Iterator[CheckMessage]:
    allowed, admin = settings.ALLOWED_HOSTS, settings.ADMIN_HOSTS
    if EVERY_NAME in allowed:
        yield Error(
            "ALLOWED_HOSTS has “*”, so the product answers under names that others own.",
            hint="List the names of the product.",
            id="voxysapps.E020",
        )
    if not admin or EVERY_NAME in admin:
        yield Error(
            "ADMIN_HOSTS is not set, so the admin answers nowhere."
            if not admin
            else "ADMIN_HOSTS has “*”, so the admin answers under the frames' names.",
            hint="Give the admin a name of its own, such as admin.example.com, and add it to ALLOWED_HOSTS.",
            id="voxysapps.E021",
        )
        return
    if all(validate_host(name.removeprefix("."), admin) for name in allowed):
        yield Error(
            "ADMIN_HOSTS covers all of ALLOWED_HOSTS, so frames answer nowhere.",
            hint="Give frames and admin different names.",
            id="voxysapps.E022",
        )
    for name in admin:
        if not validate_host(name.removeprefix("."), allowed):
            yield Error(
                f"“{name}” is in ADMIN_HOSTS, but not in ALLOWED_HOSTS, so it is refused.",
                hint="Add it to ALLOWED_HOSTS.",
                id="voxysapps.E023",
            )


def _networks() -> Iterator[CheckMessage]:
    for text in settings.OUTGOING_NETWORKS:
        network = _network(text)
        if network is not None and any(address in network for address in _METADATA):
            yield Error(
                f"OUTGOING_NETWORKS has {text}, in which clouds hand out a machine's credentials.",
                hint="List only the networks in which your own systems are.",
                id="voxysapps.E030",
            )
    for name in ("TRUSTED_PROXIES", "METRICS_NETWORKS"):
        if any(network is not None and not network.prefixlen for network in map(_network, getattr(settings, name))):
            yield Error(f"{name} is the whole internet.", hint="List single networks.", id="voxysapps.E031")
    if settings.SECURE_PROXY_SSL_HEADER and not settings.TRUSTED_PROXIES:
        yield Warning(
            "BEHIND_PROXY is on without TRUSTED_PROXIES: all clients count as one, the proxy.",
            hint="List the proxy's networks in TRUSTED_PROXIES.",
            id="voxysapps.W032",
        )


def _redis() -> Iterator[CheckMessage]:
    if not settings.REDIS_URL:
        yield Warning(
            "REDIS_URL is not set: each process has a cache and a queue of its own, and workers get nothing to do.",
            hint="Set it, such as rediss://:password@redis.internal:6379/0.",
            id="voxysapps.W042",
        )
    url = urlsplit(settings.REDIS_URL)
    if url.scheme not in ("redis", "rediss") or _is_this_machine(url.hostname):
        return
    if url.scheme != "rediss":
        yield Error(
            "REDIS_URL reaches another machine without TLS.", hint="Use rediss://, or a socket.", id="voxysapps.E040"
        )
    if not url.password:
        yield Error(
            "REDIS_URL reaches another machine without a password.",
            hint="Use rediss://:password@name:port/0.",
            id="voxysapps.E041",
        )


def _celery() -> Iterator[CheckMessage]:
    named = {
        "CELERY_ACCEPT_CONTENT": getattr(settings, "CELERY_ACCEPT_CONTENT", ()),
        "CELERY_RESULT_ACCEPT_CONTENT": getattr(settings, "CELERY_RESULT_ACCEPT_CONTENT", None) or ["json"],
        "CELERY_TASK_SERIALIZER": [getattr(settings, "CELERY_TASK_SERIALIZER", "")],
        "CELERY_RESULT_SERIALIZER": [getattr(settings, "CELERY_RESULT_SERIALIZER", "")],
    }
    for name, formats in named.items():
        if list(formats) != ["json"]:
            yield Error(
                f"{name} is not JSON alone: whoever writes into the queue could run code.",
                hint="Set it to json.",
                id="voxysapps.E050",
            )


def _rest() -> Iterator[CheckMessage]:
    if settings.SIMULATOR:
        yield Error(
            "SIMULATOR is on: the stand-in host lets everybody be any agent of the demonstration accounts.",
            hint="Set SIMULATOR=0.",
            id="voxysapps.E060",
        )
    if not getattr(settings, "EMAIL_URL", ""):
        yield Warning(
            "EMAIL_URL is not set: no sign-in codes can be mailed.",
            hint="Set it, such as smtp+tls://user:password@mail.example.com:587.",
            id="voxysapps.W061",
        )
    if not settings.PUBLIC_URL:
        yield Warning(
            "PUBLIC_URL is not set: nothing can be published into a host.",
            hint="Set it to the address under which agents reach frames, such as https://apps.example.com.",
            id="voxysapps.W062",
        )
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        yield Warning(
            "Mails come from an address at localhost, which mail servers refuse.",
            hint="Set DEFAULT_FROM_EMAIL to an address of yours.",
            id="voxysapps.W063",
        )
    if connection.settings_dict["ENGINE"].endswith("sqlite3"):
        yield Warning(
            "The database is SQLite: one process at a time can write, and only on this machine.",
            hint="Set DATABASE_URL to a PostgreSQL, such as postgres://voxys:password@db.internal:5432/voxys.",
            id="voxysapps.W064",
        )


def _network(text: str) -> Any:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _is_this_machine(name: str | None) -> bool:
    if name in (None, "", "localhost"):
        return True
    try:
        return ip_address(name or "").is_loopback
    except ValueError:
        return False
