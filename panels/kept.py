"""What an agent has set in panels and finds again: filters, open rows, half-written forms.

Kept in the cache, apart from fragments, which are everybody's: per placement and agent, and there either for one
conversation or for all. Only agents with a session have some: without one, an agent's id is anybody's word.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from msgspec import DecodeError, Struct, ValidationError, json, msgpack

from panels import answers
from panels.models import Placement
from panels.requests import FrameRequest
from tenants.models import Account, ViewRecord
from tenants.trust.confirmation import ConfirmedContext

KEPT_SECONDS = 14 * 24 * 3600
# Of one placement and agent, and there of one conversation or of all.
MAX_BYTES = 32_000
Scope = Literal["conversation", "agent"]
# By the name that the template gave: whether a row is open, whether a box is ticked, a field's text.
Values = dict[str, bool | str]


class Change(Struct, forbid_unknown_fields=True):
    """What one placement wants to be kept; None: no longer."""

    placement: int
    scope: Scope
    values: dict[str, bool | str | None]


@csrf_exempt
@require_http_methods(["GET", "POST"])
def state(request: FrameRequest, app_key: str) -> HttpResponse:
    """Answer with what the agent has set in the app's panels; a POST changes it first, and answers 204."""
    context = request.context
    if context.session_id is None:
        return answers.refuse(request, "not_confirmed", gettext_noop("Only agents who signed in have settings."))
    if refusal := answers.count_request(request, ()):
        return refusal
    if request.method == "POST":
        return _change(request)
    found = read(context, (placement.id for placement in request.plan.placements))
    return JsonResponse(found, headers={"Cache-Control": "no-store"})


def _change(request: FrameRequest) -> HttpResponse:
    try:
        change = json.decode(request.body, type=Change)
    except (DecodeError, ValidationError):
        return answers.refuse(request, "wrong_type", gettext_noop("This cannot be kept. Open the tab again."))
    if request.plan.placement(change.placement) is None:
        return answers.gone(request)
    if not keep(request.context, change):
        return answers.refuse(request, "too_large", gettext_noop("This is too much to be kept."))
    return HttpResponse(status=204)


def read(context: ConfirmedContext, placements: Iterable[int]) -> dict[str, Values]:
    """Return what the agent has set, by placement and name; what is of the conversation comes first."""
    keys = {id_: [_key(context, id_, scope) for scope in ("agent", "conversation")] for id_ in placements}
    found = cache.get_many([key for both in keys.values() for key in both])
    kept = {str(id_): {**_decode(found.get(agent)), **_decode(found.get(one))} for id_, (agent, one) in keys.items()}
    return {id_: values for id_, values in kept.items() if values}


def keep(context: ConfirmedContext, change: Change) -> bool:
    """Keep what was set; return whether there was room."""
    key = _key(context, change.placement, change.scope)
    values = {**_decode(cache.get(key)), **change.values}
    stored = msgpack.encode({name: value for name, value in values.items() if value is not None})
    if len(stored) > MAX_BYTES:
        return False
    cache.set(key, stored, KEPT_SECONDS)
    return True


def forget_contact(account_id: int, contact_id: int) -> None:
    """Delete what agents have set in conversations with a contact whom the host has deleted."""
    seen = _seen(account_id).filter(contact_id=contact_id)
    cache.delete_many(_keys(account_id, seen.values_list("agent_id", "conversation_id").distinct()))


def forget_account(account: Account) -> None:
    """Delete what agents have set in the account's panels once its deletion, which is about to be, is done."""
    seen = set(_seen(account.pk).values_list("agent_id", "conversation_id").distinct())
    keys = _keys(account.pk, seen | {(agent_id, "-") for agent_id, _conversation_id in seen})
    transaction.on_commit(lambda: cache.delete_many(keys))


def _seen(account_id: int) -> QuerySet[ViewRecord]:
    """Return the view records that say who may have set something: it was shown to them."""
    since = timezone.now() - dt.timedelta(seconds=KEPT_SECONDS)
    return ViewRecord.objects.for_account(account_id).filter(seen_at__gte=since).order_by()


def _keys(account_id: int, seen: Iterable[tuple[int | None, int | str | None]]) -> list[str]:
    placements = list(Placement.objects.for_account(account_id).values_list("pk", flat=True))
    return [_key_of(account_id, id_, agent_id, where) for agent_id, where in seen for id_ in placements]


def _key(context: ConfirmedContext, placement_id: int, scope: Scope) -> str:
    where = context.conversation_id if scope == "conversation" else "-"
    return _key_of(context.account_id, placement_id, context.agent_id, where)


def _key_of(account_id: int, placement_id: int, agent_id: int | None, where: int | str | None) -> str:
    # One for each placement: the page tells of several at once, and none must undo what another one said.
    return f"{account_id}:kept:{placement_id}:{agent_id}:{where}"


def _decode(stored: bytes | None) -> Values:
    try:
        return {} if stored is None else msgpack.decode(stored, type=Values)
    except (DecodeError, ValidationError):
        return {}  # of another version
