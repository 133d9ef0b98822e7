"""Addresses in Stripe's Dashboard. They open only for who is signed in there."""

from panels.connectors.stripe.fields import Json, is_test

_DASHBOARD = "https://dashboard.stripe.com"


def dashboard(thing: Json, page: str, object_id: str) -> str:
    """Return where the Dashboard shows the object; `page` is such as "customers"."""
    return f"{_DASHBOARD}/{'test/' if is_test(thing) else ''}{page}/{object_id}"
