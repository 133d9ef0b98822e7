"""The frame document: the same for everybody, of one account, allowed to run nothing but itself."""

import base64
import gzip
import hashlib
import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import HOST, make_account, make_app, make_connection, make_placement
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def test_document_has_no_cookie_no_data_and_a_short_life(client: Client) -> None:
    app = make_app(title="Orders & more")
    make_placement(app, panel="orders")
    response = client.get(f"/a/{app.key}/")
    html = response.content.decode()
    assert response["Cache-Control"] == "private, max-age=300"
    assert "Set-Cookie" not in response
    assert "X-Frame-Options" not in response
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "<title>Orders &amp; more</title>" in html
    assert 'data-state="loading"' in html


def test_only_the_accounts_hosts_may_frame_it(client: Client) -> None:
    app = make_app(make_account(extra_host_origins=["https://second.example:8443"]))
    other = make_app(make_account(host_origin="https://elsewhere.example"))
    policy = client.get(f"/a/{app.key}/")["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {HOST} https://second.example:8443")
    assert "elsewhere" not in policy
    assert client.get(f"/a/{other.key}/")["Content-Security-Policy"].endswith(
        "frame-ancestors https://elsewhere.example"
    )


def test_policy_allows_the_documents_own_scripts_and_style_only(client: Client) -> None:
    response = client.get(f"/a/{make_app().key}/")
    policy, html = response["Content-Security-Policy"], response.content.decode()
    inline = re.findall(r"<script>(.*?)</script>", html, re.DOTALL) + re.findall(
        r"<style>(.*?)</style>", html, re.DOTALL
    )
    assert len(inline) == 3
    for text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")


def test_listener_is_the_first_thing_in_the_head_and_nothing_delays_load(client: Client) -> None:
    html = client.get(f"/a/{make_app().key}/").content.decode()
    head = html[html.index("<head>") : html.index("</head>")]
    assert re.match(r'<head>\s*<meta charset="utf-8">\s*<script>', head)
    assert not re.search(r"<(script|img|iframe)[^>]+src=|<link", html)


def test_document_is_the_same_bytes_and_compressed_where_wanted(client: Client) -> None:
    app = make_app()
    plain = client.get(f"/a/{app.key}/")
    packed = client.get(f"/a/{app.key}/", headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == plain["ETag"]
    unchanged = client.get(f"/a/{app.key}/", headers={"If-None-Match": plain["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "accept", "locale", "lang", "direction"),
    [
        ("", "", "", "en", "ltr"),
        ("", "de-AT,de;q=0.9", "", "de", "ltr"),
        ("", "ar", "", "ar", "rtl"),
        ("", "xx,*;q=0.1", "", "en", "ltr"),
        ("", "ar", "de", "de", "ltr"),
        ("?lang=ar", "de", "de", "ar", "rtl"),
        ("?lang=../../x", "de", "", "de", "ltr"),
    ],
)
def test_language_and_direction(
    client: Client, query: str, accept: str, locale: str, lang: str, direction: str
) -> None:
    app = make_app(make_account(locale=locale))
    html = client.get(f"/a/{app.key}/{query}", headers={"Accept-Language": accept}).content.decode()
    assert f'<html lang="{lang}" dir="{direction}"' in html


def test_texts_cannot_leave_their_script(client: Client) -> None:
    html = client.get(f"/a/{make_app().key}/").content.decode()
    block = re.search(r'<script type="application/json" id="texts">(.*?)</script>', html)
    assert block
    assert set(json.loads(block[1])) >= {"outside", "silent", "unreachable", "retry"}
    assert "<" not in block[1]


def test_titles_are_escaped(client: Client, connector: type[RecordingConnector]) -> None:  # noqa: F811
    app = make_app(title="<script>alert(1)</script>")
    make_placement(app, make_connection(app.account), title='{0}" onload="x" <img>')
    html = client.get(f"/a/{app.key}/").content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "{0}&quot; onload=&quot;x&quot; &lt;img&gt;" in html


def test_warm_document_makes_no_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    app = make_app()
    client.get(f"/a/{app.key}/")
    with django_assert_num_queries(0):
        assert client.get(f"/a/{app.key}/").status_code == 200


def test_unknown_app_is_a_problem(client: Client) -> None:
    response = client.get("/a/AAAAAAAAAAAAAAAAAAAAAA/")
    assert (response.status_code, response.json()["code"]) == (404, "unknown_app")
    assert client.post(f"/a/{make_app().key}/").status_code == 405
