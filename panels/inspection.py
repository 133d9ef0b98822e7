"""Looking a plugin's class over when it is loaded, so that nobody has to doubt it later.

Whatever of it is read outside of fetching and rendering is read here first. The sentences are for its author and for
operators: they say what is wrong and what to do.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, get_args

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from panels.base import API_VERSION, Need, Panel, Vary
from panels.capabilities import CAPABILITIES
from panels.connectors.base import Connector

MAX_SLUG = 60
_SECONDS_IN_A_DAY = 24 * 3600
_MOST_SECONDS = 40
_MOST_CALLS = 1_000
_MOST_LINES = 60


class PluginError(Exception):
    """Why a plugin cannot be used, with what to do about it."""


def inspect_plugin(plugin: type[Panel] | type[Connector], slug: str) -> Panel | type[Connector]:
    """Return what the product works with: an instance of a panel, the class of a connector.

    `slug` is the entry point's name. Raises PluginError for what it could not work with.
    """
    own = plugin.__dict__.get("slug")
    if own != slug:
        raise PluginError(f"It has another slug than its entry point “{slug}”. Make them equal.")
    _require_api(plugin)
    if issubclass(plugin, Panel):
        panel = _instance(plugin)
        _inspect_panel(panel)
        return panel
    _inspect_connector(plugin)
    return plugin


def describe(error: BaseException) -> str:
    """Return an error's type and text, in one line and not at length; whatever its own methods do."""
    try:
        text = " ".join(str(error).split())[:300]
    except Exception:  # noqa: BLE001 - somebody's __str__ may raise, too
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _require_api(plugin: type[Panel] | type[Connector]) -> None:
    try:
        fits = API_VERSION in SpecifierSet(plugin.requires_api)
    except (InvalidSpecifier, TypeError, AttributeError):
        raise PluginError("Its requires_api is no version specifier such as “~=1.0”.") from None
    if not fits:
        raise PluginError(
            f"It is written for panel API {plugin.requires_api}; this is {API_VERSION}. Install a version for this one."
        )


def _instance(plugin: type[Panel]) -> Panel:
    try:
        return plugin()
    except Exception as error:
        raise PluginError(f"It cannot be made without arguments: {describe(error)}.") from error


def _inspect_panel(panel: Panel) -> None:
    look = _Look(panel)
    look.title()
    look.one_of("capability", (*CAPABILITIES, None), known=CAPABILITIES)
    look.words("needs", get_args(Need))
    look.words("vary", get_args(Vary))
    look.words("sensitive")
    look.words("destination")
    look.form()
    look.number("fresh_for", 1, _SECONDS_IN_A_DAY)
    look.number("skeleton_lines", 1, _MOST_LINES)
    look.flag("is_opt_in")
    look.flag("keeps")
    look.text("template")
    look.text("empty_template")
    parts = look.value("parts")
    if not isinstance(parts, Mapping) or not all(
        isinstance(text, str) and text for pair in parts.items() for text in pair
    ):
        raise PluginError("Its parts are no mapping of names to templates. Write {“name”: “slug/part.html”}.")
    look.words("styles")
    look.words("scripts")
    _inspect_actions(look.value("actions"))


def _inspect_actions(actions: Any) -> None:
    if not isinstance(actions, tuple | list) or not all(isinstance(action, type) for action in actions):
        raise PluginError("Its actions are no tuple of classes. A tuple of one is written (One,).")
    names = [getattr(action, "name", None) for action in actions]
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise PluginError("Its actions need a name each, none twice.")


def _inspect_connector(kind: type[Connector]) -> None:
    look = _Look(kind)
    look.title()
    look.words("capabilities", tuple(CAPABILITIES))
    look.words("destination")
    look.words("recognises_by")
    if look.value("looks_for") is not None:
        look.words("looks_for")
    look.form()
    look.number("fresh_for", 1, _SECONDS_IN_A_DAY)
    look.number("timeout", 0, _MOST_SECONDS)
    look.number("max_concurrency", 1, _MOST_CALLS)
    look.flag("is_opt_in")
    rate = look.value("max_rate")
    if rate is not None and not (isinstance(rate, tuple) and len(rate) == 2 and all(map(_is_positive, rate))):  # noqa: PLR2004
        raise PluginError("Its max_rate is no pair of calls and seconds, such as (10, 1), nor None.")


class _Look:
    """Reads attributes of one class or instance, and says of each what is wrong with it."""

    def __init__(self, plugin: Any) -> None:
        self._plugin = plugin

    def value(self, name: str) -> Any:
        """Return the attribute; it may be a property that raises."""
        try:
            return getattr(self._plugin, name)
        except AttributeError:
            raise PluginError(f"It has no {name}. Set it on the class.") from None
        except Exception as error:
            raise PluginError(f"Its {name} raises {describe(error)}.") from error

    def title(self) -> None:
        title = self.value("title")
        if not isinstance(title, str | Promise):
            raise PluginError("Its title is no text. Set it on the class.")
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                if not self._try("title", lambda: str(title).strip()):
                    raise PluginError(f"Its title is empty in the language “{code}”.")

    def text(self, name: str) -> None:
        value = self.value(name)
        if not isinstance(value, str) or not value:
            raise PluginError(f"Its {name} is no text.")

    def flag(self, name: str) -> None:
        if not isinstance(self.value(name), bool):
            raise PluginError(f"Its {name} is neither True nor False.")

    def number(self, name: str, least: float, most: float) -> None:
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise PluginError(f"Its {name} is no number from {least} to {most}.")

    def one_of(self, name: str, allowed: Collection[Any], *, known: Collection[str]) -> None:
        value = self.value(name)
        if not (value is None or isinstance(value, str)) or value not in allowed:
            raise PluginError(f"Its {name}: no {name} “{value!s:.60}”. Known: {', '.join(known)}.")

    def words(self, name: str, known: Collection[str] | None = None) -> None:
        value = self.value(name)
        if not isinstance(value, tuple | list) or not all(isinstance(word, str) for word in value):
            raise PluginError(f"Its {name} is no tuple of texts. A tuple of one is written (“one”,).")
        for word in value:
            if known is not None and word not in known:
                raise PluginError(
                    f"Its {name}: no {_SINGULAR.get(name, name)} “{word:.60}”. Known: {', '.join(known)}."
                )

    def form(self) -> None:
        form_class = self.value("SettingsForm")
        if not (isinstance(form_class, type) and issubclass(form_class, forms.Form)):
            raise PluginError("Its SettingsForm is no subclass of django.forms.Form.")
        self._try("SettingsForm", lambda: _read_initial_values(form_class))

    def _try(self, name: str, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:
            raise PluginError(f"Its {name} raises {describe(error)}.") from error


_SINGULAR = {"capabilities": "capability"}


def _read_initial_values(form_class: type[forms.Form]) -> None:
    form = form_class()
    for name, field in form.fields.items():
        form.get_initial_for_field(field, name)


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
