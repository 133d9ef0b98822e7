"""An account's credentials. They are written and used, never shown."""

from tenants.models import Account
from voxysapps.sealing import Place, seal, unseal


def set_host_token(account: Account, token: str) -> None:
    """Seal the token of the host's API into the account and save it; an empty one removes it."""
    account.sealed_host_token = seal(token, _place(account, "host_token")) if token else ""
    account.save(update_fields=["sealed_host_token"])


def get_host_token(account: Account) -> str | None:
    """Return the token of the host's API, or None when there is none for the account's destination.

    Raises `SealBroken`.
    """
    if account.is_moving or not account.sealed_host_token:
        return None
    return unseal(account.sealed_host_token, _place(account, "host_token"))


def set_hook_secret(account: Account, secret: str) -> None:
    """Seal the secret that the host signs its webhooks with into the account and save it."""
    account.sealed_hook_secret = seal(secret, _place(account, "hook_secret")) if secret else ""
    account.save(update_fields=["sealed_hook_secret"])


def get_hook_secret(account: Account) -> str | None:
    """Return the secret that the host signs its webhooks with, or None. Raises `SealBroken`."""
    return unseal(account.sealed_hook_secret, _place(account, "hook_secret")) if account.sealed_hook_secret else None


def reseal(account: Account) -> None:
    """Seal what is stored with the newest key. Raises `SealBroken`, having changed nothing of the broken one."""
    for field in ("host_token", "hook_secret"):
        column = f"sealed_{field}"
        if sealed := getattr(account, column):
            anew = seal(unseal(sealed, _place(account, field)), _place(account, field))
            # Unless it was replaced meanwhile.
            Account.objects.filter(pk=account.pk, **{column: sealed}).update(**{column: anew})


def _place(account: Account, field: str) -> Place:
    return Place(account.pk, "tenants.account", account.pk, field)
