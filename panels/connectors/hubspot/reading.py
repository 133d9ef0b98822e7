"""Reading what belongs to a contact, and no more than can be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from panels.connectors.hubspot.client import HubSpotClient
from panels.connectors.hubspot.row import Row

# Records of one type that are read for the customers of one call.
MOST = 300


@dataclass(frozen=True, slots=True)
class Owned:
    """Records of one type by whom they belong to. `is_complete` is false where there are more of them."""

    by_owner: Mapping[str, Sequence[Row]]
    is_complete: bool = True

    def of(self, owner: str) -> Sequence[Row]:
        return self.by_owner.get(owner, ())

    def all(self) -> tuple[Row, ...]:
        """Return every record once, whoever it belongs to."""
        return tuple({row.id: row for rows in self.by_owner.values() for row in rows}.values())


def read_owned(
    client: HubSpotClient,
    from_type: str,
    owners: Sequence[str],
    to_type: str,
    properties: Sequence[str],
    most: int = MOST,
) -> Owned:
    """Return the records that belong to the owners: who belongs to whom in one batch, the records in others.

    Where there are too many, those with the highest ids are read, which were made last. Raises a `ConnectorError`.
    """
    if not owners:
        return Owned({})
    associated = client.associated(from_type, owners, to_type)
    ids = sorted({object_id for some in associated.values() for object_id in some}, key=int, reverse=True)
    rows = {row.id: row for row in client.read(to_type, ids[:most], properties)}
    by_owner = {
        owner: tuple(rows[object_id] for object_id in some if object_id in rows) for owner, some in associated.items()
    }
    return Owned(by_owner, is_complete=len(ids) <= most)
