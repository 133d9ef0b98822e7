"""The built-in panel of history: what went on with the contact before this conversation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from panels.api import Conversation, History, Note, Panel, PanelContext

_PAGE = 30
_DAYS = 14
_FIGURE_DAYS = 90


class HistorySettingsForm(forms.Form):
    """How much the first view shows."""

    rows = forms.IntegerField(
        label=_("Events shown at first"),
        initial=_PAGE,
        min_value=1,
        max_value=100,
        help_text=_("More come on demand."),
    )
    notes = forms.BooleanField(label=_("Show notes about the contact"), initial=True, required=False)


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of the conversations the agent may see, this one among them.

    `recent` are those within 14 days up to this conversation's last activity, so that it does not change with
    the hour; `figure` those within 90. `open_count` leaves this one out.
    """

    recent: int
    figure: int
    open_count: int


@dataclass(frozen=True, slots=True)
class Group:
    """Events under one heading: the open ones, or those of a day; `day` None: nobody knows when.

    `goes_on`: the heading stands above the rows that were shown before.
    """

    events: tuple[Conversation | Note, ...]
    is_open: bool = False
    day: date | None = None
    goes_on: bool = False


class HistoryPanel(Panel):
    """Shows what is open first, then conversations and notes day by day, the newest first."""

    slug = "history"
    title = _("History")
    capability = "history"
    # The conversation beside it is no earlier one.
    vary = ("conversation",)
    SettingsForm = HistorySettingsForm
    skeleton_lines = 4
    parts = {"rows": "history/groups.html"}

    @property
    def empty_template(self) -> str:
        return "history/empty.html"

    def shows_nothing(self, ctx: PanelContext) -> bool:
        return not (list_events(ctx) or ctx.data.labels)

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        data: History = ctx.data
        return {
            "summary": summarise(data.conversations, ctx.conversation_id),
            "labels": data.labels,
            "windows": [window for window in data.windows if window.since],
            **_page(ctx, 0, int(ctx.settings.get("rows") or _PAGE)),
        }

    def get_part_context(self, ctx: PanelContext, part: str, params: Mapping[str, str]) -> dict[str, Any]:
        offset = params.get("offset", "")
        if part != "rows" or not (offset.isascii() and offset.isdigit()):
            raise LookupError(part)
        return _page(ctx, int(offset), _PAGE)


def summarise(conversations: Sequence[Conversation], current: int | None) -> Summary:
    """Return the figures, counted back from the current conversation, or from the newest where there is none."""
    timed = [one.last_at for one in conversations if one.last_at]
    here = next((one.last_at for one in conversations if one.number == current and one.last_at), None)
    until = here or max(timed, default=None)

    def within(days: int) -> int:
        return sum(until - timedelta(days=days) <= at <= until for at in timed) if until else 0

    return Summary(
        recent=within(_DAYS),
        figure=within(_FIGURE_DAYS),
        open_count=sum(one.word.is_open for one in conversations if one.number != current),
    )


def list_events(ctx: PanelContext) -> list[Conversation | Note]:
    """Return earlier conversations and notes: what is open first, then the newest."""
    data: History = ctx.data
    notes = data.notes if ctx.settings.get("notes", True) else ()
    earlier = [one for one in data.conversations if one.number != ctx.conversation_id]
    events: list[Conversation | Note] = [*earlier, *notes]
    return sorted(events, key=lambda event: (not is_open(event), _age(event)))


def is_open(event: Conversation | Note) -> bool:
    """Return whether somebody still has to do something about it."""
    return isinstance(event, Conversation) and event.word.is_open


def _age(event: Conversation | Note) -> tuple[float, str, str]:
    at = _at(event)
    return (-at.timestamp() if at else float("inf"), event.source, event.external_id)


def _at(event: Conversation | Note) -> Any:
    return event.last_at if isinstance(event, Conversation) else event.at


def _page(ctx: PanelContext, offset: int, size: int) -> dict[str, Any]:
    events = list_events(ctx)
    end = offset + size
    if offset and offset >= len(events):
        raise LookupError(offset)
    return {
        "first_event": next(iter(events[offset:end]), None),
        "groups": list(_groups(events[offset:end], ctx.time_zone, events[offset - 1] if offset else None)),
        "remaining": max(len(events) - end, 0),
        "next_offset": end,
        "is_first_page": offset == 0,
    }


def _groups(
    events: Iterable[Conversation | Note], zone: ZoneInfo, before: Conversation | Note | None
) -> Iterable[Group]:
    """Yield the events under their headings; days are the account's, as the headings say."""

    def heading(event: Conversation | Note) -> tuple[bool, date | None]:
        at = _at(event)
        return is_open(event), None if is_open(event) or at is None else at.astimezone(zone).date()

    last = heading(before) if before else None
    for found, group in groupby(events, heading):
        yield Group(tuple(group), is_open=found[0], day=found[1], goes_on=found == last)
