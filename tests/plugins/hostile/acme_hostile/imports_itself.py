"""Imports what imports it, before it has anything."""

from .imports_back import Hostile  # type: ignore[attr-defined]

__all__ = ["Hostile"]
