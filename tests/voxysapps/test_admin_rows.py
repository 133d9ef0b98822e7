"""What Unfold's lists do once instead of once a row."""

from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client
from django.utils.translation import override
from unfold import utils, widgets
from unfold.templatetags import unfold_list

from tests.factories import make_account, make_app
from voxysapps.admin_rows import once_a_language, once_a_list


def test_headers_are_kept_with_their_list() -> None:
    asked = Mock(side_effect=lambda changelist: iter([{"text": changelist.name}]))
    headers = once_a_list(asked)
    one, other = Mock(spec=["name"]), Mock(spec=["name"])
    one.name, other.name = "one", "other"
    assert [list(headers(changelist)) for changelist in (one, one, other)] == [
        [{"text": "one"}],
        [{"text": "one"}],
        [{"text": "other"}],
    ]
    assert asked.call_count == 2


def test_icons_are_kept_for_each_language_and_only_yes_no_and_unknown() -> None:
    asked = Mock(side_effect=lambda value: f"icon of {value}")
    icon = once_a_language(asked)
    assert [icon(True), icon(True), icon(False), icon(None)] == [
        "icon of True",
        "icon of True",
        "icon of False",
        "icon of None",
    ]
    assert asked.call_count == 3
    with override("ar"):
        icon(True)
    assert asked.call_count == 4
    # 1 is equal to True, and another icon may be meant.
    assert [icon(1), icon(1)] == ["icon of 1", "icon of 1"]
    assert asked.call_count == 6


@pytest.mark.django_db
def test_unfold_asks_through_these(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    account = make_account()
    for _one in range(5):
        make_app(account)
    rendered = Mock(side_effect=widgets.UnfoldBooleanWidget.render, autospec=True)
    monkeypatch.setattr(unfold_list, "UnfoldBooleanWidget", Mock(return_value=Mock(render=rendered)))
    rendered.side_effect = lambda *_args: "toggle"
    page: Any = admin_client.get("/admin/tenants/dashboardapp/")
    assert page.status_code == 200
    assert rendered.call_count == 1
    assert hasattr(utils._boolean_icon, "__wrapped__")
