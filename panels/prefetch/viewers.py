"""In which language and role an account's tabs were looked at lately: for whom it is worth rendering ahead."""

import threading
import time
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache

from panels.configuration import AppPlan
from tenants.models import DashboardApp
from tenants.trust.confirmation import ConfirmedContext
from tenants.trust.records import ADMINISTRATOR

# Who looked so long ago is not expected any longer.
LATELY_SECONDS = 24 * 3600
# A process says the same again only after this.
_SAID_EVERY = 900.0
_MAX_SAID = 10_000
# None: of an account whose host is not asked who looks.
_ROLES = ("agent", ADMINISTRATOR, None)


class Viewer(NamedTuple):
    """Somebody who looks at one app."""

    app_key: str
    locale: str
    role: str | None


_said: dict[str, float] = {}
_unsaid: set[str] = set()
_lock = threading.Lock()


def note_viewer(plan: AppPlan, context: ConfirmedContext, locale: str) -> None:
    """Remember that somebody looks. Requests call this: it costs no trip, `write_viewers` makes one later."""
    key, now = _key(plan.account.pk, plan.app.pk, locale, context.role), time.monotonic()
    if now - _said.get(key, -_SAID_EVERY) < _SAID_EVERY:
        return
    with _lock:
        if len(_said) >= _MAX_SAID:
            _said.clear()
        _said[key] = now
        _unsaid.add(key)


def write_viewers(**_signal: Any) -> None:
    """Tell the workers who looks, behind an answer; receives Django's `request_finished`."""
    if not _unsaid:
        return
    with _lock:
        keys = list(_unsaid)
        _unsaid.clear()
    cache.set_many(dict.fromkeys(keys, 1), LATELY_SECONDS)


def read_viewers(account_id: int) -> list[Viewer]:
    """Return who has looked at the account's tabs lately (1 query, 1 trip)."""
    apps = DashboardApp.objects.for_account(account_id).filter(is_enabled=True).order_by("pk").values_list("pk", "key")
    viewers = {
        _key(account_id, app_id, locale, role): Viewer(app_key, locale, role)
        for app_id, app_key in apps
        for locale, _name in settings.LANGUAGES
        for role in _ROLES
    }
    found = cache.get_many(viewers)
    return [viewer for key, viewer in viewers.items() if key in found]


def forget_said() -> None:
    """Let this process say everything anew; for tests."""
    with _lock:
        _said.clear()
        _unsaid.clear()


def _key(account_id: int, app_id: int, locale: str, role: str | None) -> str:
    return f"{account_id}:viewer:{app_id}:{locale}:{role or '-'}"
