"""The panel API: everything a panel or connector may import from us besides `panels.testing`."""

from typing import TYPE_CHECKING

from panels.actions.base import Action, ActionContext, Done
from panels.base import API_VERSION, FetchContext, Panel, PanelContext, read_offset
from panels.capabilities import *  # noqa: F403 - the data models are part of the API as a whole
from panels.connectors.base import Connector, Detail, HostConnector
from panels.deprecation import NAMES, PanelDeprecationWarning, deprecated_names
from panels.errors import ConnectorError, FinalError, OperatorError, PanelUnavailable, TemporaryError
from panels.gaps import Gaps, lacks, untold
from panels.host_reader import MAX_CONVERSATIONS, HostReader
from panels.matching import MatchValue, is_same_email, is_same_phone, match_values, to_e164
from panels.secret_field import SecretField
from panels.system_client import SystemClient, segment
from tenants.host.records import HostConversation, HostMessage, HostNote
from tenants.trust.identity import Identity, MatchKey
from voxysapps.outgoing import Response

__all__ = [
    "API_VERSION",
    "MAX_CONVERSATIONS",
    "Action",
    "ActionContext",
    "Connector",
    "ConnectorError",
    "Detail",
    "Done",
    "FetchContext",
    "FinalError",
    "Gaps",
    "HostConnector",
    "HostConversation",
    "HostMessage",
    "HostNote",
    "HostReader",
    "Identity",
    "MatchKey",
    "MatchValue",
    "OperatorError",
    "Panel",
    "PanelContext",
    "PanelDeprecationWarning",
    "PanelUnavailable",
    "Response",
    "SecretField",
    "SystemClient",
    "TemporaryError",
    "is_same_email",
    "is_same_phone",
    "lacks",
    "match_values",
    "read_offset",
    "segment",
    "to_e164",
    "untold",
]

if not TYPE_CHECKING:  # type checkers should go on refusing names that are not there
    __getattr__ = deprecated_names(__name__, NAMES)
