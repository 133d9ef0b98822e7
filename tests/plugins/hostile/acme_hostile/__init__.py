"""Plugins that fail in every way there is."""
