"""The Django admin of connections, placements and plugins, and what panels put into the pages of accounts."""

from panels.admin import account_parts, connections, placements, plugins  # noqa: F401 - register
