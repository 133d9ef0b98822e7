"""What is done to connections and placements."""

import logging

from django.utils.translation import gettext as _

from panels import configuration, registry
from panels.errors import PanelUnavailable
from panels.models import Connection
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)


def check_connection(connection: Connection) -> tuple[bool, str]:
    """Ask the outside system whether it would answer; return whether it does, and a sentence about it."""
    kind = registry.connectors().plugins.get(connection.connector)
    if kind is None:
        return False, _("The connector “%(slug)s” is not installed.") % {"slug": connection.connector}
    settings = configuration.clean_settings(kind.SettingsForm, connection.settings)
    try:
        return True, kind(settings, name=connection.name).check()
    except PanelUnavailable as error:
        return False, error.message
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        # Without the exception's text, which may quote a secret.
        logger.error("check of connection %s failed: %s", connection.pk, place_of(error))  # noqa: TRY400
        return False, _("The connector failed: %(error)s.") % {"error": type(error).__name__}
