"""How often a minute frames may ask, by whom they are and where they come from.

An agent who works fast asks some twenty times a minute; an office shares one address.
"""

from django.conf import settings
from voxysapps.limits import Counter

from tenants.trust.confirmation import ConfirmedContext

SECONDS = 60
APP, AGENT, ACCOUNT, ADDRESS = 3_000, 600, 6_000, 3_000
# Requests that were refused for want of a session or of confirmation: nobody sees data by them.
REFUSED_ADDRESS = 120


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
