"""Webhooks of the host: verified, written down, answered; dealt with a moment later."""
