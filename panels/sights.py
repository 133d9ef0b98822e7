"""What of the host's conversations the viewer may see, asked once a request and only where a panel shows any.

Snapshots are everybody's, so what an agent may not see is taken out of the answer before a panel gets it, and
a fragment made of it says for which inboxes that was so. Memberships are the host's records, minutes old at
most (`tenants.trust.records`), whatever the age of the data: who leaves an inbox stops seeing it.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_noop

from tenants.host.errors import HostError
from tenants.models import Account
from tenants.trust.confirmation import ConfirmedContext, ForeseenContext
from tenants.trust.quotas import TooMany
from tenants.trust.records import Evidence, agent_key, inbox_key
from tenants.trust.sight import NOTHING, Sight, sight_of
from tenants.trust.tasks import enqueue_record

SIGHT_UNKNOWN = gettext_noop("Voxys does not answer, so what you may see cannot be confirmed at the moment.")


class SightUnknown(Exception):
    """What the viewer may see cannot be confirmed: the host does not say, or was asked often enough. See above."""


class Sights:
    """One viewer's. `found` is what a request has read from the cache already.

    `permit` is called before the host is asked, and raises `TooMany` where it was asked often enough.
    """

    def __init__(
        self,
        account: Account,
        context: ConfirmedContext | ForeseenContext,
        found: Mapping[str, Any] | None = None,
        permit: Callable[[], None] | None = None,
    ) -> None:
        self._account = account
        self._agent_id = context.agent_id if account.confirms else None
        self._known = dict(found or {})
        self._evidence = Evidence(account, self._look_up, enqueue_record, permit)
        self._asked: set[str] = set(self._known)
        self._made: dict[frozenset[int], Sight] = {}

    def of(self, inboxes: Collection[int]) -> Sight:
        """Return what may be seen of conversations in these inboxes. Raises `SightUnknown`; asks the cache once."""
        wanted = frozenset(inboxes)
        if self._agent_id is None:
            return NOTHING  # nobody has said who looks
        if wanted not in self._made:
            account_id = self._account.pk
            self._ask([agent_key(account_id, self._agent_id), *(inbox_key(account_id, id_) for id_ in wanted)])
            try:
                self._made[wanted] = sight_of(self._evidence.agent(self._agent_id), wanted, self._evidence)
            except (HostError, TooMany) as error:
                raise SightUnknown from error
        return self._made[wanted]

    def _ask(self, keys: Collection[str]) -> None:
        missing = [key for key in keys if key not in self._asked]
        if missing:
            self._known |= cache.get_many(missing)
            self._asked.update(missing)

    def _look_up(self, key: str) -> Any:
        self._ask([key])
        return self._known.get(key)
