"""How often a minute frames may ask, by whom they are and where they come from.

An agent who works fast asks some twenty times a minute; an office shares one address.
"""

from django.conf import settings

from tenants.trust.confirmation import ConfirmedContext
from tenants.viewing.entries import JOURNAL
from voxysapps.limits import Counter, count_and_append

SECONDS = 60
APP, AGENT, ACCOUNT, ADDRESS = 3_000, 600, 6_000, 3_000
# Requests that were refused for want of a session or of confirmation: nobody sees data by them. An office
# that has not signed in yet opens its tabs from one address.
REFUSED_ADDRESS = 600
# Questions to the host that requests cause: a forged context may cost the host as little as us.
HOST_ADDRESS, HOST_ACCOUNT = 120, 1_200


class TooMany(Exception):
    """A limit was passed. `wait` is the number of seconds until it is open again."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def counters(context: ConfirmedContext, address: str) -> tuple[Counter, ...]:
    """Return what counts a request that shows data."""
    account, factor = context.account_id, settings.RATE_LIMIT_FACTOR
    return (
        Counter(f"{account}:count:app:{context.app_id}", int(APP * factor), SECONDS),
        Counter(f"{account}:count:agent:{context.agent_id}", int(AGENT * factor), SECONDS),
        Counter(f"{account}:count:all", int(ACCOUNT * factor), SECONDS),
        Counter(f"{account}:count:address:{address}", int(ADDRESS * factor), SECONDS),
    )


def refused_counters(account_id: int, address: str) -> tuple[Counter, ...]:
    """Return what counts a request that was refused, by address only: anybody can name an agent."""
    limit = int(REFUSED_ADDRESS * settings.RATE_LIMIT_FACTOR)
    return (Counter(f"{account_id}:count:refused:{address}", limit, SECONDS),)


def permit_host_question(account_id: int, address: str) -> None:
    """Count one question to the host; raise `TooMany` where there have been too many."""
    factor = settings.RATE_LIMIT_FACTOR
    wait = count_and_append(
        (
            Counter(f"{account_id}:count:host:{address}", int(HOST_ADDRESS * factor), SECONDS),
            Counter(f"{account_id}:count:host-all", int(HOST_ACCOUNT * factor), SECONDS),
        ),
        JOURNAL,
    )
    if wait:
        raise TooMany(wait)
