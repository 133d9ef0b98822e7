"""Which accounts the stand-in host has, and which of the platform's are connected to them.

The host itself knows nothing of the platform: only the simulator's own pages ask here.
"""

from django.http import Http404

from tenants.models import Account
from voxysapps.simulator.addresses import HOST_PATH
from voxysapps.simulator.host.state import HostAccount, load


def host_account_or_404(number: int) -> HostAccount:
    """Return the host's account of this number.

    Scripts may name an account that was connected from the start by the platform's number as well, which is
    what state.json calls its id. The host's own numbers come first.
    """
    host = load(number) or _demonstration(number)
    if host is None:
        raise Http404
    return host


def connected_account(host_account_id: int) -> Account | None:
    """Return the platform's account that is connected to the host's; the demonstration's where there are more."""
    accounts = Account.objects.filter(
        host_account_id=host_account_id, host_api__endswith=HOST_PATH, host_proved_at__isnull=False
    )
    return accounts.order_by("-is_demonstration", "id").first()


def is_of_stand_in(account: Account) -> bool:
    """Return whether the platform's account is connected to the stand-in host: nobody's real customers."""
    return account.host_api.endswith(HOST_PATH) and account.host_proved_at is not None


def _demonstration(account_id: int) -> HostAccount | None:
    account = Account.objects.filter(pk=account_id, is_demonstration=True).first()
    return load(account.host_account_id) if account else None
