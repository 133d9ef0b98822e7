"""Shopify's search syntax (shopify.dev/docs/api/usage/search-syntax), as far as we write it."""

from collections.abc import Iterable


def search(*, customers: Iterable[str] = (), emails: Iterable[str] = ()) -> str:
    """Return the search for the orders of these customers, by number, or with these e-mail addresses."""
    terms = [f"customer_id:{int(number)}" for number in customers]
    return " OR ".join(terms + [f"email:{quoted(email)}" for email in emails])


def quoted(value: str) -> str:
    """Return the value as a phrase, which is searched as a whole. Nothing in it can end the phrase."""
    printable = "".join(char if char.isprintable() else " " for char in value)
    escaped = printable.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
