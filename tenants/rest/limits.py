"""Bounds of what the API takes."""

# The largest number that every database has room for.
MAX_ID = 2**63 - 1
