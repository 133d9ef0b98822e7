"""What is done to connections and placements. The admin, the API, CSV and `apply` all come through here."""

import datetime as dt
import logging
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from panels import registry
from panels.connectors.base import Connector
from panels.containment import try_plugin
from panels.errors import ConnectorError, PanelUnavailable, TemporaryError
from panels.guard import Guard
from panels.models import Connection, Placement
from panels.needed import require_not_needed, require_there
from panels.offers import read_offers
from panels.settings_forms import (
    Turn,
    Turns,
    check_settings,
    clean_settings,
    leads_elsewhere,
    plugin_slug,
    read_settings,
    secret_names,
    settings_form,
)
from panels.snapshots import Source
from tenants import audit
from tenants.models import Account, DashboardApp, clear_secrets
from tenants.secrets import live_rows, set_secret
from tenants.services import delete, save_dashboard_app
from tenants.trust.identity import ATTRIBUTE, MatchKey
from voxysapps.outgoing import budget
from voxysapps.problems import place_of
from voxysapps.sealing import SealBroken

logger = logging.getLogger(__name__)

ATTRIBUTE_KEY = re.compile(rf"{ATTRIBUTE}[\w.-]{{1,100}}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outside system said when asked whether it would answer. `temporary`: it may later.

    `took_older`: it refused the newest secret, and took the one that a rotation keeps.
    """

    answers: bool
    sentence: str
    milliseconds: int = 0
    temporary: bool = False
    took_older: bool = False


def validate_connection(connection: Connection, secrets: Mapping[str, str] | None = None) -> None:
    """Raise ValidationError, by field, for what could not be saved. `secrets` are those entered, by name."""
    connection.full_clean()
    kind = registry.connectors().plugins.get(connection.connector)
    if kind is None:
        if connection.pk:
            return  # its package is gone for now: it keeps its settings
        raise ValidationError(
            {"connector": _("The connector “%(slug)s” is not installed.") % {"slug": connection.connector}}
        )
    if not connection.pk and not read_offers(connection.account_id).has_connector(connection.connector):
        raise ValidationError({"connector": not_offered(kind.title)})
    _validate_match_by(connection.match_by, kind.recognises_by)
    stored = () if _moves(connection) else _stored_names(connection)
    check_settings(kind.SettingsForm, connection.settings, secrets or {}, stored)


def not_offered(title: object) -> str:
    """Return what is said where a plugin is not offered to the account."""
    return _("“%(title)s” is switched off for this account. A platform administrator can offer it.") % {"title": title}


def why_not_usable(connection: Connection, kind: type[Connector] | None) -> str:
    """Return why a connection cannot be used, whose connector is not installed or not offered to its account."""
    if kind is not None:
        return not_offered(kind.title)
    return _("The connector “%(slug)s” is not installed.") % {"slug": connection.connector}


def try_connection(connection: Connection, secrets: Mapping[str, str] | None = None) -> Answer:
    """Ask the outside system whether it would answer with what was entered. Nothing is saved.

    Stored secrets are used only for the saved destination.
    """
    kind = registry.connectors().plugins.get(connection.connector)
    if kind is None or not read_offers(connection.account_id).has_connector(connection.connector):
        return Answer(False, why_not_usable(connection, kind))
    try:
        turns = settings_to_try(connection, kind.SettingsForm, secrets)

        def question(settings: Mapping[str, Any]) -> str:
            def work() -> str:
                return str(kind(settings, name=connection.name).check())

            return try_plugin(kind, work, account_id=connection.account_id, seconds=kind.timeout, name=connection.name)

        started = time.perf_counter()
        with budget(kind.timeout):
            sentence = turns.ask(question)
        turns.answered()
        if turns.took_older:
            sentence = f"{sentence} {_('It took the older secret: the newest one was refused.')}"
        took = round((time.perf_counter() - started) * 1000)
        return Answer(True, sentence, took, took_older=turns.took_older)
    except SealBroken:
        return Answer(False, _("A stored secret cannot be opened any longer. Enter it again."))
    except PanelUnavailable as error:
        temporary = isinstance(error, TemporaryError) or not isinstance(error, ConnectorError)
        return Answer(False, error.sentence, temporary=temporary)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        # Without the exception's text, which may quote a secret.
        logger.error("check of connection %s failed: %s", connection.pk, place_of(error))  # noqa: TRY400
        return Answer(False, _("The connector failed: %(error)s.") % {"error": type(error).__name__})


def prove_connection(connection: Connection, secrets: Mapping[str, str] | None = None) -> str:
    """Ask the system with what is about to be saved, unless nobody will ask it.

    Returns what to warn of where it is merely away, else "". Raises ValidationError where it refuses.
    """
    if not connection.is_enabled:
        return ""
    answer = try_connection(connection, secrets)
    if not answer.answers and not answer.temporary:
        raise ValidationError(answer.sentence)
    return "" if answer.answers else answer.sentence


def settings_to_try(
    connection: Connection, form_class: type[forms.Form], secrets: Mapping[str, str] | None = None
) -> Turns:
    """Return the settings as the connector is given them, saved or not: stored secrets for the saved destination only.

    Raises `SealBroken`.
    """
    if connection.pk and not _moves(connection):
        return read_settings(connection, form_class, secrets)
    return Turns([Turn(clean_settings(form_class, {**connection.settings, **(secrets or {})}))])


def check_connection(connection: Connection) -> tuple[bool, str]:
    """Ask the outside system whether it would answer; return whether it does, and a sentence about it."""
    answer = try_connection(connection)
    return answer.answers, answer.sentence


def save_connection(
    connection: Connection,
    secrets: Mapping[str, str] | None = None,
    *,
    keep_old_for: dt.timedelta | None = None,
    is_validated: bool = False,
) -> None:
    """Save the connection and the secrets that were entered. Raises ValidationError.

    Another destination than before, as the connector declares it, clears the secrets given for that one.
    """
    if not is_validated:
        validate_connection(connection, secrets)
    is_moved = _moves(connection)
    before = audit.stored_values(connection)
    entered = {name: value for name, value in (secrets or {}).items() if value}
    if is_moved:
        # What the other system said of its customers is nothing this one says.
        connection.generation += 1
    with _nobody_else_saved(), transaction.atomic():
        connection.save()
        if is_moved:
            clear_secrets(connection)
            connection.customer_links.all().delete()
        for name, value in entered.items():
            set_secret(connection, name, value, keep_old_for=keep_old_for)
        _record(connection, before, entered)
    if entered or before.get("settings") != connection.settings:
        Guard(connection.account_id, connection.pk, name=connection.name).reset()


def pause_connection(connection: Connection) -> None:
    """Let nobody ask the connection's system until it is resumed. What was fetched is shown on, with its age."""
    _set_paused(connection, timezone.now())


def resume_connection(connection: Connection) -> None:
    """Let the connection's system be asked again, at once, whatever failed before."""
    _set_paused(connection, None)
    Guard(connection.account_id, connection.pk, name=connection.name).reset()


def drop_fetched(connection: Connection) -> None:
    """Forget all that was fetched through the connection: it is fetched anew when somebody looks."""
    connection.generation += 1
    with transaction.atomic():
        connection.save(update_fields=["generation"])
        audit.record("drop_fetched", connection)


def _set_paused(connection: Connection, at: dt.datetime | None) -> None:
    before = audit.stored_values(connection)
    connection.paused_at = at
    with transaction.atomic():
        connection.save(update_fields=["paused_at"])
        audit.record("pause" if at else "resume", connection, before=before, after=audit.values(connection))


def delete_connection(connection: Connection) -> None:
    """Delete the connection. Raises `Needed` where it is all that a placement has chosen."""
    delete_connections([connection])


def delete_connections(connections: Sequence[Connection]) -> None:
    """Delete all of the connections, or none and raise `Needed` where they are all that a placement has chosen."""
    with transaction.atomic():
        require_not_needed(connections, locks=True)
        for connection in connections:
            delete(connection)


def validate_placement(
    placement: Placement, connections: Iterable[Connection], secrets: Mapping[str, str] | None = None
) -> None:
    """Raise ValidationError, by field, for what could not be saved."""
    # An app that is about to be saved with it has no number yet.
    placement.full_clean(exclude={"account"} if placement.dashboard_app_id else {"account", "dashboard_app"})
    if any(connection.account_id != placement.account_id for connection in connections):
        raise ValidationError({"connections": _("Choose connections of this account.")})
    panel = registry.panels().plugins.get(placement.panel)
    if panel is None:
        if placement.pk:
            return
        raise ValidationError({"panel": _("The panel “%(slug)s” is not installed.") % {"slug": placement.panel}})
    if not placement.pk and not read_offers(placement.account_id).has_panel(placement.panel):
        raise ValidationError({"panel": not_offered(panel.title)})
    stored = () if _moves(placement) else _stored_names(placement)
    check_settings(panel.SettingsForm, placement.settings, secrets or {}, stored)


def save_placement(
    placement: Placement,
    connections: Iterable[Connection] | None = None,
    secrets: Mapping[str, str] | None = None,
    *,
    is_validated: bool = False,
) -> None:
    """Save the placement, in the account of its app. `connections` None: those it has. Raises ValidationError.

    Another destination than before, as the panel declares it, clears the secrets given for that one.
    """
    placement.account = placement.dashboard_app.account
    had = set(placement.connections.values_list("name", flat=True)) if placement.pk else set()
    chosen = None if connections is None else list(connections)
    if not is_validated:
        validate_placement(placement, chosen or (), secrets)
    is_moved = _moves(placement)
    before = {**audit.stored_values(placement), "connections": sorted(had)} if placement.pk else {}
    entered = {name: value for name, value in (secrets or {}).items() if value}
    with _nobody_else_saved(), transaction.atomic():
        require_there(chosen or ())
        placement.save()
        if is_moved:
            clear_secrets(placement)
        if chosen is not None:
            placement.connections.set(chosen)
        for name, value in entered.items():
            set_secret(placement, name, value)
        now = sorted(had) if chosen is None else sorted(connection.name for connection in chosen)
        _record(placement, before, entered, connections=now)
    if entered or before.get("settings") != placement.settings:
        Guard(placement.account_id, Source.of_placement(placement.pk).system, name="").reset()


def delete_placement(placement: Placement) -> None:
    delete(placement)


def save_tabs(account: Account, titles: Mapping[str, str], *, first_position: int = 0) -> None:
    """Create a dashboard app for each panel, by slug, filled from all connections of the account.

    All of them or none. Raises ValidationError.
    """
    taken = set(DashboardApp.objects.for_account(account).values_list("title", flat=True))
    with transaction.atomic():
        for position, (slug, title) in enumerate(titles.items(), first_position):
            free = title if title not in taken else f"{title} ({slug})"
            app = DashboardApp(account=account, title=free[:60], position=position)
            try:
                save_dashboard_app(app)
                save_placement(Placement(account=account, dashboard_app=app, panel=slug), ())
            except ValidationError as error:
                raise ValidationError([f"{title}: {sentence}" for sentence in error.messages]) from None


def _validate_match_by(match_by: object, recognised: tuple[MatchKey, ...]) -> None:
    known = [key for key in recognised if key != ATTRIBUTE.removesuffix(":")]
    may_name_attributes = len(known) < len(recognised)
    keys = match_by if isinstance(match_by, list) else [None]
    wrong = [
        key
        for key in keys
        if key not in known and not (may_name_attributes and isinstance(key, str) and ATTRIBUTE_KEY.fullmatch(key))
    ]
    if wrong or len(set(map(str, keys))) < len(keys):
        offered = [*known, *([f"{ATTRIBUTE}NAME"] if may_name_attributes else [])]
        raise ValidationError(
            {"match_by": _("Choose from these, each once: %(offered)s.") % {"offered": ", ".join(offered)}}
        )


def _moves(row: Connection | Placement) -> bool:
    """Return whether the settings name another destination than the saved ones."""
    saved = type(row).objects.filter(pk=row.pk).first() if row.pk else None
    return saved is not None and leads_elsewhere(row, saved.settings, plugin_slug(saved))


def _stored_names(row: Connection | Placement) -> tuple[str, ...]:
    form_class = settings_form(row)
    if not row.pk or form_class is None:
        return ()
    names = {secret.name for secret in live_rows(row)}
    return tuple(name for name in secret_names(form_class) if name in names)


def _record(row: Connection | Placement, before: dict[str, object], entered: Mapping[str, str], **more: object) -> None:
    audit.record(
        "change" if before else "add", row, before=before, after={**audit.values(row), **more}, secrets=entered
    )


class _nobody_else_saved:  # noqa: N801 - reads as what it is, a context
    """Tell who saved at the same time as somebody else, instead of failing."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            raise ValidationError(_("This was saved by somebody else at the same time. Try again.")) from None
