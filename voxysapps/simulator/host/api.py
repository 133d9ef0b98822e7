"""The stand-in host's REST API, operation by operation (host-contract 3.4 to 3.6)."""

import re
import secrets
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpResponse

from voxysapps.simulator.demonstration.records import Record, agent_record, inbox_of, message_id, team_record
from voxysapps.simulator.demonstration.shapes import Agent, Person, Talk
from voxysapps.simulator.host import answers, changes
from voxysapps.simulator.host.calls import Call, Refusal, not_found, unauthorized
from voxysapps.simulator.host.changes import Invalid
from voxysapps.simulator.host.events import EVENTS, EVENTS_OF_OLD_HOSTS
from voxysapps.simulator.models import RegisteredApp, Webhook

CONVERSATIONS_A_PAGE = 25
CONVERSATIONS_OF_A_CONTACT = 20
CONTACTS_A_PAGE = 15
MESSAGES_A_PAGE = 20
_HTTP = re.compile(r"https?://[^\s/]+\S*")

T = TypeVar("T")


# --- people ------------------------------------------------------------------------------------------


def show_profile(call: Call) -> Record:
    return answers.profile(call.host, call.agent)


def list_agents(call: Call) -> list[Record]:
    return [agent_record(call.host.seed, agent) for agent in call.host.seed.agents]


def list_inboxes(call: Call) -> Record:
    seen = (inbox for inbox in call.host.seed.inboxes if call.host.may_see(call.agent, inbox.id))
    return {"payload": [answers.inbox(inbox) for inbox in seen]}


def list_teams(call: Call) -> list[Record]:
    return [team_record(call.host.seed, team) for team in call.host.seed.teams]


def show_inbox_members(call: Call, id_: int) -> Record:
    inbox = call.host.inbox(id_)
    if inbox is None:
        raise not_found()
    if not call.host.may_see(call.agent, id_):
        raise unauthorized()
    return {"payload": [agent_record(call.host.seed, agent) for agent in call.host.members_of(inbox)]}


# --- contacts ----------------------------------------------------------------------------------------


def list_contacts(call: Call) -> Record:
    known = [one for one in call.host.people if one.email or one.phone_number or one.identifier]
    listed, page = _page(known, call, CONTACTS_A_PAGE)
    return {"meta": {"count": len(known), "current_page": page}, "payload": _contacts(call, listed)}


def search_contacts(call: Call) -> Record:
    query = call.asked.get("q", "").strip().lower()
    if not query:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "Specify search string with parameter q"})
    found = [
        person for person in call.host.people if any(query in (value or "").lower() for value in _searched(person))
    ]
    listed, page = _page(found, call, CONTACTS_A_PAGE)
    has_more = len(found) > page * CONTACTS_A_PAGE
    return {
        "meta": {"count": len(listed), "current_page": page, "has_more": has_more},
        "payload": _contacts(call, listed),
    }


def show_contact(call: Call, id_: int) -> Record:
    return {"payload": answers.contact(call.host, call.person(id_), with_inboxes=_wants_inboxes(call))}


def update_contact(call: Call, id_: int) -> Record:
    host, person = changes.edit_contact(call.host, call.person(id_), call.sent)
    return {"payload": answers.contact(host, person, with_inboxes=_wants_inboxes(call))}


def delete_contact(call: Call, id_: int) -> HttpResponse:
    person = call.person(id_)
    call.require_administrator()
    if person.online:
        sentence = f"Contact {person.name} is online, please try again later"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, {"message": sentence})
    changes.delete_contact(call.host, person)
    return HttpResponse()


def list_contact_conversations(call: Call, id_: int) -> Record:
    talks = call.host.talks_of(call.person(id_))
    seen = [talk for talk in talks if call.host.may_see(call.agent, talk.inbox)]
    return {"payload": [answers.conversation(call.host, talk) for talk in seen[:CONVERSATIONS_OF_A_CONTACT]]}


def list_contact_notes(call: Call, id_: int) -> list[Record]:
    return answers.notes(call.host, call.person(id_))


def list_contact_labels(call: Call, id_: int) -> Record:
    return {"payload": list(call.person(id_).labels)}


def _searched(person: Person) -> tuple[str | None, ...]:
    return person.name, person.email, person.phone_number, person.identifier


def _wants_inboxes(call: Call) -> bool:
    return call.asked.get("include_contact_inboxes") != "false"


def _contacts(call: Call, people: Iterable[Person]) -> list[Record]:
    return [answers.contact(call.host, person, with_inboxes=_wants_inboxes(call)) for person in people]


# --- conversations -----------------------------------------------------------------------------------


def list_conversations(call: Call) -> Record:
    talks = [talk for talk in reversed(call.host.seed.talks) if call.host.may_see(call.agent, talk.inbox)]
    asked = call.asked
    status = asked.get("status", "open")
    talks = [talk for talk in talks if status in ("all", talk.status)]
    if inbox := asked.get("inbox_id"):
        talks = [talk for talk in talks if str(talk.inbox) == inbox]
    if labels := call.request.GET.getlist("labels[]"):
        talks = [talk for talk in talks if set(labels) & set(talk.labels)]
    talks.sort(key=lambda talk: talk.lines[-1].minutes)
    mine = [talk for talk in talks if talk.assignee == call.agent.id]
    unassigned = [talk for talk in talks if talk.assignee is None]
    by_assignee = {"me": mine, "unassigned": unassigned, "assigned": [one for one in talks if one.assignee is not None]}
    listed, _page_number = _page(by_assignee.get(asked.get("assignee_type", "all"), talks), call, CONVERSATIONS_A_PAGE)
    meta = {
        "mine_count": len(mine),
        "assigned_count": len(talks) - len(unassigned),
        "unassigned_count": len(unassigned),
        "all_count": len(talks),
    }
    return {"data": {"meta": meta, "payload": [answers.conversation(call.host, talk) for talk in listed]}}


def show_conversation(call: Call, id_: int) -> Record:
    return answers.conversation(call.host, call.talk(id_))


def toggle_status(call: Call, id_: int) -> Record:
    talk = call.talk(id_)
    status = call.sent.get("status") or ("open" if talk.status != "open" else "resolved")
    if status not in changes.STATUSES:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": f"'{status}' is not a valid status"})
    _host, talk = changes.set_status(call.host, talk, status, call.agent)
    payload = {"success": True, "conversation_id": talk.id, "current_status": talk.status, "snoozed_until": None}
    return {"meta": {}, "payload": payload}


def assign(call: Call, id_: int) -> Any:
    talk = call.talk(id_)
    wanted = call.sent.get("assignee_id")
    assignee = call.host.agent(wanted)
    if wanted and assignee is None:
        raise not_found()
    changes.assign(call.host, talk, assignee, call.agent)
    return agent_record(call.host.seed, assignee) if assignee else HttpResponse("null", content_type="application/json")


# --- messages ----------------------------------------------------------------------------------------


def list_messages(call: Call, id_: int) -> Record:
    talk = call.talk(id_)
    indexes = sorted(range(len(talk.lines)), key=lambda index: (-talk.lines[index].minutes, index))
    ids = [message_id(talk, index) for index in indexes]
    before, after = (_number(call.asked.get(name)) for name in ("before", "after"))
    if after is not None:
        chosen = [index for index, number in zip(indexes, ids, strict=True) if number > after][:MESSAGES_A_PAGE]
    else:
        chosen = [index for index, number in zip(indexes, ids, strict=True) if before is None or number < before]
        chosen = chosen[-MESSAGES_A_PAGE:]
    return answers.messages(call.host, talk, chosen)


def create_message(call: Call, id_: int) -> Record:
    talk = call.talk(id_)
    content, attributes = call.sent.get("content"), call.sent.get("content_attributes")
    author: Agent | None = call.agent
    if call.sent.get("message_type") == "incoming":
        if inbox_of(call.host.seed, talk).channel != "Api":
            sentence = "Incoming messages are only allowed in Api inboxes"
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": sentence})
        author = None
    host, talk = changes.send_message(
        call.host,
        talk,
        author,
        content if isinstance(content, str) else "",
        private=call.sent.get("private") in (True, "true", "1"),
        content_attributes=attributes if isinstance(attributes, dict) else {},
    )
    return answers.message(host, talk, _last_message(talk)) | (
        {"echo_id": call.sent["echo_id"]} if "echo_id" in call.sent else {}
    )


def delete_message(call: Call, id_: int, message_id: int) -> HttpResponse:
    talk = call.talk(id_)
    index = answers.message_index(talk, message_id)
    if index is None:
        raise not_found()
    changes.delete_message(call.host, talk, index)
    return HttpResponse()


def _last_message(talk: Talk) -> int:
    """Return the index of the newest message, past what the host itself noted about it."""
    return max(index for index, line in enumerate(talk.lines) if line.author != "activity")


# --- dashboard apps ----------------------------------------------------------------------------------


def list_dashboard_apps(call: Call) -> list[Record]:
    return [answers.dashboard_app(row) for row in RegisteredApp.objects.filter(host_account_id=call.host.id)]


def show_dashboard_app(call: Call, id_: int) -> Record:
    return answers.dashboard_app(_dashboard_app(call, id_))


def create_dashboard_app(call: Call) -> Record:
    _require_right_to_apps(call)
    row = RegisteredApp.objects.create(host_account_id=call.host.id, **_app_values(call, is_new=True))
    return answers.dashboard_app(row)


def update_dashboard_app(call: Call, id_: int) -> Record:
    row = _dashboard_app(call, id_)
    _require_right_to_apps(call)
    for name, value in _app_values(call, is_new=False).items():
        setattr(row, name, value)
    row.save(update_fields=["title", "content"])
    return answers.dashboard_app(row)


def delete_dashboard_app(call: Call, id_: int) -> None:
    row = _dashboard_app(call, id_)
    _require_right_to_apps(call)
    row.delete()


def _dashboard_app(call: Call, id_: int) -> RegisteredApp:
    row = RegisteredApp.objects.filter(host_account_id=call.host.id, pk=id_).first()
    if row is None:
        raise not_found()
    return row


def _require_right_to_apps(call: Call) -> None:
    # Old hosts let any agent.
    if not call.host.is_old:
        call.require_administrator()


def _app_values(call: Call, *, is_new: bool) -> dict[str, Any]:
    sent = call.part("dashboard_app")
    values: dict[str, Any] = {}
    if is_new or "title" in sent:
        values["title"] = str(sent.get("title") or "")
    if is_new or "content" in sent:
        content = sent.get("content")
        items = content if isinstance(content, list) else []
        sound = all(
            isinstance(item, dict) and item.get("type") == "frame" and _is_address(item.get("url")) for item in items
        )
        if not items or not sound:
            raise Invalid("Content : Invalid data", "content")
        values["content"] = [{"type": "frame", "url": item["url"]} for item in items]
    return values


# --- webhooks ----------------------------------------------------------------------------------------


def list_webhooks(call: Call) -> Record:
    call.require_administrator()
    rows = Webhook.objects.filter(host_account_id=call.host.id)
    return {"payload": {"webhooks": [answers.webhook(call.host, row) for row in rows]}}


def create_webhook(call: Call) -> Record:
    call.require_administrator()
    sent = call.part("webhook")
    url = str(sent.get("url") or "")
    if not _is_address(url):
        raise Invalid("Url is invalid", "url")
    if Webhook.objects.filter(host_account_id=call.host.id, url=url).exists():
        raise Invalid("Url has already been taken", "url")
    row = Webhook.objects.create(
        host_account_id=call.host.id,
        url=url,
        name=str(sent.get("name") or ""),
        subscriptions=_subscriptions(call, sent.get("subscriptions")),
        secret=secrets.token_urlsafe(24),
    )
    return {"payload": {"webhook": answers.webhook(call.host, row)}}


def update_webhook(call: Call, id_: int) -> Record:
    row = _webhook(call, id_)
    sent = call.part("webhook")
    if "name" in sent:
        row.name = str(sent["name"] or "")
    if "subscriptions" in sent:
        row.subscriptions = _subscriptions(call, sent["subscriptions"])
    row.save(update_fields=["name", "subscriptions"])
    return {"payload": {"webhook": answers.webhook(call.host, row)}}


def delete_webhook(call: Call, id_: int) -> HttpResponse:
    _webhook(call, id_).delete()
    return HttpResponse()


def _webhook(call: Call, id_: int) -> Webhook:
    call.require_administrator()
    row = Webhook.objects.filter(host_account_id=call.host.id, pk=id_).first()
    if row is None:
        raise not_found()
    return row


def _subscriptions(call: Call, wanted: Any) -> list[str]:
    known: Sequence[str] = EVENTS_OF_OLD_HOSTS if call.host.is_old else EVENTS
    names = wanted if isinstance(wanted, list) else []
    if not names or any(name not in known for name in names):
        raise Invalid("Subscriptions Invalid events", "subscriptions")
    return list(dict.fromkeys(names))


# --- small things ------------------------------------------------------------------------------------


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and _HTTP.fullmatch(value) is not None


def _page(rows: Sequence[T], call: Call, size: int) -> tuple[Sequence[T], int]:
    number = max(1, _number(call.asked.get("page")) or 1)
    return rows[(number - 1) * size : number * size], number


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None
