"""Scripts, markup, template code and headers in every field that a customer or a company's system fills."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from panels import registry
from panels.api import Identity
from panels.connectors.demo.connector import DemoConnector
from panels.markup import check_markup
from tenants.models import Account
from tests.security.world import CONTACT, CONVERSATION, Tenant, refusal
from tests.support.connectors import RecordingConnector

SCRIPT = "<script>window.hacked=1</script>"
PAYLOADS = {
    "script": SCRIPT,
    "handler": "\"><img src=x onerror='window.hacked=1'>",
    "quote": "' onmouseover='window.hacked=1' x='",
    "refresh": "<meta http-equiv=refresh content=0;url=//attacker.example>",
    "base": "<base href=//attacker.example><form action=//attacker.example><button formaction=//attacker.example>",
    "link": "javascript:window.hacked=1//https://",
    "slashes": "//attacker.example/%0d%0aSet-Cookie:x=1",
    "template": "{{ 7|add:'7' }}{% load static %}{{ settings.SECRET_KEY }}${7*7}#{7*7}<%= 7*7 %>{7*7}",
    "header": "x\r\nSet-Cookie: hacked=1\r\nContent-Type: text/html\r\n\r\n<script>",
    "end of section": "</section></details></template><section data-panel=hacked>-->]]>",
    "format": "%s%s%n%(name)s{0}{name}",
    "bytes": "\x00\x01\x1b\x7f\u2028\u202e\ufeff\ud7ff𝕏",
    "entities": "&lt;script&gt;&#60;script&#62;&#x3c;script&#x3e;",
}
DEMO = DemoConnector({"shop": "Shop", "currency": "EUR", "latency": 0, "fault": "none"}, name="Shop")


class Page(HTMLParser):
    """What a browser would make of the markup: elements, attributes, addresses."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every text in the value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    elif isinstance(value, str):
        yield path


def replaced(value: Any, paths: list[tuple[Any, ...]], text: str) -> Any:
    copy = msgspec.json.decode(msgspec.json.encode(value))
    for *way, last in paths:
        target = copy
        for key in way:
            target = target[key]
        target[last] = text
    return copy


def hostile(answer: Any, text: str) -> tuple[Any, int]:
    """Return the answer with `text` in every field that takes any text, and how many those were."""
    kind = type(answer)
    plain = msgspec.json.decode(msgspec.json.encode(answer))
    free = [path for path in leaves(plain) if _takes(kind, replaced(plain, [path], "any text <"))]
    return msgspec.convert(replaced(plain, free, text), kind, strict=False), len(free)


def _takes(kind: Any, value: Any) -> bool:
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        return False
    return True


def check(html: str, payload: str) -> None:
    """Raise AssertionError where the payload has become anything but text."""
    check_markup(html, panel="the whole answer")
    page = Page(html)
    assert not {"script", "meta", "base", "img", "iframe", "object", "form"} & set(page.elements)
    assert not [name for name, _value in page.attributes if name.startswith("on") or name == "style"]
    assert "hacked" not in {value for name, value in page.attributes if name == "data-panel"}
    for name, value in page.attributes:
        if name in ("href", "action", "formaction", "src"):
            assert re.match(r"https?://|mailto:|tel:|[?#]|/(?!/)", value), value
    assert "1414" not in page.text
    assert "49#" not in page.text


@pytest.mark.parametrize("name", PAYLOADS)
def test_in_every_field_of_a_companys_system(mine: Tenant, connector: type[RecordingConnector], name: str) -> None:
    payload, filled = PAYLOADS[name], []

    def answer(capability: str, who: Identity) -> Any:
        made, count = hostile(getattr(DEMO, capability)(who), payload)
        filled.append(count)
        return made

    connector.answer = staticmethod(answer)
    for _time in range(3):
        response = mine.post(mine.session())
    assert response.status_code == 200
    assert min(filled) > 10, "the answers have fields to fill"
    html = response.content.decode()
    assert html.count('data-state="ready"') == len(RecordingConnector.capabilities), "no panel breaks either"
    check(html, payload)
    assert name != "script" or SCRIPT in Page(html).text, "it is shown, as text"
    headers = {**mine.session(), "X-Voxys-Context": response["X-Voxys-Context"]}
    for placement in mine.app.placements.all():
        for part in registry.panels().plugins[placement.panel].parts:
            more = Client().get(f"/a/{mine.app.key}/panels/{placement.pk}/?part={part}", headers=headers)
            if more.status_code == 200:
                check(more.content.decode(), payload)


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize("field", ["name", "email", "phone_number", "identifier"])
def test_in_every_field_of_the_hosts_contact(mine: Tenant, field: str, name: str) -> None:
    mine.host.change_contact(CONTACT, **{"email": mine.email, field: PAYLOADS[name]})
    mine.host.change_conversation(CONVERSATION, mine.host.contacts[CONTACT])
    for _time in range(3):
        response = mine.post(mine.session(), email=None)
    assert response.status_code == 200
    check(response.content.decode(), PAYLOADS[name])
    assert set(response.headers) == set(mine.post(mine.session()).headers)
    assert not response.cookies


@pytest.mark.parametrize("name", PAYLOADS)
def test_in_every_field_of_the_posted_context(mine: Tenant, name: str) -> None:
    text = PAYLOADS[name]
    response = mine.post(
        mine.session(), name=text, phone=text, status=text, labels=[text], priority=text,
        custom_attributes={text: text}, additional_attributes={"referer": text},
        messages=[{"id": 1, "content": text, "message_type": 0, "created_at": 1}],
    )  # fmt: skip
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        check(response.content.decode(), text)


@pytest.mark.parametrize("name", PAYLOADS)
def test_in_what_an_operator_names(
    mine: Tenant, name: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """Names of tabs, placements, connections and accounts: another account's operator may be hostile to agents."""
    text = PAYLOADS[name].replace("\x00", "")[:60]
    elements = Page(Client().get(f"/a/{mine.app.key}/").content.decode()).elements
    with django_capture_on_commit_callbacks(execute=True):
        mine.account.name = mine.app.title = mine.connection.name = mine.placement.title = text
        for row in (mine.account, mine.app, mine.connection, mine.placement):
            row.save()
    document = Client().get(f"/a/{mine.app.key}/")
    assert Page(document.content.decode()).elements == elements
    for _time in range(3):
        response = mine.post(mine.session())
    check(response.content.decode(), text)


@pytest.mark.parametrize(
    "origin",
    [
        "https://a.example; script-src *", "https://a.example 'unsafe-inline'", "https://a.example\r\nX-Hacked: 1", "*",
        "https:", "'none'", "https://*.example", "http://a.example", "data:", "null", "", " ", "https://a.example/x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["host_origin", "extra_host_origins"])
def test_in_the_origins_that_may_frame_us(
    mine: Tenant, field: str, origin: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """However it came into the database."""
    with django_capture_on_commit_callbacks(execute=True):
        Account.objects.filter(pk=mine.account.pk).update(**{field: [origin] if field.startswith("extra") else origin})
        Account.objects.get(pk=mine.account.pk).save()
    response = Client().get(f"/a/{mine.app.key}/")
    policy = response["Content-Security-Policy"]
    ancestors = policy.partition("frame-ancestors")[2].split(";")[0].split()
    assert ancestors == (["https://voxys.example"] if field.startswith("extra") else [])
    assert policy.count("script-src") == 1
    assert "X-Hacked" not in response
    assert "a.example" not in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "lang=%0d%0aX-Hacked:1",
        "lang=<script>",
        "lang=../../etc",
        "theme=%22%3E%3Cscript%3E",
        "part=../../x",
        "part={{x}}",
    ],
)
def test_in_the_address(mine: Tenant, query: str) -> None:
    response = Client().get(f"/a/{mine.app.key}/?{query}")
    assert "hacked" not in f"{response.headers}{response.content.decode()}".lower()
    token = mine.token()
    headers = {**mine.session(), "X-Voxys-Context": token}
    follow_up = Client().get(f"/a/{mine.app.key}/panels/{mine.placement.pk}/?{query}", headers=headers)
    if follow_up.status_code == 200:
        check(follow_up.content.decode(), query)
        assert "hacked" not in follow_up.content.decode()
    else:
        refusal(follow_up)


def test_failures_are_told_in_our_words(mine: Tenant, connector: type[RecordingConnector]) -> None:
    """What a system or a plugin says when it fails is not shown as it is."""

    def answer(capability: str, who: Identity) -> Any:
        raise RuntimeError(SCRIPT)

    connector.answer = staticmethod(answer)
    for _time in range(3):
        response = mine.post(mine.session())
    html = response.content.decode()
    assert 'data-state="error"' in html
    assert "hacked" not in html
    check(html, SCRIPT)
