"""Calls of a plugin's code that may take a while: fetching, and trying a connection."""

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.utils.translation import gettext_noop

from panels.containment import threads
from panels.containment.origin import is_ours
from panels.errors import TemporaryError
from panels.guard import Busy

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Calls of one plugin at a time in one process, fewer than a worker has threads: a slow one leaves some to the others.
MOST_AT_ONCE = 5
# Of these, one account's: enough for three panels that are opened together, and a slow system of theirs leaves places
# to other accounts' tabs of the same plugin.
MOST_OF_AN_ACCOUNT = 3
# The plugin's own requests end before, and can say more of why.
GRACE_SECONDS = 1.0

# How many calls of a plugin are under way, by account.
_under_way: defaultdict[str, Counter[int]] = defaultdict(Counter)
_lock = threading.Lock()


def call_plugin(plugin: object, work: Callable[[], Result], *, account_id: int, seconds: float, name: str) -> Result:
    """Return what `work`, code of the plugin's, returns; it may take so many seconds.

    `name` is what agents and operators know it by. Raises whatever the plugin raises, `TemporaryError` where it
    takes too long or too much, and `Busy` where as many of its calls are under way as may be, or of the account's.
    """
    if is_ours(plugin):
        return work()
    kind = plugin if isinstance(plugin, type) else type(plugin)
    slug = str(getattr(kind, "slug", kind.__name__))
    values = {"system": name}
    with _place(slug, account_id):
        try:
            return threads.run(slug, work, seconds=seconds + GRACE_SECONDS)
        except threads.TookTooLong as error:
            logger.error("plugin %s was given up: %s", slug, error)  # noqa: TRY400 - there is nothing to trace
            raise TemporaryError(gettext_noop("%(system)s took too long."), values=values) from None
        except threads.Exited as error:
            logger.error("plugin %s was given up: %s", slug, error)  # noqa: TRY400 - likewise
            raise TemporaryError(gettext_noop("%(system)s failed. Tell an operator."), values=values) from None
        except threads.NotDone as error:
            logger.error("plugin %s was given up: %s", slug, error)  # noqa: TRY400 - likewise
            raise TemporaryError(gettext_noop("%(system)s is not asked for the moment."), values=values) from None


def try_plugin(plugin: object, work: Callable[[], Result], *, account_id: int, seconds: float, name: str) -> Result:
    """Do as `call_plugin` for an operator who looks on: nobody tries again, so `TemporaryError` instead of `Busy`."""
    try:
        return call_plugin(plugin, work, account_id=account_id, seconds=seconds, name=name)
    except Busy:
        message = gettext_noop("%(system)s is being asked several times already. Try again in a moment.")
        raise TemporaryError(message, values={"system": name}) from None


@contextmanager
def _place(slug: str, account_id: int) -> Iterator[None]:
    """Hold one of the plugin's places in this process for the account, or raise `Busy`."""
    with _lock:
        under_way = _under_way[slug]
        if under_way.total() >= MOST_AT_ONCE or under_way[account_id] >= MOST_OF_AN_ACCOUNT:
            raise Busy
        under_way[account_id] += 1
    try:
        yield
    finally:
        with _lock:
            under_way[account_id] -= 1
            if not under_way[account_id]:
                del under_way[account_id]
