"""Another account whose name, wherever somebody reads it who may not, says so."""

import json
from typing import Any

from django.core import serializers

from panels.models import Placement
from tenants.models import Account
from tenants.secrets import set_host_token
from tests.factories import make_account
from tests.support.admin import OF_ACCOUNTS

CANARY = "Canary"


def canary_account() -> Account:
    account = make_account(name=f"{CANARY} and Sons", host_origin="https://canary.example")
    set_host_token(account, "canary-of-a-token")
    return account


def everything(account: Account) -> str:
    """Return all that is stored of the account."""
    rows = (
        model._default_manager.filter(**{"pk" if model is Account else "account": account.pk}).order_by("pk")
        for model in OF_ACCOUNTS
    )
    links = Placement.connections.through.objects.filter(placement__account=account).order_by("pk")
    return json.dumps([serializers.serialize("json", found) for found in (*rows, links)])


def told(answer: Any) -> str:
    """Return what an answer says, downloads included."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text: str = content.decode()
    return text.replace("Atlantic/Canary", "")
