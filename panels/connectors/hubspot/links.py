"""Addresses of records in HubSpot, for the browser."""

# HubSpot sends visitors on to the data centre of their account.
_RECORD = "https://app.hubspot.com/contacts/{account}/record/{type}/{id}"
CONTACT, ORDER, PAYMENT, INVOICE, SUBSCRIPTION = "0-1", "0-123", "0-101", "0-53", "0-69"


def link(account_id: str | None, type_id: str, object_id: str) -> str | None:
    """Return where a record is shown in HubSpot; None while the account's number is not known."""
    return _RECORD.format(account=account_id, type=type_id, id=object_id) if account_id else None
