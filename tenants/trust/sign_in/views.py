"""Signing in and out, inside the frame. Every answer to an attempt is the same, whoever there is or is not."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Literal, TypeVar

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from kombu.exceptions import OperationalError

from tenants import audit
from tenants.host.client import HostClient
from tenants.host.errors import HostError
from tenants.host.records import HostAgent
from tenants.models import Account, AgentSession, SignInMethod, Trust
from tenants.requests import AppRequest, shows_no_data
from tenants.trust.session_cookie import session_token, set_session_cookie, uses_cookie
from tenants.trust.sessions import LIFE, find_session, issue_session, revoke_session
from tenants.trust.sign_in import challenges, completion, limits, mail
from tenants.trust.sign_in.challenges import Challenge
from tenants.trust.sign_in.problems import Refusal, refuse_as_problem
from tenants.trust.sign_in.tasks import send_sign_in_code, tell_new_session
from tenants.viewing.entries import JOURNAL
from voxysapps.cache import cache_is_down
from voxysapps.client_address import client_address, counted_address
from voxysapps.limits import Counter, count_and_append
from voxysapps.metrics import count

Body = TypeVar("Body", bound=msgspec.Struct)

MAX_BODY_BYTES = 4_000
RESEND_SECONDS = 30
_NOTE_LOOK_SECONDS = 2
# A page of ours outside any frame: nothing runs on it, nothing embeds it.
_PAGE_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class Beginning(msgspec.Struct, frozen=True):
    """What the frame sends to begin: what the host told it of agent and conversation, or a typed address."""

    method: Literal["mail", "note"]
    agent: int | None = None
    email: str | None = None
    conversation: int | None = None


class Attempt(msgspec.Struct, frozen=True):
    """What the frame sends to complete a challenge. Without a code it asks whether the note was found."""

    secret: str
    code: str | None = None


@csrf_exempt
@require_POST
@shows_no_data
@refuse_as_problem
def begin(request: AppRequest, app_key: str) -> HttpResponse:
    """Begin a challenge; see to it that a code is mailed, or return one to write as a note."""
    account = _account_with_sign_in(request)
    body = _read(request, Beginning)
    if account.sign_in_method not in {SignInMethod.ANY, body.method}:
        raise Refusal("sign_in_required", gettext_noop("This account does not sign in that way."), reason="method")
    claim = str(body.agent) if body.agent is not None else challenges.normalise(body.email or "")[:100]
    if not claim or (body.method == "note" and body.conversation is None):
        raise Refusal("wrong_type", gettext_noop("Say who signs in, and in which conversation."))
    _count(limits.begin_counters(account.pk, _address(request), claim))
    if cache_is_down():
        # What is written now is in this process only: the worker would not find it.
        raise Refusal("unavailable", gettext_noop("No code can be made at the moment. Try again in a minute."))
    challenge, secret = challenges.begin(
        account.pk,
        method=body.method,
        app_id=request.dashboard_app.pk,
        agent_id=body.agent,
        email=None if body.agent is not None else body.email,
        conversation_id=body.conversation,
        origin=f"{request.scheme}://{request.get_host()}",
    )
    code = None
    if body.method == "note":
        code = challenges.new_code(account.pk, challenge, agent_id=None)
    else:
        _publish(account.pk, challenge)
    count("sign_ins", result="asked")
    return _json(
        {
            "challenge": challenge.id,
            "secret": secret,
            "method": body.method,
            "expires_in": challenges.LIFE_SECONDS,
            "code": code,
            "resend_in": RESEND_SECONDS,
        }
    )


@csrf_exempt
@require_POST
@shows_no_data
@refuse_as_problem
def answer(request: AppRequest, app_key: str, challenge_id: str) -> HttpResponse:
    """Complete a challenge: with the code, or once the note is there."""
    account = _account_with_sign_in(request)
    attempt = _read(request, Attempt)
    _count(limits.answer_counters(account.pk, _address(request)))
    challenge = challenges.get(account.pk, challenge_id)
    if challenge is None or not challenges.is_held_by(
        challenge, account.pk, request.dashboard_app.pk, attempt.secret[:100]
    ):
        raise Refusal("sign_in_required", gettext_noop("The code has run out. Ask for a new one."), reason="expired")
    if challenge.method == SignInMethod.NOTE:
        return _answer_note(request, challenge)
    return _answer_code(request, challenge, attempt.code or "")


@csrf_exempt
@require_POST
@shows_no_data
def sign_out(request: AppRequest, app_key: str) -> HttpResponse:
    """End the session that the request carries. Says the same whether or not there was one."""
    token = session_token(request, request.account.pk)
    session = find_session(request.account.pk, token) if token else None
    if session is not None:
        row = AgentSession.objects.for_account(request.account).filter(pk=session.id).first()
        if row is not None:
            _end(row)
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    set_session_cookie(response, request.account.pk, "", 0)
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@shows_no_data
def revoke(request: AppRequest, app_key: str, signed: str) -> HttpResponse:
    """The page of the link in a mail. Opening it does nothing yet: mail programs open links by themselves."""
    session_id = mail.read_revocation(signed)
    session = None
    if session_id is not None:
        session = AgentSession.objects.for_account(request.account).filter(pk=session_id).first()
    if session is not None and request.method == "POST":
        _end(session)
        session.refresh_from_db()
    response = render(request, "tenants/revoke.html", {"session": session})
    response["Content-Security-Policy"] = _PAGE_POLICY
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "DENY"
    if session is None:
        response.status_code = HTTPStatus.NOT_FOUND
    return response


def _end(session: AgentSession) -> None:
    """End the session, as its agent wants it."""
    with audit.acting(None, "frame", name=f"agent {session.agent_id}"):
        revoke_session(session)


def _answer_code(request: AppRequest, challenge: Challenge, entered: str) -> HttpResponse:
    account = request.account
    left = challenges.take_try(account.pk, challenge)
    code = challenges.get_code(account.pk, challenge)
    is_right = challenges.is_code(account.pk, challenge, code, entered)
    if left < 0:
        count("sign_ins", result="used_up")
        raise Refusal("sign_in_required", gettext_noop("Too many wrong codes. Ask for a new one."), reason="used_up")
    if not is_right or code is None or code.agent_id is None:
        count("sign_ins", result="wrong_code")
        raise Refusal("sign_in_required", gettext_noop("This code is not right."), reason="wrong_code", tries_left=left)
    try:
        agent = completion.find_agent(HostClient(account).agents(), code.agent_id)
    except HostError:
        raise Refusal("unavailable", gettext_noop("Voxys does not answer. Try again in a moment.")) from None
    if agent is None or not challenges.use_up(account.pk, challenge):
        raise Refusal("sign_in_required", gettext_noop("The code has run out. Ask for a new one."), reason="expired")
    return _sign_in(request, challenge, agent)


def _answer_note(request: AppRequest, challenge: Challenge) -> HttpResponse:
    account, client = request.account, HostClient(request.account)
    waiting = _json({"waiting": True}, status=HTTPStatus.ACCEPTED)
    if count_and_append([Counter(f"{account.pk}:note-look:{challenge.id}", 1, _NOTE_LOOK_SECONDS)], JOURNAL):
        return waiting
    code = challenges.get_code(account.pk, challenge)
    try:
        found = completion.find_note(account, challenge, code, client)
        if found is None:
            return waiting
        agent, note = found
        is_registered = completion.require_registered(account, request.dashboard_app, client)
    except HostError as error:
        if error.temporary:
            return waiting
        raise Refusal("unavailable", gettext_noop("Voxys refuses our questions. An operator has to look.")) from None
    if not is_registered or not challenges.use_up(account.pk, challenge):
        raise Refusal("sign_in_required", gettext_noop("The code has run out. Ask for a new one."), reason="expired")
    completion.delete_note(account, challenge, note, client)
    return _sign_in(request, challenge, agent)


def _sign_in(request: AppRequest, challenge: Challenge, agent: HostAgent) -> HttpResponse:
    account = request.account
    session, token = issue_session(
        account,
        agent_id=agent.id,
        agent_name=agent.name,
        agent_email=agent.email,
        method=challenge.method,
        browser=completion.browser_family(request.META.get("HTTP_USER_AGENT", "")),
    )
    arguments = (account.pk, session.pk, request.dashboard_app.key, challenge.origin)
    transaction.on_commit(lambda: _tell(arguments))
    count("sign_ins", result="signed_in")
    seconds = int(LIFE.total_seconds())
    in_cookie = uses_cookie(request)
    response = _json(
        {
            "token": None if in_cookie else token,
            "expires_in": seconds,
            "agent": {"id": agent.id, "name": agent.name},
        }
    )
    if in_cookie:
        set_session_cookie(response, account.pk, token, seconds)
    return response


def _account_with_sign_in(request: AppRequest) -> Account:
    if request.account.trust == Trust.LINK:
        raise Refusal("unknown_app", gettext_noop("Nobody signs in to this app."))
    return request.account


def _read(request: HttpRequest, kind: type[Body]) -> Body:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > MAX_BODY_BYTES:
        raise Refusal("too_large", gettext_noop("The request is too large."))
    try:
        return msgspec.json.decode(request.read(MAX_BODY_BYTES), type=kind)
    except msgspec.ValidationError:
        raise Refusal("wrong_type", gettext_noop("The request has a value of the wrong kind.")) from None
    except (msgspec.DecodeError, OSError):
        raise Refusal("not_json", gettext_noop("The request is not JSON.")) from None


def _count(counters: Iterable[Counter]) -> None:
    wait = count_and_append(tuple(counters), JOURNAL)
    if wait:
        count("sign_ins", result="limited")
        raise Refusal("rate_limited", gettext_noop("This was tried too often. Wait some minutes."), retry_after=wait)


def _publish(account_id: int, challenge: Challenge) -> None:
    try:
        send_sign_in_code.apply_async(
            args=(account_id, challenge.id), queue="interactive", expires=challenges.LIFE_SECONDS, retry=False
        )
    except (OperationalError, OSError):
        raise Refusal(
            "unavailable", gettext_noop("No code can be sent at the moment. Try again in a minute.")
        ) from None


def _tell(arguments: tuple[int, int, str, str]) -> None:
    try:
        tell_new_session.apply_async(args=arguments, queue="prefetch", retry=False)
    except (OperationalError, OSError):
        return  # the session is listed in the admin all the same


def _address(request: HttpRequest) -> str:
    return counted_address(client_address(request))


def _json(body: object, status: int = HTTPStatus.OK) -> HttpResponse:
    return HttpResponse(
        msgspec.json.encode(body), status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
