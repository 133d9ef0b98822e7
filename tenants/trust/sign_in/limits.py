"""How often somebody may ask for a code, and how many mails that may cost."""

import hashlib
from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache

from voxysapps.limits import Counter

WINDOW_SECONDS = 600
# Codes asked for within the window. A whole office shares one address, and signs in on one morning.
PER_ADDRESS, PER_AGENT, PER_ACCOUNT = 120, 6, 600
# Codes entered, and looks for a note, within the window.
ANSWERS_PER_ADDRESS = 6_000
DAY_SECONDS = 24 * 3600
MAILS_PER_RECIPIENT, MAILS_PER_RECIPIENT_SOON, MAILS_PER_ACCOUNT = 10, 3, 500
SOON_SECONDS = 900


def begin_counters(account_id: int, address: str, claim: str) -> Iterator[Counter]:
    """What counts a request for a code. `claim` is the agent that is named, whether or not there is one."""
    # An address of a person does not become a key, which monitoring may show.
    key = settings.SECRET_KEY.encode()[:64]
    named = hashlib.blake2b(claim.encode(errors="replace"), digest_size=16, key=key).hexdigest()
    yield _counter(f"{account_id}:sign-in:address:{address}", PER_ADDRESS)
    yield _counter(f"{account_id}:sign-in:agent:{named}", PER_AGENT)
    yield _counter(f"{account_id}:sign-in:all", PER_ACCOUNT)


def answer_counters(account_id: int, address: str) -> Iterator[Counter]:
    yield _counter(f"{account_id}:sign-in:answers:{address}", ANSWERS_PER_ADDRESS)


def take_mail(account_id: int, agent_id: int) -> bool:
    """Return whether one more mail may go to the agent, and from the account, today."""
    caps = (
        (f"{account_id}:mails:soon:{agent_id}", MAILS_PER_RECIPIENT_SOON, SOON_SECONDS),
        (f"{account_id}:mails:day:{agent_id}", MAILS_PER_RECIPIENT, DAY_SECONDS),
        (f"{account_id}:mails:day", MAILS_PER_ACCOUNT, DAY_SECONDS),
    )
    return all(_take(key, int(cap * settings.RATE_LIMIT_FACTOR), seconds) for key, cap, seconds in caps)


def _take(key: str, cap: int, seconds: int) -> bool:
    if cache.add(key, 1, seconds):
        return True
    try:
        return bool(cache.incr(key) <= cap)
    except ValueError:
        return True


def _counter(key: str, limit: int) -> Counter:
    return Counter(key, int(limit * settings.RATE_LIMIT_FACTOR), WINDOW_SECONDS)
