"""How many refused deliveries an address may send. Good ones are not limited: the host sends none twice."""

from django.conf import settings

from voxysapps.limits import Counter

_REFUSED_PER_ADDRESS, _SECONDS = 120, 60


def counters(account_id: int, address: str) -> tuple[Counter, ...]:
    limit = int(_REFUSED_PER_ADDRESS * settings.RATE_LIMIT_FACTOR)
    return (Counter(f"{account_id}:hooks:refused:{address}", limit, _SECONDS),)
