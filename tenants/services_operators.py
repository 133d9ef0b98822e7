"""What is done to operators and API tokens."""

import hashlib
import secrets
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import audit
from tenants.models import Account, ApiToken, Operator

TOKEN_PREFIX = "vxt_"  # noqa: S105 - what tokens begin with, so that they are recognised where they should not be
_TOKEN_BYTES = 32
_LAST_CHARACTERS = 4


def validate_operator(operator: Operator) -> None:
    """Raise ValidationError, by field, for what could not be saved."""
    if operator.user.pk is None:
        operator.user.full_clean()
    operator.full_clean(exclude={"user"} if operator.user.pk is None else None)


def new_user(username: str, email: str) -> User:
    """Return a user, not saved yet, who cannot sign in before a platform administrator has set a password."""
    user = User(username=username, email=email)
    user.set_unusable_password()
    return user


def save_operator(operator: Operator, accounts: Iterable[Account]) -> None:
    """Save who works here, the user too where that is a new one, and let them sign in to the admin."""
    chosen = list(accounts)
    had = sorted(operator.accounts.values_list("name", flat=True)) if operator.pk else []
    before = {**audit.stored_values(operator), "accounts": had} if operator.pk else {}
    with transaction.atomic():
        if operator.user.pk is None:
            operator.user.save()
        operator.save()
        operator.accounts.set(chosen)
        if not operator.user.is_staff:
            operator.user.is_staff = True
            operator.user.save(update_fields=["is_staff"])
        after = {**audit.values(operator), "accounts": sorted(account.name for account in chosen)}
        audit.record("change" if before else "add", operator, before=before, after=after)


def delete_operator(operator: Operator) -> None:
    """Let somebody work here no longer. Their user stays, and with it what they did."""
    before = {**audit.values(operator), "accounts": sorted(operator.accounts.values_list("name", flat=True))}
    with transaction.atomic():
        audit.record("delete", operator, before=before)
        operator.delete()


def validate_token(token: ApiToken, accounts: Iterable[Account]) -> None:
    """Raise ValidationError, by field, for a new token of no account, or past the one by which it is made."""
    chosen = {account.pk for account in accounts}
    if not token.has_all_accounts and not chosen:
        raise ValidationError({"accounts": _("Choose accounts, or all of them.")})
    maker = token.made_by
    if maker is None:
        return
    if lacking := [scope for scope in token.scopes if scope not in maker.scopes]:
        sentence = _("The token that makes this one lacks: %(scopes)s.") % {"scopes": ", ".join(lacking)}
        raise ValidationError({"scopes": sentence})
    if not maker.has_all_accounts:
        if token.has_all_accounts:
            raise ValidationError({"has_all_accounts": _("The token that makes this one is for chosen accounts.")})
        if not chosen <= set(maker.accounts.values_list("pk", flat=True)):
            raise ValidationError({"accounts": _("The token that makes this one is for other accounts.")})
    if maker.expires_at is not None and (token.expires_at is None or token.expires_at > maker.expires_at):
        raise ValidationError({"expires_at": _("The token that makes this one ends before.")})


def issue_token(token: ApiToken, accounts: Iterable[Account]) -> str:
    """Save a new API token and return its text, which is stored nowhere and never shown again.

    `made_by` is the token by which it is made, if by one: it reaches no further in anything, and ends with it.
    Raises ValidationError, by field.
    """
    chosen = list(accounts)
    validate_token(token, chosen)
    text = TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    token.token_digest, token.last4 = token_digest(text), text[-_LAST_CHARACTERS:]
    with transaction.atomic():
        if token.made_by_id is not None and not _is_there(token.made_by_id):
            raise ValidationError(_("The token that makes this one was ended."))
        token.save()
        token.accounts.set(chosen)
        audit.record("add", token, after=audit.values(token))
    return text


def revoke_token(token: ApiToken) -> bool:
    """End the token and all that were made by it; return whether it was good until now."""
    with transaction.atomic():
        # Before it is looked for what it has made: from here on it makes no more.
        if not _end(token):
            return False
        ended = [token.pk]
        # One generation after the other: whoever stole a token may have made a chain of any length.
        while ended:
            made = list(ApiToken.objects.filter(made_by__in=ended))
            for one in made:
                _end(one)
            ended = [one.pk for one in made]
    return True


def _end(token: ApiToken) -> bool:
    """End this one token; return whether it was good until now."""
    now = timezone.now()
    if not ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        return False
    token.revoked_at = now
    audit.record("revoke", token)
    return True


def _is_there(token_id: int) -> bool:
    """Return whether the token was not ended; it cannot be before the transaction is over."""
    rows = ApiToken.objects.select_for_update().filter(pk=token_id, revoked_at__isnull=True)
    return rows.first() is not None


def token_digest(text: str) -> str:
    """Return what is stored of a token: it has enough randomness to need no salt."""
    return hashlib.sha256(text.encode()).hexdigest()
