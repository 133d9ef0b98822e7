"""The Django admin of connections, placements and plugins, and what panels put into the pages of accounts."""

from panels.admin import plugins, rows  # noqa: F401 - register
