"""What of the host's conversations an agent may see: the same rule for the one that is open and for all others."""

from collections.abc import Collection
from dataclasses import dataclass

from tenants.trust.records import ADMINISTRATOR, AgentRecord, Evidence


@dataclass(frozen=True, slots=True)
class Sight:
    """Which conversations somebody may see. Without anything said, none.

    `is_whole`: all of the account. `inboxes`: those of these inboxes. `assignee_id`: those assigned to this agent.
    `sees_contacts`: what agents noted about contacts, too, which belongs to no inbox.
    """

    sees_contacts: bool = False
    is_whole: bool = False
    inboxes: frozenset[int] = frozenset()
    assignee_id: int | None = None

    def sees(self, inbox_id: int | None, assignee_id: int | None) -> bool:
        """Return whether a conversation of this inbox and assignee may be seen."""
        if self.is_whole or inbox_id in self.inboxes:
            return True
        return self.assignee_id is not None and assignee_id == self.assignee_id

    @property
    def name(self) -> str:
        """The same for those who see the same."""
        if self.is_whole:
            return "all"
        return f"{self.assignee_id or '-'}:{','.join(map(str, sorted(self.inboxes)))}"


NOTHING = Sight()


def sight_of(agent: AgentRecord, inboxes: Collection[int], evidence: Evidence) -> Sight:
    """Return what the agent may see of conversations in `inboxes`, by the host's word. Raises `HostError`.

    Administrators see all, agents what is in the inboxes they are members of. The API does not tell what a
    custom role may see, so whoever has one sees what is assigned to them.
    """
    if agent.role is None or not agent.confirmed:
        return NOTHING
    if agent.has_custom_role:
        return Sight(assignee_id=agent.id)
    if agent.role == ADMINISTRATOR:
        return Sight(sees_contacts=True, is_whole=True)
    member_of = frozenset(id_ for id_ in inboxes if agent.id in evidence.inbox(id_).members)
    return Sight(sees_contacts=True, inboxes=member_of)
