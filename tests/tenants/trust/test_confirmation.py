"""Only confirmed contexts are shown, and a token is worth something in one place only."""

import json

import pytest

from tenants.models import Account
from tenants.trust.confirmation import ConfirmedContext, NotConfirmed, confirm, issue_token, resume
from tenants.trust.identity import Identity
from tests.factories import make_account, make_app
from tests.support.contexts import context_body
from voxysapps.context import AppContext, parse_app_context

pytestmark = pytest.mark.django_db


def posted(account: Account, **values: object) -> AppContext:
    return parse_app_context(context_body(account, **values).encode())  # type: ignore[arg-type]


def test_link_believes_what_is_posted() -> None:
    app = make_app()
    context = confirm(posted(app.account, phone="+15550100"), account=app.account, app=app)
    assert (context.account_id, context.app_id, context.agent_id, context.conversation_id) == (
        app.account_id,
        app.pk,
        5,
        7,
    )
    assert context.identity == Identity(
        contact_id=70, name="Ada Byron", emails=("ada@example.com",), phones=("+15550100",)
    )
    assert context.role is None


@pytest.mark.parametrize("trust", ["signed_in", "verified"])
def test_no_other_level_does(trust: str) -> None:
    app = make_app(make_account(trust=trust))
    with pytest.raises(NotConfirmed):
        confirm(posted(app.account), account=app.account, app=app)


@pytest.mark.parametrize(
    ("channel", "hmac_verified", "shown"),
    [
        ("Channel::WebWidget", True, True),
        ("Channel::WebWidget", False, False),
        ("Channel::WebWidget", None, False),
        ("Channel::Email", None, None),
        ("Channel::Email", False, None),
    ],
)
def test_website_visitors_are_unverified_until_the_host_vouches(
    channel: str, hmac_verified: bool | None, shown: bool | None
) -> None:
    app = make_app()
    body = json.loads(context_body(app.account, channel=channel))
    body["data"]["conversation"]["meta"]["hmac_verified"] = hmac_verified
    context = confirm(parse_app_context(json.dumps(body).encode()), account=app.account, app=app)
    assert context.identity_verified is shown
    assert context.identity.identifier_verified is hmac_verified


def test_token_gives_the_same_context_without_what_was_posted() -> None:
    app = make_app()
    context = confirm(posted(app.account), account=app.account, app=app)
    resumed = resume(issue_token(context), account=app.account, app=app)
    assert isinstance(resumed, ConfirmedContext)
    assert resumed.posted is None
    assert resumed.identity.digest() == context.identity.digest()
    assert (resumed.conversation_id, resumed.agent_id) == (7, 5)


def test_token_is_bound_to_account_app_and_trust() -> None:
    app = make_app()
    token = issue_token(confirm(posted(app.account), account=app.account, app=app))
    stranger = make_app()
    for account, other in ((app.account, make_app(app.account)), (stranger.account, stranger)):
        with pytest.raises(NotConfirmed):
            resume(token, account=account, app=other)
    app.account.trust = "signed_in"
    with pytest.raises(NotConfirmed):
        resume(token, account=app.account, app=app)


def test_identity_digest_tells_people_apart_and_nothing_about_them() -> None:
    ada = Identity(contact_id=1, emails=("ada@example.com",))
    assert ada.digest() == Identity(contact_id=1, emails=("ada@example.com",)).digest()
    others = [
        Identity(contact_id=2, emails=("ada@example.com",)),
        Identity(contact_id=1, emails=("grace@example.com",)),
        Identity(contact_id=1, phones=("ada@example.com",)),
        Identity(contact_id=1, emails=("ada@example.com",), identifier_verified=True),
    ]
    assert len({ada.digest(), *(other.digest() for other in others)}) == 5


def test_identity_without_anything_to_look_for_is_anonymous() -> None:
    assert Identity(contact_id=1, name="rough-forest-482").is_anonymous
    assert not Identity(phones=("+15550100",)).is_anonymous
