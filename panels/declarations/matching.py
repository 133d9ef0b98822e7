"""Which stored account a description means. Accounts that the user may not see are as if they were not there."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from panels.declarations.shapes import Declared, Problem
from tenants.models import Account


def match_accounts(
    declared: Sequence[Declared], visible: QuerySet[Account], *, may_add: bool = True
) -> list[tuple[Declared, Account | Problem | None]]:
    """Return for each description its account, None where it is a new one, or why neither is so.

    An account is known by its place on the host; one that is not proved yet also by its name. A new one and somebody
    else's are answered alike.
    """
    by_place = _by_place(declared, visible)
    taken = {account.pk for account in by_place.values() if isinstance(account, Account)}
    matches = []
    for one in declared:
        match = by_place.get(one.where) or _by_name(one, visible, taken, may_add=may_add)
        matches.append((one, match))
        if isinstance(match, Account):
            taken.add(match.pk)
    return matches


def _by_place(declared: Iterable[Declared], visible: QuerySet[Account]) -> dict[str, Account | Problem]:
    places = {one.account.address: one for one in declared if one.account.address is not None}
    rows = visible.filter(
        host_origin__in={origin for origin, _id in places}, host_account_id__in={id_ for _origin, id_ in places}
    )
    found: dict[str, list[Account]] = {}
    for row in rows.order_by("pk").prefetch_related("secrets"):
        if one := places.get((row.host_origin, row.host_account_id)):
            found.setdefault(one.where, []).append(row)
    matches: dict[str, Account | Problem] = {}
    for one in places.values():
        if candidates := found.get(one.where):
            proved = [row for row in candidates if row.is_proved]
            named = [row for row in candidates if row.name == one.account.name]
            matches[one.where] = _only(one, proved or (named if len(candidates) > 1 else candidates))
    return matches


def _by_name(one: Declared, visible: QuerySet[Account], taken: set[int], *, may_add: bool) -> Account | Problem | None:
    rows = visible.filter(name=one.account.name, host_proved_at__isnull=True).exclude(pk__in=taken)
    if candidates := list(rows.prefetch_related("secrets")[:2]):
        return _only(one, candidates)
    if not may_add:
        return Problem(f"{one.place}: name", _("Not found, and you cannot add accounts here."))
    if one.account.address is None:
        return Problem(f"{one.place}: name", _("Not found. A new account needs host_origin and host_account_id."))
    # Whether it is somebody else's is told to whoever proves to be an administrator there.
    return None


def _only(one: Declared, candidates: Sequence[Account]) -> Account | Problem:
    if len(candidates) == 1:
        return candidates[0]
    return Problem(f"{one.place}: name", _("Several accounts could be meant. Prove one of them in the admin first."))
