"""Signing in by mail and by note, and everything that must not sign anybody in."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tenants.host.errors import HostUnreachable
from tenants.models import AgentSession, DashboardApp, Notice
from tenants.trust.sessions import find_session
from tenants.trust.sign_in import challenges, limits, tasks
from tests.factories import make_account, make_app
from tests.support.contexts import context_body
from tests.support.host import ADMINISTRATOR, AGENT, STRANGER, HostInMemory, host_answers
from tests.support.trips import counted_trips

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_at_hand")]
ORIGIN = "https://testserver"


@pytest.fixture(autouse=True)
def _allowed_hosts(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def app() -> DashboardApp:
    return make_app(make_account(trust="signed_in", sign_in_method="any"))


@pytest.fixture
def host(app: DashboardApp) -> Iterator[HostInMemory]:
    host = HostInMemory()
    host.has_tab(app)
    with host_answers({app.account_id: host}):
        yield host


def begin(app: DashboardApp, **body: Any) -> Any:
    body = {"method": "mail", "agent": AGENT, "conversation": 7, **body}
    return Client().post(f"/a/{app.key}/sign-in/", body, content_type="application/json", secure=True)


def attempt(app: DashboardApp, begun: dict[str, Any], code: str | None = None, **headers: str) -> Any:
    return Client().post(
        f"/a/{app.key}/sign-in/{begun['challenge']}/",
        {"secret": begun["secret"], "code": code},
        content_type="application/json",
        headers=headers,
        secure=True,
    )


def mailed_code() -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", str(mail.outbox[-1].body))
    assert found
    return found[0]


def why(response: Any) -> tuple[int, str]:
    return response.status_code, response.json().get("reason") or response.json()["code"]


# --- by mail -------------------------------------------------------------------------------------------


def test_the_code_goes_to_the_address_the_host_has(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app, email="eve@example.com").json()
    assert begun["method"] == "mail"
    assert begun["code"] is None
    assert [message.to for message in mail.outbox] == [["agent5@example.com"]]
    answer = attempt(app, begun, mailed_code())
    assert answer.status_code == 200
    assert answer.json()["agent"] == {"id": AGENT, "name": "Agent 5"}
    session = find_session(app.account_id, answer.json()["token"])
    assert session
    assert session.agent_id == AGENT


def test_signed_in_agents_see_data(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app).json()
    token = attempt(app, begun, mailed_code()).json()["token"]
    body = context_body(app.account, uuid="uuid-of-7")
    path, kind = f"/a/{app.key}/context", "application/json"
    assert Client().post(path, body, content_type=kind).status_code == 401
    response = Client().post(path, body, content_type=kind, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200


def test_codes_are_read_as_people_write_them(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app).json()
    written = mailed_code().lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert attempt(app, begun, f"  {written} ").status_code == 200


def test_hosts_that_do_not_say_who_looks(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app, agent=None, email="AGENT5@example.com ").json()
    assert mail.outbox[0].to == ["agent5@example.com"]
    assert attempt(app, begun, mailed_code()).json()["agent"]["id"] == AGENT


@pytest.mark.parametrize("body", [{"agent": STRANGER}, {"agent": None, "email": "eve@example.com"}], ids=str)
def test_the_same_answer_and_the_same_work_whoever_there_is(
    app: DashboardApp, host: HostInMemory, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any]
) -> None:
    published: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks.send_sign_in_code, "apply_async", lambda **options: published.append(options["args"]))
    begin(app)  # the app is read once
    published.clear()
    seen = []
    for claim in ({"agent": AGENT}, body):
        with counted_trips() as trips:
            begun = begin(app, **claim)
        with counted_trips() as later:
            wrong = attempt(app, begun.json(), "ABCD-EFGH")
        shape = {name: type(value) for name, value in begun.json().items()}
        told = {name: value for name, value in wrong.json().items() if name != "trace_id"}
        seen.append((begun.status_code, shape, trips, wrong.status_code, told, later))
    assert seen[0] == seen[1]
    assert len(published) == 2
    assert all(len(arguments) == 2 and arguments[0] == app.account_id for arguments in published)


def test_nobody_but_agents_gets_mail(app: DashboardApp, host: HostInMemory) -> None:
    host.change_agent(8, confirmed=False)
    for claim in ({"agent": STRANGER}, {"agent": 8}, {"agent": None, "email": "eve@example.com"}):
        assert begin(app, **claim).status_code == 200
    assert mail.outbox == []


def test_five_tries(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app).json()
    code = mailed_code()
    for left in (4, 3, 2, 1, 0):
        answer = attempt(app, begun, "ZZZZ-ZZZZ")
        assert (answer.status_code, answer.json()["tries_left"]) == (401, left)
    assert why(attempt(app, begun, code)) == (401, "used_up")


def test_a_code_works_once(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app).json()
    code = mailed_code()
    assert attempt(app, begun, code).status_code == 200
    assert why(attempt(app, begun, code)) == (401, "expired")
    assert AgentSession.objects.count() == 1


def test_a_code_completes_only_the_challenge_it_was_mailed_for(app: DashboardApp, host: HostInMemory) -> None:
    attackers = begin(app, agent=ADMINISTRATOR).json()
    begin(app)
    assert why(attempt(app, attackers, mailed_code())) == (401, "wrong_code")


def test_a_newer_code_ends_the_older(app: DashboardApp, host: HostInMemory) -> None:
    first = begin(app).json()
    old = mailed_code()
    second = begin(app).json()
    assert why(attempt(app, first, old)) == (401, "wrong_code")
    assert attempt(app, second, mailed_code()).status_code == 200


def test_codes_run_out(app: DashboardApp, host: HostInMemory, clock: Any) -> None:
    begun = begin(app).json()
    clock.shift(601)
    assert why(attempt(app, begun, mailed_code())) == (401, "expired")


@pytest.mark.parametrize("secret", ["", "x", "x" * 5_000])
def test_without_the_secret_nothing(app: DashboardApp, host: HostInMemory, secret: str) -> None:
    begun = begin(app).json()
    answer = attempt(app, {**begun, "secret": secret}, mailed_code())
    assert answer.status_code in {401, 413}
    assert not AgentSession.objects.exists()


def test_a_challenge_is_worth_nothing_in_another_app_or_account(app: DashboardApp, host: HostInMemory) -> None:
    sibling = make_app(app.account)
    stranger = make_app(make_account(trust="signed_in"))
    begun = begin(app).json()
    code = mailed_code()
    with host_answers({app.account_id: host, stranger.account_id: HostInMemory()}):
        for other in (sibling, stranger):
            assert why(attempt(other, begun, code)) == (401, "expired")
        assert attempt(app, begun, code).status_code == 200


def test_an_agent_removed_meanwhile_is_not_signed_in(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app).json()
    host.remove_agent(AGENT)
    assert attempt(app, begun, mailed_code()).status_code == 401
    assert not AgentSession.objects.exists()


def test_codes_are_in_no_task_and_in_no_log(
    app: DashboardApp, host: HostInMemory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    begun = begin(app).json()
    code = mailed_code()
    token = attempt(app, begun, code).json()["token"]
    for secret in (code, code.replace("-", ""), token, begun["secret"], "agent5@example.com"):
        assert secret not in caplog.text


def test_mail_that_fails_is_told_to_the_operator_and_to_nobody_else(
    app: DashboardApp, host: HostInMemory, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.tenants.trust.sign_in.no_mail.EmailBackend"
    assert begin(app).status_code == 200
    assert Notice.objects.for_account(app.account).get().kind == "mail-failing"


def test_mails_are_capped(app: DashboardApp, host: HostInMemory) -> None:
    for _time in range(5):
        begin(app)
    assert len(mail.outbox) == 3
    assert Notice.objects.for_account(app.account).get().kind == "too-many-mails"


def test_asking_is_limited_by_agent_and_address(
    app: DashboardApp, host: HostInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_ADDRESS", 30)
    answers = [begin(app) for _time in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    others = [begin(app, agent=100 + number).status_code for number in range(30)]
    assert others[0] == 200
    assert others[-1] == 429


def test_no_broker_no_code(app: DashboardApp, host: HostInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_options: object) -> None:
        raise OSError

    monkeypatch.setattr(tasks.send_sign_in_code, "apply_async", gone)
    assert why(begin(app)) == (503, "unavailable")


# --- the address of the tab ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a/{key}/",
        "https://testserver.evil.example/a/{key}/",
        "https://testserver@evil.example/a/{key}/",
        "https://testserver/a/{key}/../other/",
        "javascript:alert(1)",
        "https://evil.example/",
    ],
)
def test_nobody_signs_in_to_a_tab_that_opens_elsewhere(app: DashboardApp, host: HostInMemory, url: str) -> None:
    host.apps.clear()
    host.has_tab(app, url.format(key=app.key))
    begin(app)
    assert mail.outbox == []
    assert Notice.objects.for_account(app.account).get().kind == "app-address-drifted"


def test_nor_to_one_that_has_a_double_elsewhere(app: DashboardApp, host: HostInMemory) -> None:
    host.has_tab(app, "https://evil.example/")
    begin(app)
    assert mail.outbox == []


def test_other_tabs_are_no_concern_of_ours(app: DashboardApp, host: HostInMemory) -> None:
    host.apps.append(type(host.apps[0])(id=9, title="CRM", urls=("https://crm.example/",)))
    begin(app)
    assert len(mail.outbox) == 1


# --- by note -------------------------------------------------------------------------------------------


def test_a_note_signs_in_the_frame_that_asked(app: DashboardApp, host: HostInMemory, clock: Any) -> None:
    begun = begin(app, method="note").json()
    assert attempt(app, begun).status_code == 202
    host.write_note(f" sign me in to the tabs: {begun['code'].lower()}\n")
    wait_for_next_look(app, begun)
    answer = attempt(app, begun)
    assert answer.status_code == 200
    assert answer.json()["agent"]["id"] == AGENT
    assert host.notes == []
    assert AgentSession.objects.get().method == "note"


@pytest.mark.parametrize(
    "values",
    [
        {"private": False},
        {"sender_type": "contact"},
        {"sender_type": "agent_bot"},
        {"sender_id": ADMINISTRATOR},
        {"conversation_id": 8},
        {"created_at": 1_000.0},
        {"created_at": None},
        {"content": "Sign me in to the tabs: ABCD-EFGH"},
        # The customer asked for the code, and the agent quotes the customer.
        {"content": "{code}"},
        {"content": "The customer's order number is {code}."},
        {"content": "The customer writes: Sign me in to the tabs: {code}"},
        {"content": "Sign me in to the tabs: {code} - what does that mean?"},
    ],
    ids=str,
)
def test_other_notes_sign_nobody_in(app: DashboardApp, host: HostInMemory, values: dict[str, Any]) -> None:
    begun = begin(app, method="note").json()
    values = {"content": "Sign me in to the tabs: {code}", **values}
    host.write_note(**{**values, "content": values["content"].format(code=begun["code"])})
    assert attempt(app, begun).status_code == 202
    assert not AgentSession.objects.exists()


def test_a_note_is_worth_nothing_to_another_frame(app: DashboardApp, host: HostInMemory) -> None:
    begun, attackers = begin(app, method="note").json(), begin(app, method="note").json()
    host.write_note(f"Sign me in to the tabs: {begun['code']}")
    assert attempt(app, attackers).status_code == 202


def test_whoever_may_not_see_the_conversation_is_not_signed_in_by_it(app: DashboardApp, host: HostInMemory) -> None:
    host.members[1] = frozenset()
    begun = begin(app, method="note").json()
    host.write_note(f"Sign me in to the tabs: {begun['code']}")
    assert attempt(app, begun).status_code == 202


def test_the_note_says_who_it_is_where_the_host_does_not(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app, method="note", agent=None, email="any@example.com").json()
    host.write_note(f"Sign me in to the tabs: {begun['code']}", sender_id=ADMINISTRATOR)
    assert attempt(app, begun).json()["agent"]["id"] == ADMINISTRATOR


def test_the_host_is_asked_for_notes_now_and_then_only(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app, method="note").json()
    for _time in range(5):
        assert attempt(app, begun).status_code == 202
    assert host.calls.count("messages") == 1


def test_a_host_that_is_away_is_waited_for(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app, method="note").json()
    host.failure = HostUnreachable("away")
    assert attempt(app, begun).status_code == 202


@pytest.mark.parametrize(("chosen", "refused"), [("mail", "note"), ("note", "mail")])
def test_the_account_chooses_the_ways(chosen: str, refused: str) -> None:
    app = make_app(make_account(trust="signed_in", sign_in_method=chosen))
    with host_answers({app.account_id: HostInMemory()}):
        assert why(begin(app, method=refused)) == (401, "method")
        assert begin(app, method=chosen).status_code == 200


def wait_for_next_look(app: DashboardApp, begun: dict[str, Any]) -> None:
    """Let the two seconds pass after which the host is asked again."""
    cache.delete(f"{app.account_id}:note-look:{begun['challenge']}")


# --- cookies, signing out, the link in the mail ---------------------------------------------------------


def test_where_storage_is_refused_a_partitioned_cookie_is_set(app: DashboardApp, host: HostInMemory) -> None:
    begun = begin(app).json()
    answer = attempt(app, begun, mailed_code(), **{"X-Voxys-Session": "cookie"})
    assert answer.json()["token"] is None
    cookie = answer.headers["Set-Cookie"]
    name, _equals, rest = cookie.partition("=")
    assert name == f"__Host-voxys-{app.account_id}"
    for attribute in ("Path=/", "Secure", "HttpOnly", "SameSite=None", "Partitioned"):
        assert f"; {attribute}" in cookie
    token = rest.partition(";")[0]
    path, body = f"/a/{app.key}/context", context_body(app.account, uuid="uuid-of-7")
    client = Client()
    client.cookies[name] = token
    assert client.post(path, body, content_type="application/json").status_code == 401
    headers = {"X-Voxys-Session": "cookie"}
    assert client.post(path, body, content_type="application/json", headers=headers).status_code == 200


def test_signing_out_ends_the_session(
    app: DashboardApp, host: HostInMemory, django_capture_on_commit_callbacks: Any
) -> None:
    token = attempt(app, begin(app).json(), mailed_code()).json()["token"]
    assert find_session(app.account_id, token)
    other = make_app(make_account(trust="signed_in"))
    headers = {"Authorization": f"Bearer {token}"}
    with django_capture_on_commit_callbacks(execute=True):
        assert Client().post(f"/a/{other.key}/sign-out", headers=headers).status_code == 204
    assert find_session(app.account_id, token)
    with django_capture_on_commit_callbacks(execute=True):
        assert Client().post(f"/a/{app.key}/sign-out", headers=headers).status_code == 204
    assert find_session(app.account_id, token) is None
    assert Client().post(f"/a/{app.key}/sign-out").status_code == 204


def test_a_new_session_is_mailed_with_a_link_that_ends_it(
    app: DashboardApp, host: HostInMemory, django_capture_on_commit_callbacks: Any
) -> None:
    begun = begin(app).json()
    with django_capture_on_commit_callbacks(execute=True):
        token = attempt(app, begun, mailed_code()).json()["token"]
    assert mail.outbox[-1].to == ["agent5@example.com"]
    found = re.search(rf"{ORIGIN}(/a/{app.key}/sign-in/revoke/\S+)", str(mail.outbox[-1].body))
    assert found
    link = found[1]
    page = Client().get(link, secure=True)
    assert page.status_code == 200
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert find_session(app.account_id, token)  # opened by a mail program, not by a person
    with django_capture_on_commit_callbacks(execute=True):
        assert "is ended" in Client().post(link, secure=True).content.decode()
    assert find_session(app.account_id, token) is None
    other = make_app(make_account(trust="signed_in"))
    assert Client().get(link.replace(app.key, other.key), secure=True).status_code == 404
    assert Client().get(link[:-4] + "x/", secure=True).status_code == 404


# --- bad input -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "not_json")),
        (b"{", (400, "not_json")),
        (b"[]", (400, "wrong_type")),
        (b'{"method":"telepathy"}', (400, "wrong_type")),
        (b'{"method":"mail"}', (400, "wrong_type")),
        (b'{"method":"note","agent":5}', (400, "wrong_type")),
        (b'{"method":"mail","agent":"5"}', (400, "wrong_type")),
        (b'{"method":"mail","agent":5,"x":"' + b"x" * 5_000 + b'"}', (413, "too_large")),
    ],
    ids=str,
)
def test_rubbish_is_refused(app: DashboardApp, host: HostInMemory, body: bytes, expected: tuple[int, str]) -> None:
    response = Client().post(f"/a/{app.key}/sign-in/", body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == expected


def test_nobody_signs_in_where_the_address_is_enough() -> None:
    app = make_app()
    assert why(begin(app)) == (404, "unknown_app")


def test_codes_have_forty_bits_and_no_letter_that_looks_like_another() -> None:
    account = make_account()
    challenge, _secret = challenges.begin(
        account.pk, method="mail", app_id=1, agent_id=5, email=None, conversation_id=None, origin=ORIGIN
    )
    codes = {challenges.new_code(account.pk, challenge, agent_id=5) for _time in range(50)}
    assert len(codes) == 50
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
