"""What is wrong with a plugin's class is said when it is loaded, with what to do."""

from typing import Any

import pytest
from django import forms

from panels.api import Connector, Panel
from panels.inspection import PluginError, describe, inspect_plugin


class BadForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("form")


def no_initial() -> int:
    raise RuntimeError("initial")


class FormWithoutInitial(forms.Form):
    limit = forms.IntegerField(initial=no_initial)


class Lazy:
    def __str__(self) -> str:
        raise RuntimeError("text")


def raising(*args: Any) -> Any:
    raise OSError("gone")


def make_panel(**attributes: Any) -> type[Panel]:
    return type("APanel", (Panel,), {"slug": "a", "title": "A", **attributes})


def make_connector(**attributes: Any) -> type[Connector]:
    values = {"slug": "a", "title": "A", "capabilities": ("orders",), **attributes}
    return type("AConnector", (Connector,), values)


def test_good_ones_pass() -> None:
    panel = inspect_plugin(make_panel(parts={"more": "a/more.html"}, vary=("agent",), needs=["messages"]), "a")
    assert isinstance(panel, Panel)
    kind = make_connector(max_rate=(10, 1), looks_for=("email",))
    assert inspect_plugin(kind, "a") is kind


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"slug": 5}, "another slug than its entry point “a”"),
        ({"slug": "b"}, "another slug than its entry point “a”"),
        ({"title": None}, "Its title is no text"),
        ({"title": "  "}, "Its title is empty in the language “en”"),
        ({"title": property(raising)}, "Its title raises OSError: gone"),
        ({"requires_api": 1}, "requires_api is no version specifier"),
        ({"requires_api": "newest"}, "requires_api is no version specifier"),
        ({"requires_api": ">=99"}, "written for panel API >=99"),
        ({"capability": "horoscope"}, "no capability “horoscope”. Known: customer"),
        ({"capability": ["orders"]}, "Known: customer"),
        ({"needs": "messages"}, "Its needs is no tuple of texts"),
        ({"needs": ("everything",)}, "Its needs: no needs “everything”. Known: messages"),
        ({"vary": (1,)}, "Its vary is no tuple of texts"),
        ({"sensitive": {"a"}}, "Its sensitive is no tuple"),
        ({"destination": "address"}, "Its destination is no tuple"),
        ({"keeps": "open"}, "Its keeps is neither True nor False"),
        ({"styles": "a/a.css"}, "Its styles is no tuple"),
        ({"actions": ("refund",)}, "Its actions are no tuple of classes"),
        ({"SettingsForm": dict}, "no subclass of django.forms.Form"),
        ({"SettingsForm": BadForm}, "Its SettingsForm raises RuntimeError: form"),
        ({"SettingsForm": FormWithoutInitial}, "Its SettingsForm raises RuntimeError: initial"),
        ({"fresh_for": "soon"}, "Its fresh_for is no number from 1 to 86400"),
        ({"fresh_for": True}, "Its fresh_for is no number"),
        ({"skeleton_lines": -1}, "Its skeleton_lines is no number"),
        ({"is_opt_in": "yes"}, "Its is_opt_in is neither True nor False"),
        ({"template": property(raising)}, "Its template raises OSError: gone"),
        ({"template": None}, "Its template is no text"),
        ({"empty_template": 5}, "Its empty_template is no text"),
        ({"parts": ["more"]}, "Its parts are no mapping"),
        ({"parts": {"more": 5}}, "Its parts are no mapping"),
        ({"__init__": raising}, "It cannot be made without arguments: OSError"),
    ],
)
def test_bad_panel_is_refused_with_a_sentence(attributes: dict[str, Any], said: str) -> None:
    with pytest.raises(PluginError, match=said):
        inspect_plugin(make_panel(**attributes), "a")


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"capabilities": "orders"}, "Its capabilities is no tuple"),
        ({"capabilities": ("horoscope",)}, "no capability “horoscope”"),
        ({"timeout": 3600}, "Its timeout is no number from 0 to 40"),
        ({"max_concurrency": 0}, "Its max_concurrency is no number"),
        ({"max_rate": 10}, "Its max_rate is no pair"),
        ({"max_rate": (10, 0)}, "Its max_rate is no pair"),
        ({"destination": "address"}, "Its destination is no tuple"),
        ({"recognises_by": None}, "Its recognises_by is no tuple"),
    ],
)
def test_bad_connector_is_refused_with_a_sentence(attributes: dict[str, Any], said: str) -> None:
    with pytest.raises(PluginError, match=said):
        inspect_plugin(make_connector(**attributes), "a")


def test_missing_attribute_is_named() -> None:
    with pytest.raises(PluginError, match="It has no capabilities"):
        inspect_plugin(type("C", (Connector,), {"slug": "a", "title": "A"}), "a")


def test_an_errors_text_is_one_line_and_never_raises() -> None:
    assert describe(ValueError("two\nlines")) == "ValueError: two lines"
    assert describe(ValueError(Lazy())) == "ValueError"
    assert len(describe(ValueError("x" * 1000))) < 400
