"""The check of the second factor's setting."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 -- Django's name


@register(Tags.security, deploy=True)
def check_second_factor(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report an admin in production that a password alone opens."""
    if settings.ADMIN_SECOND_FACTOR or settings.DEBUG:
        return []
    return [
        Warning(
            "ADMIN_SECOND_FACTOR is off: a stolen password opens the admin, and with it all accounts.",
            hint="Leave it out, or set ADMIN_SECOND_FACTOR=1.",
            id="voxysapps.W070",
        )
    ]
