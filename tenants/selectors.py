"""Reads for operators: whatever they ask for, they get of their own accounts only."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, QuerySet

from tenants.models import Account, Operator, Role

Row = TypeVar("Row", bound=Model)

_Chosen = Operator.accounts.through
# With so many accounts chosen a database begins with them and looks for their rows. With more it goes through the rows
# as they are sorted and filtered, and asks of each whose it is: it is done once the page is full.
FEW_ACCOUNTS = 1_000


def get_operator(user: Any) -> Operator | None:
    """Return the user's operator; None for platform administrators and for whoever is none. Asked once a user."""
    if not hasattr(user, "_operator"):
        beyond = _Chosen.objects.filter(operator=OuterRef("pk"))[FEW_ACCOUNTS : FEW_ACCOUNTS + 1]
        operators = Operator.objects.annotate(has_many_accounts=Exists(beyond))
        user._operator = operators.filter(user_id=user.pk).first()  # noqa: SLF001 - kept with the user
    operator: Operator | None = user._operator  # noqa: SLF001
    return operator


def is_platform_administrator(user: Any) -> bool:
    """Return whether all accounts and all operators are the user's to change."""
    return bool(_may_sign_in(user) and user.is_superuser)


def may_read(user: Any) -> bool:
    """Return whether the user may look at accounts at all."""
    return is_platform_administrator(user) or (_may_sign_in(user) and get_operator(user) is not None)


def may_write(user: Any) -> bool:
    """Return whether the user may change their accounts, and add new ones."""
    if is_platform_administrator(user):
        return True
    operator = get_operator(user) if _may_sign_in(user) else None
    return operator is not None and operator.role == Role.OPERATOR


def visible_accounts(user: Any) -> QuerySet[Account]:
    """Return the accounts that the user may see."""
    return visible(Account.objects.all(), user)


def find_accounts(name: str | None, *, every: bool = False) -> list[Account]:
    """Return the account of this number or exact name, or every active, proved one. Raises ValidationError."""
    if every:
        return list(Account.objects.filter(is_active=True, host_proved_at__isnull=False).order_by("pk"))
    if not name:
        raise ValidationError("Name an account by its number or exact name, or say --all.")
    # Longer numbers have no room in the database.
    is_number = name.isdecimal() and len(name) < len(str(2**63))
    found = list(Account.objects.filter(**({"pk": int(name)} if is_number else {"name": name})))
    if len(found) != 1:
        raise ValidationError(f"There are {len(found)} accounts of the name or number “{name}”. Give one's number.")
    return found


def visible(rows: QuerySet[Row], user: Any) -> QuerySet[Row]:
    """Return those of the rows, accounts or what belongs to one, that are of accounts the user may see."""
    if is_platform_administrator(user):
        return rows
    operator: Any = get_operator(user) if _may_sign_in(user) else None
    if operator is None:
        return rows.none()
    if operator.has_all_accounts:
        return rows
    path = "pk" if rows.model is Account else "account"
    chosen = _Chosen.objects.filter(operator=operator)
    if operator.has_many_accounts:
        return rows.filter(Exists(chosen.filter(account=OuterRef(path))))
    return rows.filter(**{f"{path}__in": chosen.values("account")})


def _may_sign_in(user: Any) -> bool:
    """Return whether the admin is open to the user; to whom it is not, neither is anything else, as by a token."""
    return bool(user.is_active and user.is_staff)
