"""What is done to accounts and dashboard apps. The admin, the API, CSV and `apply` all come through here."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import audit
from tenants.host.client import HostClient
from tenants.host.errors import AWAY, HostError, HostForbidden, HostNotFound, HostRefusedToken, HostUnreadable
from tenants.models import Account, DashboardApp, new_app_key, new_hook_key
from tenants.notices import resolve_notice
from tenants.secrets import HOOK_SECRET, HOST_TOKEN, set_secret
from tenants.selectors import get_operator
from tenants.trust.records import ADMINISTRATOR

ACCOUNT_SECRETS = (HOST_TOKEN, HOOK_SECRET)


def validate_account(account: Account, secrets: Mapping[str, str] | None = None) -> None:
    """Raise ValidationError, by field, for what could not be saved; the token is tried at the host.

    `account` has the new values; `secrets` are those entered, by name (`ACCOUNT_SECRETS`). That its place on the host
    is another account's is told to whoever has proved to be an administrator there, and to nobody who guesses.
    """
    # The constraint on that place would tell it to anybody.
    account.full_clean(exclude={"host_proved_at"})
    if token := (secrets or {}).get(HOST_TOKEN):
        try:
            prove(account, token)
        except ValidationError as error:
            raise ValidationError({HOST_TOKEN: error.messages}) from None
        _require_free_place(account)


def save_account(
    account: Account,
    secrets: Mapping[str, str] | None = None,
    *,
    keep_old_for: dt.timedelta | None = None,
    is_validated: bool = False,
) -> None:
    """Save the account and the secrets that were entered. Raises ValidationError.

    With a token that was tried the account is served from now on, and its place on the host is taken. Another
    destination than before clears the secrets given for that one. During `keep_old_for` the values that are
    replaced stay live. `is_validated`: `validate_account` has just been called with the same.
    """
    entered = {name: value for name, value in (secrets or {}).items() if value}
    if not is_validated:
        validate_account(account, entered)
    before = audit.stored_values(account)
    action = "change" if before else "add"
    try:
        with transaction.atomic():
            account.save()
            if HOST_TOKEN in entered:
                account.host_proved_at = timezone.now()
                account.save(update_fields=["host_proved_at"])
            for name, value in entered.items():
                set_secret(account, name, value, keep_old_for=keep_old_for)
            if not before:
                _give_to_actor(account)
            audit.record(action, account, before=before, after=audit.values(account), secrets=entered)
    except IntegrityError:
        account.host_proved_at = None
        raise _place_is_taken() from None
    if HOST_TOKEN in entered:
        resolve_notice(account, "host-refuses")


def connect_host(account: Account, token: str) -> None:
    """Store the host's API token, once the host has shown it to be an administrator's of this very account.

    Only then is the account served and its place on the host taken. Raises ValidationError, with a sentence
    that says what to do; what was stored before stays as it was.
    """
    save_account(account, {HOST_TOKEN: token})


def delete_account(account: Account) -> None:
    """Delete the account with all that belongs to it. What the audit has of it stays."""
    before = audit.values(account)
    with transaction.atomic():
        audit.record("delete", account, before=before)
        account.delete()


def check_host(account: Account) -> None:
    """Prove the stored token once more, at the saved destination. Raises ValidationError.

    That an account is served from now on is written down; that it still is, as every night's check finds, is not.
    """
    prove(account, None)
    _require_free_place(account)
    before = audit.stored_values(account)
    is_news = not account.is_proved
    account.host_proved_at = timezone.now()
    with transaction.atomic():
        account.save(update_fields=["host_proved_at"])
        if is_news:
            audit.record("check_host", account, before=before, after=audit.values(account))
    resolve_notice(account, "host-refuses")


def rotate_hook_key(account: Account, *, keep_old_for: dt.timedelta) -> None:
    """Give the account another webhook address; the one before is good for `keep_old_for`."""
    account.previous_hook_key = account.hook_key if keep_old_for else None
    account.previous_hook_key_ends_at = timezone.now() + keep_old_for if keep_old_for else None
    account.hook_key = new_hook_key()
    with transaction.atomic():
        account.save(update_fields=["hook_key", "previous_hook_key", "previous_hook_key_ends_at"])
        audit.record("rotate_hook_key", account, after=_kept_until(account.previous_hook_key_ends_at))


def save_dashboard_app(app: DashboardApp) -> None:
    """Validate and save the dashboard app. Raises ValidationError, by field."""
    app.full_clean()
    _save(app)


def delete_dashboard_app(app: DashboardApp) -> None:
    """Delete the app and its placements. Publishing then removes its tab from the host."""
    delete(app)


def rotate_app_key(app: DashboardApp, *, keep_old_for: dt.timedelta) -> None:
    """Give the app another address, to be published; the one before is good for `keep_old_for`."""
    app.previous_key = app.key if keep_old_for else None
    app.previous_key_ends_at = timezone.now() + keep_old_for if keep_old_for else None
    app.key = new_app_key()
    with transaction.atomic():
        app.save(update_fields=["key", "previous_key", "previous_key_ends_at"])
        audit.record("rotate_app_key", app, after=_kept_until(app.previous_key_ends_at))


def delete(row: Any) -> None:
    """Delete a row of an account, and write that down."""
    before = audit.values(row)
    with transaction.atomic():
        audit.record("delete", row, before=before)
        row.delete()


def prove(account: Account, token: str | None) -> None:
    """Ask the host whether the token (None: the stored one) is an administrator's of the account."""
    client = HostClient(account, token=token)
    try:
        roles = client.profile().roles
        role = roles.get(account.host_account_id)
        if role is None:
            raise ValidationError(_elsewhere(account, sorted(roles)))
        if role != ADMINISTRATOR:
            raise ValidationError(_("This is an agent's token. Enter an administrator's: others may not see webhooks."))
        client.webhooks()  # for administrators only
    except HostForbidden:
        raise ValidationError(
            _("The token's owner is no administrator of this account. Enter an administrator's token.")
        ) from None
    except HostRefusedToken as error:
        if token is None:
            raise ValidationError(_(error.detail)) from None
        raise ValidationError(
            _("The host does not accept this token. Copy it from the administrator's profile in Voxys.")
        ) from None
    except HostNotFound:
        raise ValidationError(_("The host has no such account. Check the address and the account id.")) from None
    except HostUnreadable:
        said = _(
            "What answers at %(address)s is not Voxys. Check the host address, and the address of the host's API if one"
            " is entered."
        )
        raise ValidationError(said % {"address": account.api_address}, AWAY) from None
    except HostError as error:
        code = AWAY if error.temporary else None
        raise ValidationError(_("The host could not be asked: %(why)s") % {"why": error.sentence}, code) from None


def _require_free_place(account: Account) -> None:
    """Raise ValidationError where another account was proved at the same place of the host."""
    twins = Account.objects.filter(
        host_origin=account.host_origin, host_account_id=account.host_account_id, host_proved_at__isnull=False
    )
    if twins.exclude(pk=account.pk).exists():
        raise _place_is_taken()


def _place_is_taken() -> ValidationError:
    said = _(
        "This account of this host is connected already. Look for it in the list of accounts; if it is not there, ask a"
        " platform administrator."
    )
    return ValidationError({"host_account_id": said})


def _elsewhere(account: Account, known: list[int]) -> str:
    """Return what to say of a token that is good for other accounts of the host, or for none."""
    said = _("The token's owner is not in account %(id)s of this host. Check the account id.")
    if known:
        said = _("The token's owner is not in account %(id)s of this host, but in %(known)s. Check the account id.")
    return said % {"id": account.host_account_id, "known": ", ".join(map(str, known))}


def _save(row: DashboardApp) -> None:
    before = audit.stored_values(row)
    try:
        with transaction.atomic():
            row.save()
            audit.record("change" if before else "add", row, before=before, after=audit.values(row))
    except IntegrityError:
        raise ValidationError(_("This was saved by somebody else at the same time. Try again.")) from None


def _give_to_actor(account: Account) -> None:
    """Make a new account one of its operator's own: they could not see it otherwise."""
    user = audit.current_actor().user
    operator = get_operator(user) if user is not None and not getattr(user, "is_superuser", False) else None
    if operator is not None and not operator.has_all_accounts:
        operator.accounts.add(account)
        audit.record("give account", operator, after={"accounts": [account.name]})


def _kept_until(ends_at: dt.datetime | None) -> dict[str, Any]:
    return {"old key good until": ends_at.isoformat() if ends_at else None}
