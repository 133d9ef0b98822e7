"""Signing in as somebody else: by guessing, stealing, relaying, asking around."""

import json
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from tenants.models import AgentSession
from tenants.trust.sign_in import challenges, tasks
from tenants.trust.sign_in.mail import send_new_session
from tests.security.urls import two_accounts
from tests.security.world import OTHER_CONVERSATION, Tenant, refusal, shows_data
from tests.support.host import ADMINISTRATOR, AGENT, STRANGER
from tests.support.trips import counted_trips
from voxysapps.bridge.texts import bridge_texts

GUESSES = ["", "0000-0000", "AAAA-AAAA", "%%%%-%%%%", "x" * 4000, "\x00" * 8, "'; DROP TABLE", "𝟘𝟘𝟘𝟘𝟘𝟘𝟘𝟘"]


@pytest.fixture(autouse=True)
def _tabs(tenants: tuple[Tenant, Tenant]) -> None:
    """Both hosts open both apps of their account at our address; mail and notes are both allowed."""
    for one in tenants:
        one.account.sign_in_method = "any"
        one.account.save()
        for app in (one.app, one.other_app):
            one.host.has_tab(app)


def begin(one: Tenant, app: Any = None, **body: Any) -> Any:
    body = {"method": "mail", "agent": AGENT, "conversation": 7, **body}
    return _post(f"/a/{(app or one.app).key}/sign-in/", body)


def attempt(one: Tenant, begun: dict[str, Any], code: str | None, app: Any = None, **changes: Any) -> Any:
    body = {"secret": begun["secret"], "code": code, **changes}
    return _post(f"/a/{(app or one.app).key}/sign-in/{begun['challenge']}/", body)


def _post(path: str, body: dict[str, Any]) -> Any:
    return Client().post(path, body, content_type="application/json", secure=True, headers={"host": "testserver"})


def mailed_code() -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", str(mail.outbox[-1].body))
    assert found
    return found[0]


@pytest.fixture(autouse=True)
def _our_name(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def test_honest_agent_signs_in(mine: Tenant) -> None:
    """What all others here would get."""
    begun = begin(mine).json()
    token = attempt(mine, begun, mailed_code()).json()["token"]
    for _time in range(3):
        answer = mine.post({"Authorization": f"Bearer {token}"})
    assert shows_data(answer)


# --- codes -------------------------------------------------------------------------------------------------


def test_guessed_code(mine: Tenant) -> None:
    begun = begin(mine).json()
    answers = [attempt(mine, begun, guess) for guess in GUESSES]
    assert {answer.status_code for answer in answers} <= {401, 413}
    assert refusal(attempt(mine, begun, mailed_code())) == (401, "used_up")
    assert not AgentSession.objects.exists()


def test_codes_are_not_to_be_guessed(mine: Tenant) -> None:
    """40 random bits, five tries a challenge, six challenges in ten minutes for an agent."""
    assert len(challenges._ALPHABET) ** challenges._CODE_LENGTH == 2**40
    statuses = [begin(mine).status_code for _time in range(20)]
    assert statuses == [200] * 6 + [429] * 14


def test_overheard_code_in_another_frame(mine: Tenant) -> None:
    begin(mine)
    code = mailed_code()
    attackers = begin(mine, agent=ADMINISTRATOR).json()
    assert refusal(attempt(mine, attackers, code)) == (401, "wrong_code")


def test_overheard_code_and_challenge_without_the_secret(mine: Tenant) -> None:
    begun = begin(mine).json()
    for secret in ("", "x", begun["challenge"]):
        assert refusal(attempt(mine, begun, mailed_code(), secret=secret)) == (401, "expired")


def test_code_after_its_time_and_after_its_use(mine: Tenant, clock: Any) -> None:
    begun = begin(mine).json()
    code = mailed_code()
    assert attempt(mine, begun, code).status_code == 200
    assert refusal(attempt(mine, begun, code)) == (401, "expired")
    begun = begin(mine).json()
    clock.shift(challenges.LIFE_SECONDS + 1)
    assert refusal(attempt(mine, begun, mailed_code())) == (401, "expired")


def test_typed_address_is_not_where_the_code_goes(mine: Tenant) -> None:
    begin(mine, email="attacker@example.com")
    begin(mine, agent=None, email="attacker@example.com")
    begin(mine, agent=None, email="agent5@example.com\nBcc: attacker@example.com")
    begin(mine, agent=None, email="agent5@example.com,attacker@example.com")
    assert {address for message in mail.outbox for address in message.recipients()} == {"agent5@example.com"}


def test_tab_that_opens_at_a_copy_of_our_form(mine: Tenant) -> None:
    """On old hosts any agent can point a tab elsewhere: then nobody gets a code there."""
    mine.host.apps.clear()
    mine.host.has_tab(mine.app, f"https://attacker.example/a/{mine.app.key}/")
    begin(mine)
    assert mail.outbox == []


def test_name_in_the_host_header_does_not_get_into_the_mail(mine: Tenant) -> None:
    answer = Client().post(
        f"/a/{mine.app.key}/sign-in/", "{}", content_type="application/json", headers={"host": "attacker.example"}
    )
    assert answer.status_code == 400


# --- notes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{code}",
        "Customer says the order number is {code}",
        "> Sign me in to the tabs: {code}",
        "@Tom Sign me in to the tabs: {code}",
        "Sign me in to the tabs: {code} {code}",
        "Sign me in to the tabs: 0000-0000",
    ],
)
def test_customer_has_the_agent_note_a_code(mine: Tenant, text: str) -> None:
    """Whoever wrote to us may have begun a sign-in, and sends the code as an order number."""
    begun = begin(mine, method="note").json()
    mine.host.write_note(text.format(code=begun["code"]))
    assert attempt(mine, begun, None).status_code == 202
    assert not AgentSession.objects.exists()


def test_what_the_frame_asks_for_is_what_signs_in() -> None:
    for language, _name in django_settings.LANGUAGES:
        with translation.override(language):
            asked = bridge_texts(signs_in=True, acts=False)["signIn"]["noteText"]  # type: ignore[index]
            assert asked == translation.gettext(challenges.NOTE_TEXT)
            assert asked.count("{code}") == 1
            assert asked != "{code}"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("a customer", {"sender_type": "contact"}),
        ("a bot", {"sender_type": "agent_bot"}),
        ("a colleague", {"sender_id": ADMINISTRATOR}),
        ("an agent, to the customer", {"private": False}),
        ("an agent, in another conversation", {"conversation_id": OTHER_CONVERSATION}),
        ("an agent, long ago", {"created_at": 1.0}),
        ("nobody known", {"sender_id": None}),
    ],
)
def test_note_written_by(mine: Tenant, name: str, values: dict[str, Any]) -> None:
    begun = begin(mine, method="note").json()
    mine.host.write_note(f"Sign me in to the tabs: {begun['code']}", **values)
    assert attempt(mine, begun, None).status_code == 202


def test_note_of_a_colleague_signs_in_the_frame_that_asked_only(mine: Tenant) -> None:
    honest, attackers = begin(mine, method="note").json(), begin(mine, method="note").json()
    mine.host.write_note(f"Sign me in to the tabs: {honest['code']}")
    assert attempt(mine, attackers, None).status_code == 202
    assert attempt(mine, {**honest, "secret": attackers["secret"]}, None).status_code == 401


# --- who is an agent here ----------------------------------------------------------------------------------

CLAIMS = [
    {"agent": AGENT}, {"agent": STRANGER}, {"agent": 2**62}, {"agent": None, "email": "agent5@example.com"},
    {"agent": None, "email": "nobody@example.com"},
]  # fmt: skip


def test_agents_cannot_be_told_from_strangers(mine: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """By no answer, no number of trips, queries, tasks or calls to the host."""
    published: list[Any] = []
    monkeypatch.setattr(tasks.send_sign_in_code, "apply_async", lambda **options: published.append(options["args"]))
    begin(mine, agent=1)
    seen = set()
    for claim in CLAIMS:
        mine.host.calls.clear()
        published.clear()
        with counted_trips() as trips:
            begun = begin(mine, **claim)  # type: ignore[arg-type]
            wrong = attempt(mine, begun.json(), "0000-0000")
        told = {**wrong.json(), "trace_id": None}
        shape = {name: (len(value) if isinstance(value, str) else value) for name, value in begun.json().items()}
        seen.add(
            json.dumps([shape, told, trips, mine.host.calls, len(published), begun.status_code, wrong.status_code])
        )
    assert len(seen) == 1


def test_strangers_are_told_to_sign_in_before_anything_is_read(
    mine: Tenant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Contexts of agents, conversations and customers, real and made up: one answer, no work."""
    mine.post()
    seen = set()
    for values in ({}, {"agent": STRANGER}, {"conversation": 4711}, {"contact": 4711}, {"email": "x@example.com"}):
        with django_assert_num_queries(0), counted_trips() as trips:
            answer = mine.post(**values)
        seen.add(json.dumps([refusal(answer), {**answer.json(), "trace_id": None}, len(trips)]))
    assert len(seen) == 1
    assert mine.host.calls == []


def test_agents_do_not_learn_of_other_agents_either(mine: Tenant) -> None:
    seen = {mine.post(mine.session(), agent=agent).json()["detail"] for agent in (ADMINISTRATOR, 8, STRANGER)}
    assert len(seen) == 1


# --- another account's -------------------------------------------------------------------------------------


@two_accounts("sign-in", "sign-in-answer")
def test_challenge_of_another_account_or_app(mine: Tenant, theirs: Tenant) -> None:
    begun = begin(mine).json()
    code = mailed_code()
    for other, app in ((theirs, theirs.app), (mine, mine.other_app)):
        assert refusal(attempt(other, begun, code, app=app)) == (401, "expired")
    token = attempt(mine, begun, code).json()["token"]
    assert refusal(theirs.post({"Authorization": f"Bearer {token}"})) == (401, "ended")


@two_accounts("sign-in")
def test_agent_of_another_account_gets_no_code_here(mine: Tenant, theirs: Tenant) -> None:
    theirs.host.change_agent(77)
    begin(mine, agent=77)
    begin(mine, agent=None, email="agent77@example.com")
    assert mail.outbox == []
    begin(theirs, agent=77)
    assert [message.to for message in mail.outbox] == [["agent77@example.com"]]


@two_accounts("sign-out")
def test_signing_out_another_accounts_agent(
    mine: Tenant, theirs: Tenant, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    theirs.warm()
    with django_capture_on_commit_callbacks(execute=True):
        answer = Client().post(f"/a/{mine.app.key}/sign-out", headers=theirs.session())
    assert (answer.status_code, answer.content) == (204, b"")
    assert theirs.post(theirs.session()).status_code == 200


@two_accounts("sign-in-revoke")
def test_revoking_another_accounts_session(
    mine: Tenant, theirs: Tenant, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """The link's own signature, and others, at the wrong account; and opening the right one does nothing yet."""
    theirs.session()
    session = AgentSession.objects.for_account(theirs.account).get()
    session.agent_email = "agent5@example.com"
    send_new_session(theirs.account, session, origin="https://testserver", app_key=theirs.app.key)
    signed = re.findall(r"/sign-in/revoke/([^/]+)/", str(mail.outbox[-1].body))[0]
    with django_capture_on_commit_callbacks(execute=True):
        for key, link in ((mine.app.key, signed), (theirs.app.key, signed[:-1]), (theirs.app.key, str(session.pk))):
            for method in ("get", "post"):
                answer = getattr(Client(), method)(f"/a/{key}/sign-in/revoke/{link}/", headers={"host": "testserver"})
                assert answer.status_code == 404
                assert "agent5" not in answer.content.decode()
        assert Client().get(f"/a/{theirs.app.key}/sign-in/revoke/{signed}/").status_code == 200
    session.refresh_from_db()
    assert session.revoked_at is None
