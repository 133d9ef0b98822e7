"""What is hidden is in no HTML, and what rests on a visitor's own word says so in every panel."""

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from panels.capabilities import Customers, Orders, Payments
from panels.capabilities.words import MatchWord
from panels.redaction import mask, mask_data, mask_text
from panels.registry import panels
from tenants.models import DashboardApp
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.panels.rendering import demo_data
from tests.panels.test_access import post
from tests.panels.test_views import THREE
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture
from tests.support.host import ADMINISTRATOR, HostInMemory, host_answers, make_contact, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_at_hand")]
BADGE = 'class="vx-unverified"'
Records = Customers | Orders | Payments


@pytest.fixture
def host() -> HostInMemory:
    host = HostInMemory()
    contact = make_contact(70, email="ada.canary@example.com", phone_number="+15550199987", identifier="crm-1")
    host.contacts[70] = contact
    host.change_conversation(7, contact, channel="Channel::WebWidget", hmac_verified=False)
    return host


def make_tab(**account: Any) -> DashboardApp:
    app = make_app(make_account(trust="signed_in", **account))
    shop = make_connection(app.account, name="Shop")
    for panel in THREE:
        make_placement(app, shop, panel=panel)
    return app


def shown(app: DashboardApp, host: HostInMemory, agent: int = 5) -> str:
    """Return what the agent sees: all panels, and every part of them that is fetched on demand."""
    with host_answers({app.account_id: host}):
        headers = sign_in(app.account, agent)
        email = host.contacts[70].email
        for _time in range(2):
            response = post(Client(), app, headers, agent=agent, email=email)
        html: str = response.content.decode()
        headers = {**headers, "X-Voxys-Context": response["X-Voxys-Context"]}
        links = re.findall(r'hx-get="([^"]+)"', html)
        assert links
        for link in dict.fromkeys(links):
            path = link.replace("&amp;", "&")
            part = Client().get(f"/a/{app.key}/{path}", headers=headers)
            assert part.status_code == 200, path
            html += part.content.decode()
    return html


def secrets_of(app: DashboardApp, host: HostInMemory) -> list[str]:
    """Return the sensitive values that the shop told about the customer."""
    answers: list[Any] = [
        demo_data(name, str(host.contacts[70].email), stores=("Shop",)) for name in ("customer", "orders", "payments")
    ]
    found = {str(host.contacts[70].email), str(host.contacts[70].phone_number)}
    for customer in answers[0].customers:
        found |= {*customer.emails, *customer.phones, *(customer.address.lines if customer.address else ())}
    return sorted(value for value in found if len(value) > 5)


def test_an_account_that_hides_nothing_shows_it(connector: type[RecordingConnector], host: HostInMemory) -> None:  # noqa: F811
    app = make_tab()
    html = shown(app, host)
    assert "ada.canary@example.com" in html


@pytest.mark.parametrize("field", ["hides_from_unverified", "hides_from_agents"])
def test_hidden_values_are_in_no_html(
    connector: type[RecordingConnector],  # noqa: F811
    host: HostInMemory,
    field: str,
) -> None:
    app = make_tab(**{field: True})
    html = shown(app, host)
    values = secrets_of(app, host)
    assert len(values) > 2
    assert [value for value in values if value in html] == []
    assert "+15550199987"[1:] not in html
    assert "a•••@e•••" in html


def test_administrators_see_what_agents_do_not(connector: type[RecordingConnector], host: HostInMemory) -> None:  # noqa: F811
    app = make_tab(hides_from_agents=True)
    assert "ada.canary@example.com" not in shown(app, host)
    assert "ada.canary@example.com" in shown(app, host, ADMINISTRATOR)
    assert "ada.canary@example.com" not in shown(app, host)


def test_verified_customers_are_shown_in_full(connector: type[RecordingConnector], host: HostInMemory) -> None:  # noqa: F811
    app = make_tab(hides_from_unverified=True)
    assert "ada.canary@example.com" not in shown(app, host)
    host.change_conversation(8, host.contacts[70], channel="Channel::Email")
    with host_answers({app.account_id: host}):
        headers = sign_in(app.account)
        for _time in range(2):
            response = post(Client(), app, headers, conversation=8, uuid="uuid-of-8", email="ada.canary@example.com")
    assert "ada.canary@example.com" in response.content.decode()


# --- not verified --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "verified", "identifier", "badges"),
    [
        ("Channel::WebWidget", False, "crm-1", 3),
        ("Channel::WebWidget", None, "crm-1", 3),
        ("Channel::WebWidget", True, "crm-1", 0),
        # The host vouches for the identifier; what is found by e-mail may be another's.
        ("Channel::WebWidget", True, None, 3),
        ("Channel::Email", None, None, 0),
        ("Channel::Whatsapp", None, None, 0),
    ],
)
def test_every_panel_says_what_nobody_vouches_for(
    connector: type[RecordingConnector],  # noqa: F811
    host: HostInMemory,
    channel: str,
    verified: bool | None,
    identifier: str | None,
    badges: int,
) -> None:
    app = make_tab()
    contact = make_contact(70, email="ada@example.com", identifier=identifier)
    host.change_conversation(7, contact, channel=channel, hmac_verified=verified)
    with host_answers({app.account_id: host}):
        headers = sign_in(app.account)
        first = post(Client(), app, headers).content.decode()
        html = post(Client(), app, headers).content.decode()
    assert html.count('data-state="ready"') == 3
    assert html.count(BADGE) == badges
    if verified is not True:
        assert first.count(BADGE) == badges  # from the first moment on, so that nothing moves later


def test_a_merged_answer_is_as_sure_as_its_weakest_part() -> None:
    def orders(word: MatchWord | None) -> Orders:
        return Orders(orders=demo_data("orders", "ada@example.com").orders, matched_by=word)

    sure, weak, silent = orders(MatchWord.IDENTIFIER), orders(MatchWord.EMAIL), orders(None)
    assert Orders.merge([("A", sure), ("B", weak)]).matched_by is MatchWord.EMAIL
    assert Orders.merge([("A", sure), ("B", silent)]).matched_by is None
    assert Orders.merge([("A", sure), ("B", Orders())]).matched_by is MatchWord.IDENTIFIER


# --- masking -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ada@example.com", "a•••@e•••"),
        ("+15550199987", "••• 87"),
        ("4242", None),
        ("12 Main Street", None),
        ("@example.com", None),
        ("", None),
    ],
)
def test_masks(text: str, masked: str | None) -> None:
    assert mask_text(text) == masked


@given(st.emails() | st.from_regex(r"\+[0-9]{8,15}", fullmatch=True) | st.text(max_size=60))
def test_a_mask_tells_little(text: str) -> None:
    masked = mask_text(text)
    assert masked is None or len(masked) <= 11
    assert mask((text, text)) in {(), (masked, masked)}


@pytest.mark.parametrize("capability", ["customer", "orders", "payments"])
def test_masked_data_are_still_the_models(capability: str) -> None:
    data = demo_data(capability, "ada+dispute@example.com")
    panel = panels().plugins[capability]
    masked = mask_data(data, panel)
    assert type(masked) is type(data)
    assert masked.is_empty is data.is_empty


def test_what_a_panel_fetched_is_masked_by_its_keys() -> None:
    panel = panels().plugins["orders"]

    class Own(type(panel)):  # type: ignore[misc]
        sensitive = ("phone",)

    assert mask_data({"phone": "+15550199987", "points": 7}, Own()) == {"phone": "••• 87", "points": 7}
