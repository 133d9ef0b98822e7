"""Imports what imports it, before it has anything."""

from .imports_back import Hostile

__all__ = ["Hostile"]
