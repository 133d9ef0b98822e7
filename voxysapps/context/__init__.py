"""The decoded `appContext`: structs, parser and context token. Imports nothing of ours."""

from voxysapps.context.parser import BadContext, parse_app_context
from voxysapps.context.structs import AppContext

__all__ = ["AppContext", "BadContext", "parse_app_context"]
