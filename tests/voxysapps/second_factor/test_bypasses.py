"""Whoever has the password only gets no further, whatever they try."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.middleware import OTPMiddleware
from pytest_django.fixtures import Settings

from tenants.models import Account
from tests.factories import make_account
from tests.security.urls import routes_of
from tests.support.second_factor import PASSWORD, Phone
from voxysapps.second_factor import devices
from voxysapps.second_factor.middleware import SecondFactorMiddleware

pytestmark = pytest.mark.django_db

CODE, SET_UP, MANAGE = "/admin/second-factor/code/", "/admin/second-factor/set-up/", "/admin/second-factor/"
OPEN = {"/admin/login/", "/admin/logout/", "/admin/jsi18n/", CODE, SET_UP}
ADDRESSES = sorted(
    {
        "/" + re.sub(r"<[^>]+>|\(\?P<[^)]*\)", "1", route).replace("^", "").rstrip("$")
        for route in routes_of(get_resolver().url_patterns)
        if route.startswith("admin/")
    }
    - OPEN
)
EVIL = (
    *("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/admin/"),
    *("javascript:alert(1)", "data:text/html,x", "evil.example", " //evil.example", "/\t/evil.example", "http:///evil"),
)


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def required(settings: Settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_there_is_something_to_walk() -> None:
    assert {"/admin/", "/admin/auth/user/", "/admin/tenants/account/1/change/", "/admin/search/"} < {*ADDRESSES}
    assert MANAGE in ADDRESSES


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_opens_before_the_code(phone: Phone, address: str) -> None:
    client = phone.with_password()
    for answer in (client.get(address), client.head(address), client.post(address, {"post": "yes"})):
        assert answer.status_code == 302
        assert answer["Location"].startswith(CODE)


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_opens_before_setting_up(address: str) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("new"))
    for answer in (client.get(address), client.head(address), client.post(address, {"post": "yes"})):
        assert answer.status_code == 302
        assert answer["Location"].startswith(SET_UP)


def test_nothing_is_done_before_the_code(phone: Phone) -> None:
    account = make_account()
    client = phone.with_password()
    client.post("/admin/tenants/account/", {"action": "delete_selected", "_selected_action": account.pk, "post": "yes"})
    client.post(f"/admin/tenants/account/{account.pk}/delete/", {"post": "yes"})
    client.post("/admin/auth/user/add/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD})
    client.post(
        "/admin/password_change/", {"old_password": PASSWORD, "new_password1": "other-1!", "new_password2": "other-1!"}
    )
    assert Account.objects.filter(pk=account.pk).exists()
    assert User.objects.get().check_password(PASSWORD)


def test_password_alone_sets_up_no_other_device(phone: Phone) -> None:
    client = phone.with_password()
    for answer in (client.get(SET_UP), client.post(SET_UP, {"code": phone.code})):
        assert answer.status_code == 302
        assert answer["Location"] == MANAGE
    assert "second_factor_key" not in client.session


def test_password_alone_neither_removes_nor_renews(phone: Phone) -> None:
    client = phone.with_password()
    client.post(MANAGE, {"remove": "1", "code": phone.code})
    client.post(MANAGE, {"renew": "1", "code": phone.code})
    assert is_in(phone.signed_in())


def test_code_alone_is_nothing(phone: Phone) -> None:
    answer = Client().post(CODE, {"code": phone.code})
    assert answer["Location"].startswith("/admin/login/")


def test_code_counts_for_its_own_user(phone: Phone) -> None:
    client = Phone("other").with_password()
    assert client.post(CODE, {"code": phone.code}).status_code == 200
    assert client.post(CODE, {"code": phone.recovery_codes[0]}).status_code == 200
    assert not is_in(client)


def test_code_is_not_replayed(phone: Phone) -> None:
    code, first, second = phone.code, phone.with_password(), phone.with_password()
    assert first.post(CODE, {"code": code}).status_code == 302
    assert second.post(CODE, {"code": code}).status_code == 200
    assert is_in(first)
    assert not is_in(second)


def test_recovery_code_is_not_used_twice(phone: Phone) -> None:
    code, first, second = phone.recovery_codes[0], phone.with_password(), phone.with_password()
    assert first.post(CODE, {"code": code}).status_code == 302
    assert second.post(CODE, {"code": code}).status_code == 200
    assert not is_in(second)


def test_session_of_before_the_code_is_worth_nothing_afterwards(phone: Phone) -> None:
    """Whoever has planted the session, or seen its key, does not come in with its owner."""
    client = phone.with_password()
    planted = client.cookies["sessionid"].value
    client.post(CODE, {"code": phone.code})
    assert is_in(client)
    assert client.cookies["sessionid"].value != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert stranger.get("/admin/")["Location"].startswith("/admin/login/")


def test_planted_session_is_worth_nothing_after_the_password(phone: Phone) -> None:
    client = Client()
    client.get("/admin/login/")
    store: Any = import_module(django_settings.SESSION_ENGINE).SessionStore()
    store["x"] = 1
    store.create()
    client.cookies["sessionid"] = store.session_key
    client.post("/admin/login/", {"username": "ops", "password": PASSWORD})
    assert client.cookies["sessionid"].value != store.session_key


@pytest.mark.parametrize("device", ["other", "unconfirmed", "unknown"])
def test_device_that_is_not_the_users_proves_nothing(phone: Phone, device: str) -> None:
    other = Phone("other").device
    if device == "unconfirmed":
        other.user, other.confirmed = phone.user, False
        other.save()
    client = phone.with_password()
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = "otp_totp.totpdevice/999" if device == "unknown" else other.persistent_id
    session.save()
    assert not is_in(client)


def test_signing_in_as_somebody_else_takes_no_proof_along(phone: Phone) -> None:
    client, other = phone.signed_in(), Phone("other")
    client.post("/admin/login/", {"username": "other", "password": PASSWORD})
    assert client.session[SESSION_KEY] == str(other.user.pk)
    assert not is_in(client)


@pytest.mark.usefixtures("required")
def test_removed_device_ends_the_sessions_it_has_proved(phone: Phone) -> None:
    client = phone.signed_in()
    assert is_in(client)
    devices.reset(phone.user)
    assert client.get("/admin/")["Location"] == SET_UP


def test_everywhere_else_nobody_is_signed_in_before_the_code(phone: Phone) -> None:
    """Views there are not yet, such as those of an API, that go by the session's user."""
    seen: list[bool] = []

    def view(request: HttpRequest) -> HttpResponse:
        auser: Any = request.auser
        with ThreadPoolExecutor(1) as elsewhere:  # the browser's tests leave a loop running in this thread
            user = elsewhere.submit(lambda: asyncio.run(auser())).result()
        seen.extend([request.user.is_authenticated, user.is_authenticated])
        return HttpResponse()

    def ask(client: Client) -> None:
        request: Any = RequestFactory().get("/api/v1/docs")
        request.session = client.session
        request.user = phone.user
        request.auser = None
        OTPMiddleware(SecondFactorMiddleware(view))(request)

    ask(phone.with_password())
    assert seen == [False, False]


@pytest.mark.parametrize("evil", EVIL)
def test_one_goes_on_to_own_pages_only(phone: Phone, evil: str) -> None:
    client = phone.with_password()
    assert client.get(CODE, {"next": evil}).context["next"] == "/admin/"
    answer = client.post(CODE, {"code": phone.code, "next": evil})
    assert answer["Location"] == "/admin/"
    assert client.get(CODE, {"next": evil})["Location"] == "/admin/"
    assert evil not in client.get(MANAGE, {"next": evil}).content.decode()


def test_page_that_was_asked_for_comes_after_the_code(phone: Phone) -> None:
    client = phone.with_password()
    asked = client.get("/admin/tenants/account/?q=a%26b")
    assert asked["Location"] == f"{CODE}?next=%2Fadmin%2Ftenants%2Faccount%2F%3Fq%3Da%2526b"
    page = client.get(asked["Location"])
    assert page.context["next"] == "/admin/tenants/account/?q=a%26b"
    answer = client.post(CODE, {"code": phone.code, "next": page.context["next"]})
    assert answer["Location"] == "/admin/tenants/account/?q=a%26b"


def test_sign_in_leads_to_the_code_with_the_page_that_was_asked_for(phone: Phone) -> None:
    answer = phone.with_password().get("/admin/login/?next=/api/v1/docs")
    assert answer["Location"] == f"{CODE}?next=%2Fapi%2Fv1%2Fdocs"
    assert phone.with_password().get("/admin/login/?next=//evil.example")["Location"] == CODE


def test_one_can_leave_before_the_code(phone: Phone) -> None:
    client = phone.with_password()
    assert client.post("/admin/logout/").status_code == 200
    assert SESSION_KEY not in client.session


def test_codes_need_the_csrf_token(phone: Phone) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(phone.user)
    for address in (CODE, SET_UP):
        assert client.post(address, {"code": phone.code}).status_code == 403
    assert not is_in(client)


def test_code_is_not_taken_from_an_address(phone: Phone) -> None:
    client = phone.with_password()
    client.get(CODE, {"code": phone.code})
    assert not is_in(client)
