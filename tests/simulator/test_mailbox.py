"""The mailbox: mails of a run without a mail server."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings

from tests.support.product import Product
from voxysapps.simulator import mailbox
from voxysapps.simulator.models import Mail

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def _into_the_mailbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "voxysapps.simulator.mailbox.EmailBackend"


def send(to: str = "mira@fernweh.example", **fields: Any) -> None:
    send_mail(**{"subject": "Code", "message": "K7Q2-9XBM", "from_email": None, "recipient_list": [to], **fields})


def mails(client: Client, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/simulator/mailbox.json{query}").json()["mails"]
    return rows


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_into_the_mailbox")]


def test_mails_are_kept_the_newest_first(client: Client, settings: Settings) -> None:
    send(subject="First")
    send(subject="Second", message="Text\n\nwith <b>", recipient_list=["a@example.com", "b@example.com"])

    second, first = mails(client)

    assert (first["subject"], second["subject"]) == ("First", "Second")
    assert (second["body"], second["to"]) == ("Text\n\nwith <b>", ["a@example.com", "b@example.com"])
    assert second["from"] == settings.DEFAULT_FROM_EMAIL
    assert not second["is_read"]


def test_copies_are_recipients_and_only_plain_text_is_kept(client: Client) -> None:
    message = EmailMultiAlternatives("Code", "Plain", to=["a@example.com"], bcc=["b@example.com"])
    message.attach_alternative("<p>HTML</p>", "text/html")
    assert message.send() == 1
    (kept,) = mails(client)
    assert (kept["to"], kept["body"]) == (["a@example.com", "b@example.com"], "Plain")


def test_mails_are_found_by_their_recipient(client: Client) -> None:
    send("mira@fernweh.example")
    send("Caio@brisa.example")
    assert [one["to"] for one in mails(client, "?to=caio@BRISA.example")] == [["Caio@brisa.example"]]
    assert mails(client, "?to=caio@brisa.exam") == []


def test_two_hundred_mails_are_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mailbox.MAX_MAILS == 200
    monkeypatch.setattr(mailbox, "MAX_MAILS", 3)
    for number in range(5):
        send(subject=str(number))
    assert [one["subject"] for one in mails(client)] == ["4", "3", "2"]


def test_mail_is_marked_read_and_counted(client: Client) -> None:
    send()
    send()
    assert client.get("/simulator/mailbox.json?count").json() == {"unread": 2}
    path = f"/simulator/mailbox/{mails(client)[0]['id']}/read"
    assert client.post(path, content_type="application/json").status_code == 204
    assert client.get("/simulator/mailbox.json?count").json() == {"unread": 1}
    assert client.post("/simulator/mailbox/999/read", content_type="application/json").status_code == 404


def test_other_sites_cannot_mark_mails_read(client: Client) -> None:
    """A form of another site can post, but not JSON."""
    send()
    assert client.post(f"/simulator/mailbox/{mails(client)[0]['id']}/read", {"a": "b"}).status_code == 404
    assert mails(client)[0]["is_read"] is False


def test_page_runs_nothing_but_its_own_files(client: Client) -> None:
    response = client.get("/simulator/mailbox/")
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"
    html = response.content.decode()
    assert not re.search(r"<script(?![^>]*(src=|application/json))|<style| style=| on\w+=", html)


@pytest.mark.parametrize(
    ("environment", "backend"),
    [
        ({"SIMULATOR": "1"}, "voxysapps.simulator.mailbox.EmailBackend"),
        ({"SIMULATOR": "1", "EMAIL_URL": "smtp+tls://u:p@mail.example.com:587"}, SMTP),
        ({"SIMULATOR": "0"}, None),
    ],
)
def test_mail_goes_to_the_mailbox_unless_there_is_a_server(environment: dict[str, str], backend: str | None) -> None:
    script = "from voxysapps import settings; print(getattr(settings, 'EMAIL_BACKEND', None))"
    given = {name: value for name, value in os.environ.items() if name != "EMAIL_URL"}
    run = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", script], env={**given, **environment}, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == str(backend)


@pytest.mark.browser
def test_mailbox_refreshes_itself_and_its_links_are_links(product: Product, page: Page) -> None:
    page.route(
        "**/simulator/mailbox.json",
        lambda route: route.fulfill(json={"unread": len(rows), "mails": rows}),
    )
    rows: list[dict[str, Any]] = []
    read: list[str] = []

    def mark_read(route: Route) -> None:
        read.append(route.request.url)
        route.fulfill(status=204)

    page.route("**/simulator/mailbox/*/read", mark_read)
    page.goto(f"{product.base_url}/simulator/mailbox/")
    expect(page.get_by_text("No mail yet.")).to_be_visible()

    hostile = "<img src=x onerror=alert(1)> https://apps.example.com/a/k/revoke?t=1. Bye"
    one = {"from": "no-reply@localhost", "sent_at": "2026-11-24T09:00:00Z", "is_read": False}
    rows.append({**one, "id": 7, "to": ["mira@fernweh.example"], "subject": "Code <b>", "body": hostile})
    expect(page.get_by_role("heading", name="Code <b>")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("<img src=x onerror=alert(1)>")
    link = page.get_by_role("main").get_by_role("link")
    expect(link).to_have_attribute("href", "https://apps.example.com/a/k/revoke?t=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert [url.rsplit("/", 2)[1] for url in read][:1] == ["7"]

    rows.insert(0, {**one, "id": 8, "to": ["caio@brisa.example"], "subject": "Second", "body": "x"})
    page.get_by_role("link", name="Second").click()
    expect(page.get_by_role("heading", name="Second")).to_be_visible()
    assert Mail.objects.count() == 0  # what was shown came from the route
