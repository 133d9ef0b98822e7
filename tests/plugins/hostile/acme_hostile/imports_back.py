"""The other half of the ring."""

from .imports_itself import Hostile

__all__ = ["Hostile"]
