"""What is done to accounts."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.host.client import HostClient
from tenants.host.errors import HostError, HostForbidden, HostNotFound, HostRefusedToken
from tenants.models import Account
from tenants.notices import resolve_notice
from tenants.secrets import set_host_token
from tenants.trust.confirmation import ADMINISTRATOR


def connect_host(account: Account, token: str) -> None:
    """Store the host's API token, once the host has shown it to be an administrator's of this very account.

    Only then is the account served and its place on the host taken. Raises ValidationError, with a sentence
    that says what to do; what was stored before stays as it was.
    """
    prove(account, token)
    store_proved_token(account, token)


def store_proved_token(account: Account, token: str) -> None:
    """Store a token that `prove` has found good, and take the account's place on the host. Raises ValidationError."""
    try:
        with transaction.atomic():
            if account.pk is None:
                account.save()
            account.host_proved_at = timezone.now()
            account.save(update_fields=["host_proved_at"])
            set_host_token(account, token)
    except IntegrityError:
        account.host_proved_at = None
        raise ValidationError(_("This account of this host is connected already.")) from None
    resolve_notice(account, "host-refuses")


def check_host(account: Account) -> None:
    """Prove the stored token once more, at the saved destination. Raises ValidationError."""
    prove(account, None)
    account.host_proved_at = timezone.now()
    account.save(update_fields=["host_proved_at"])
    resolve_notice(account, "host-refuses")


def prove(account: Account, token: str | None) -> None:
    """Ask the host whether the token (None: the stored one) is an administrator's of the account."""
    client = HostClient(account, token=token)
    try:
        role = client.profile().roles.get(account.host_account_id)
        if role is None:
            raise ValidationError(
                _("The token's owner is not in account %(id)s of this host. Check the account id.")
                % {"id": account.host_account_id}
            )
        if role != ADMINISTRATOR:
            raise ValidationError(_("This is an agent's token. Enter an administrator's: others may not see webhooks."))
        client.webhooks()  # for administrators only
    except HostForbidden:
        raise ValidationError(
            _("The token's owner is no administrator of this account. Enter an administrator's token.")
        ) from None
    except HostRefusedToken:
        raise ValidationError(
            _("The host does not accept this token. Copy it from the administrator's profile in Voxys.")
        ) from None
    except HostNotFound:
        raise ValidationError(_("The host has no such account. Check the address and the account id.")) from None
    except HostError as error:
        raise ValidationError(_("The host could not be asked: %(why)s") % {"why": _(error.detail)}) from None
