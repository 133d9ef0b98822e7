"""Bounds of what the API takes."""

# The largest number that every database has room for.
MAX_ID = 2**63 - 1
# Of positions and days; SQLite would take more, and the calendar ends before.
MAX_SMALL = 2**15 - 1
