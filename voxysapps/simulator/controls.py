"""What tests and the simulator's drawer do to an account of the host from outside: faults, customers, starting over.

Changes are sent as JSON: pages of other sites cannot without being allowed to.
"""

import json
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from voxysapps.simulator.accounts import connected_account, host_account_or_404
from voxysapps.simulator.demonstration.records import conversation_record
from voxysapps.simulator.host import changes
from voxysapps.simulator.host.faults import Fault
from voxysapps.simulator.registration import register_all
from voxysapps.simulator.switch import when_simulating


@when_simulating("GET", "POST")
def fault(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Return what is wrong with the account's host, or, by POST of `{"fault": "down"}`, let it be that."""
    host = host_account_or_404(account_id)
    if request.method == "POST":
        wanted = sent_json(request).get("fault")
        if not isinstance(wanted, str) or wanted not in set(Fault):
            return refusal(f"Choose one of {', '.join(Fault)}.")
        changes.set_fault(host.id, Fault(wanted))
        host = host_account_or_404(host.id)
    return JsonResponse({"fault": host.fault, "faults": list(Fault)})


@when_simulating("POST")
def customer_writes(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Let a customer write; return the conversation as it is then.

    `{"conversation": 7, "content": "…"}` in a conversation, `{"contact": 3, "inbox": 1, "content": "…"}` in a
    new one.
    """
    host = host_account_or_404(account_id)
    sent = sent_json(request)
    content = str(sent.get("content") or "Hello?")
    if "conversation" in sent:
        talk = host.talk(sent["conversation"])
        if talk is None:
            raise Http404
        host, talk = changes.send_message(host, talk, None, content)
    else:
        person = host.person(sent.get("contact", 0))
        if person is None:
            raise Http404
        inbox = sent.get("inbox") or host.talks_of(person)[0].inbox
        if host.inbox(inbox) is None:
            raise Http404
        host, talk = changes.start_conversation(host, person, inbox, content)
    return JsonResponse(conversation_record(host.seed, talk, now=host.now))


@when_simulating("POST")
def start_over(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Bring the account back to what it began with."""
    host = host_account_or_404(account_id)
    sent_json(request)
    with transaction.atomic():
        changes.start_over(host.id)
        account = connected_account(host.id)
        if account is not None and account.is_demonstration:
            register_all(account)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def sent_json(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON that was sent. Raises Http404 for anything else: pages of other sites can send that."""
    if request.content_type != "application/json":
        raise Http404
    try:
        sent = json.loads(request.body or "{}")
    except ValueError:
        raise Http404 from None
    return sent if isinstance(sent, dict) else {}


def refusal(sentence: str) -> JsonResponse:
    """Return the answer that says what was wrong with what was sent."""
    return JsonResponse({"detail": sentence}, status=HTTPStatus.BAD_REQUEST)
