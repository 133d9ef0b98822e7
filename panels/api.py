"""The panel API: everything a panel or connector may import from us besides `panels.testing`."""

from panels.base import API_VERSION, FetchContext, Panel, PanelContext
from panels.capabilities import *  # noqa: F403 - the data models are part of the API as a whole
from panels.connectors.base import Connector
from panels.errors import ConnectorError, FinalError, OperatorError, PanelUnavailable, TemporaryError
from panels.secret_field import SecretField
from tenants.trust.identity import Identity, MatchKey

__all__ = [
    "API_VERSION",
    "Connector",
    "ConnectorError",
    "FetchContext",
    "FinalError",
    "Identity",
    "MatchKey",
    "OperatorError",
    "Panel",
    "PanelContext",
    "PanelUnavailable",
    "SecretField",
    "TemporaryError",
]
