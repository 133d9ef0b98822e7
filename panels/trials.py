"""A connection tried with a sample customer: what its system answers, and what agents would see of it.

Nothing of it is kept: no snapshot, no statistics, no audit, and nothing of the customer in the log.
"""

import logging
import time
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from msgspec import json

from panels import registry
from panels.base import Panel, PanelContext
from panels.calls import match_order
from panels.capabilities import CAPABILITIES
from panels.capabilities.records import Answer
from panels.connectors.base import Connector, Detail
from panels.containment import RenderFailed, render_contained, try_plugin
from panels.errors import PanelUnavailable
from panels.markup import check_markup
from panels.models import Connection
from panels.offers import read_offers
from panels.services import settings_to_try, why_not_usable
from panels.settings_forms import clean_settings
from tenants.trust.identity import Identity
from voxysapps.outgoing import budget
from voxysapps.problems import place_of
from voxysapps.sealing import SealBroken

logger = logging.getLogger(__name__)

_EXPLAIN_SECONDS = 5.0

# Somebody waits for the page: all capabilities share these.
SECONDS = 20.0
_RECORDS_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a panel makes of the answer."""

    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Trial:
    """How one capability answered: with `shown`, or with a `sentence` of what went wrong."""

    capability: str
    sentence: str = ""
    milliseconds: int = 0
    is_empty: bool = False
    # The answer itself as JSON, shortened.
    records: str = ""
    shown: tuple[Shown, ...] = ()
    details: tuple[Detail, ...] = ()

    @property
    def title(self) -> str:
        """The capability, in words."""
        kind = CAPABILITIES.get(self.capability)
        return str(kind.TITLE) if kind and kind.TITLE else self.capability


def try_customer(connection: Connection, who: Identity, secrets: Mapping[str, str] | None = None) -> list[Trial]:
    """Ask each capability of the connection, saved or not, about `who`.

    Stored secrets are used only for the saved destination. Never raises for what the system or the plugin does.
    """
    kind = registry.connectors().plugins.get(connection.connector)
    if kind is None or not read_offers(connection.account_id).has_connector(connection.connector):
        return [Trial("", why_not_usable(connection, kind))]
    known = who.only(match_order(connection, kind))
    if known.is_anonymous:
        return [Trial("", _("The connection does not look for any of what was entered."))]
    try:
        settings = settings_to_try(connection, kind.SettingsForm, secrets).newest
    except SealBroken:
        return [Trial("", _("A stored secret cannot be opened any longer. Enter it again."))]
    with budget(SECONDS):
        return [_try(connection, kind, settings, capability, known) for capability in kind.capabilities]


def _try(
    connection: Connection, kind: type[Connector], settings: Mapping[str, Any], capability: str, who: Identity
) -> Trial:
    started = time.perf_counter()
    ask = partial(try_plugin, account_id=connection.account_id, seconds=kind.timeout, name=connection.name)
    connector: Connector | None = None
    answer: Answer | None = None
    sentence = ""
    try:
        made = ask(kind, lambda: kind(settings, name=connection.name))
        connector = made
        with budget(kind.timeout):
            answer = ask(kind, lambda: getattr(made, capability)(who))
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        sentence = _sentence_of(error)
    took = round((time.perf_counter() - started) * 1000)
    details = _details(connector, connection.account_id)
    if answer is None:
        return Trial(capability, sentence, took, details=details)
    try:
        offers = read_offers(connection.account_id)
        merged = CAPABILITIES[capability].merge([(connection.name, answer)])
        shown = tuple(
            Shown(str(panel.title), _render(panel, connection, merged, who))
            for slug, panel in registry.panels().plugins.items()
            if panel.capability == capability and offers.has_panel(slug)
        )
    except Exception as error:  # noqa: BLE001 - likewise
        return Trial(capability, _sentence_of(error), took, details=details)
    return Trial(capability, "", took, merged.is_empty, _as_text(merged), shown, details)


def _as_text(answer: Answer) -> str:
    text = json.format(json.encode(answer), indent=2).decode()
    return text if len(text) <= _RECORDS_CHARACTERS else f"{text[:_RECORDS_CHARACTERS]}\n…"


def _details(connector: Connector | None, account_id: int) -> tuple[Detail, ...]:
    try:
        if connector is None:
            return ()
        return try_plugin(
            connector,
            lambda: tuple(connector.explain()),
            account_id=account_id,
            seconds=_EXPLAIN_SECONDS,
            name=connector.name,
        )
    except Exception as error:  # noqa: BLE001 - likewise
        return (Detail(_("What could not be told"), _sentence_of(error), is_problem=True),)


def _render(panel: Panel, connection: Connection, data: Answer, who: Identity) -> str:
    """Return the panel's HTML, with its own settings, as an agent sees it."""

    def work() -> tuple[bool, str]:
        ctx = PanelContext(
            data=data,
            settings=clean_settings(panel.SettingsForm, {}),
            identity=who,
            identity_verified=None,
            role=None,
            locale=get_language() or "en",
            time_zone=zoneinfo.ZoneInfo(connection.account.time_zone),
            placement_id=0,
            connections=(connection.name,),
            actions=panel.actions,
        )
        is_empty = bool(panel.is_empty(data))
        template = panel.empty_template if is_empty else panel.template
        html = render_to_string(template, {**panel.get_context(ctx), "ctx": ctx})
        check_markup(html, panel=panel.slug)
        return is_empty, html

    of = hash(json.encode(data))
    try:
        _is_empty, html = render_contained(panel, work, account_id=connection.account_id, place="trial", of=of)
    except RenderFailed as error:
        return escape(f"{error.failure.sentence} {_('Reference %(id)s') % {'id': error.failure.trace_id}}")
    return html


def _sentence_of(error: Exception) -> str:
    if isinstance(error, PanelUnavailable):
        return error.sentence
    # Without the exception's text, which may quote a secret or the customer.
    logger.error("trial of a connection failed: %s", place_of(error))
    return _("The connector failed: %(error)s.") % {"error": type(error).__name__}
