"""The pages: set-up, code, recovery codes, and changing it all."""

import re

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from tests.support.second_factor import STEP, Phone, code_of
from voxysapps.second_factor import devices

pytestmark = pytest.mark.django_db

CODE, SET_UP, MANAGE = "/admin/second-factor/code/", "/admin/second-factor/set-up/", "/admin/second-factor/"
Clock = time_machine.TimeMachineFixture


@pytest.fixture
def phone(clock: Clock) -> Phone:
    return Phone()


def new_client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("new"))
    return client


def test_first_sign_in_sets_it_up_where_it_is_required(settings: Settings, clock: Clock) -> None:
    settings.ADMIN_SECOND_FACTOR = True
    client = new_client()
    page = client.get("/admin/tenants/account/", follow=True)
    assert page.redirect_chain == [(f"{SET_UP}?next=%2Fadmin%2Ftenants%2Faccount%2F", 302)]
    text = page.content.decode()
    assert page.context["key"] in text
    assert '<svg class="qr-code"' in text
    before = client.cookies["sessionid"].value

    again = client.post(SET_UP, {"code": "123456"}, follow=True)
    assert again.context["key"] == page.context["key"]
    assert "This is not the code of the secret above." in again.content.decode()
    codes = client.post(SET_UP, {"code": code_of(page.context["key"]), "next": page.context["next"]})
    assert len(codes.context["codes"]) == devices.CODES_AT_ONCE
    assert all(code in codes.content.decode() for code in codes.context["codes"])
    assert 'href="/admin/tenants/account/"' in codes.content.decode()
    assert client.cookies["sessionid"].value != before
    assert "second_factor_key" not in client.session
    assert client.get("/admin/").status_code == 200
    # They are shown once.
    assert client.post(SET_UP, {"code": code_of(page.context["key"])})["Location"] == MANAGE


def test_secret_is_the_sessions_not_the_users(settings: Settings) -> None:
    """Whoever knows the password and was not quick enough knows nothing of the secret that came to be."""
    settings.ADMIN_SECOND_FACTOR = True
    client = new_client()
    other = Client()
    other.force_login(User.objects.get())
    assert client.get(SET_UP).context["key"] != other.get(SET_UP).context["key"]
    assert client.get(SET_UP).context["key"] == client.get(SET_UP).context["key"]


def test_picture_says_what_an_app_needs() -> None:
    user = User(username="ops & co")
    address = devices.provisioning_address(user, "00" * 20)
    assert address.startswith("otpauth://totp/Voxys%20dashboard%20apps%3Aops%20%26%20co?secret=AAAA")
    assert "issuer=Voxys%20dashboard%20apps" in address


def test_where_it_is_not_required_it_is_offered() -> None:
    client = new_client()
    assert f'href="{MANAGE}"' in client.get("/admin/").content.decode()
    assert f'href="{SET_UP}"' in client.get(MANAGE).content.decode()
    assert client.get(SET_UP).status_code == 200
    assert client.get(CODE)["Location"] == MANAGE


def test_who_has_one_is_asked_also_where_it_is_not_required(phone: Phone) -> None:
    client = phone.with_password()
    assert client.get("/admin/")["Location"] == CODE
    assert client.post(CODE, {"code": phone.code})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_wrong_code_is_said_and_then_when_the_next_is_taken(phone: Phone, clock: Clock) -> None:
    client = phone.with_password()
    assert "This code is wrong or was used already." in client.post(CODE, {"code": phone.wrong_code}).content.decode()
    assert "Try again in 1 second." in client.post(CODE, {"code": phone.code}).content.decode()
    for number in range(1, 10):
        clock.shift(2**number)
        client.post(CODE, {"code": phone.wrong_code})
    assert "Try again in 9 minutes." in client.post(CODE, {"code": phone.code}).content.decode()
    clock.shift(2**9)
    assert client.post(CODE, {"code": phone.code}).status_code == 302


def test_removing_takes_a_code(phone: Phone, clock: Clock) -> None:
    client = phone.signed_in()
    for body in ({}, {"code": ""}, {"code": phone.wrong_code}):
        assert client.post(MANAGE, {"remove": "1", **body}).status_code == 200
        assert devices.has_second_factor(phone.user)
    clock.shift(STEP)
    page = client.post(MANAGE, {"remove": "1", "code": phone.code}, follow=True)
    assert "Your second factor is removed." in page.content.decode()
    assert not devices.has_second_factor(phone.user)


def test_removed_where_it_is_required_it_is_set_up_at_once(phone: Phone, settings: Settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True
    client = phone.signed_in()
    page = client.post(MANAGE, {"remove": "1", "code": phone.code}, follow=True)
    assert page.redirect_chain[-1][0].startswith(SET_UP)


def test_new_recovery_codes_take_a_code_and_replace_the_others(phone: Phone, clock: Clock) -> None:
    client = phone.signed_in()
    page = client.post(MANAGE, {"renew": "1", "code": phone.code, "next": MANAGE})
    assert len(page.context["codes"]) == devices.CODES_AT_ONCE
    assert f"You have {devices.CODES_AT_ONCE} recovery codes left." in client.get(MANAGE).content.decode()
    other = phone.with_password()
    assert other.post(CODE, {"code": phone.recovery_codes[0]}).status_code == 200
    clock.shift(2)
    assert other.post(CODE, {"code": page.context["codes"][0]}).status_code == 302


def test_pages_are_kept_nowhere(phone: Phone) -> None:
    answers = [phone.with_password().get(CODE), phone.signed_in().get(MANAGE), new_client().get(SET_UP)]
    for answer in answers:
        assert "no-store" in answer["Cache-Control"]
        assert "script-src 'self' 'unsafe-eval';" in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)", answer.content.decode())


@pytest.mark.parametrize("language", ["de", "ar"])
def test_pages_follow_the_browsers_language(phone: Phone, language: str) -> None:
    text = phone.with_password().get(CODE, headers={"Accept-Language": language}).content.decode()
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in text


def test_language_can_be_chosen(client: Client) -> None:
    client.post("/language/", {"language": "ar", "next": "/admin/login/"})
    assert 'dir="rtl"' in client.get("/admin/login/").content.decode()
