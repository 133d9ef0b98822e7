"""Contexts as the host would post them, small."""

import json
from typing import Any

from tenants.models import Account


def context_body(
    account: Account | int,
    *,
    conversation: int = 7,
    contact: int = 70,
    email: str | None = "ada@example.com",
    name: str = "Ada Byron",
    phone: str | None = None,
    agent: int = 5,
    channel: str = "Channel::Email",
    **conversation_fields: Any,
) -> str:
    """Return the JSON text of an `appContext` about one customer."""
    person = {"id": contact, "name": name, "email": email, "phone_number": phone, "identifier": None}
    data = {
        "conversation": {
            "id": conversation,
            "account_id": account if isinstance(account, int) else account.host_account_id,
            "inbox_id": 1,
            "status": "open",
            "meta": {"sender": person, "channel": channel, "hmac_verified": None},
            **conversation_fields,
        },
        "contact": person,
        "currentAgent": {"id": agent, "name": "Tom", "email": "tom@example.com"},
    }
    return json.dumps({"event": "appContext", "data": data})
