"""Moments and days. The frame rewrites moments in the agent's own zone."""

import datetime as dt
from datetime import UTC, datetime
from typing import Annotated

from django.template import Context
from django.utils.html import format_html

from panels import formats
from panels.kit.markup import NOTHING, language, wrap
from panels.kit.registry import Kit

kit = Kit("Times")


@kit.tag()
def moment(
    context: Context,
    at: Annotated[datetime | None, "an aware datetime"],
    style: Annotated[formats.MomentFormat, '"date", "datetime", "month" or "relative"'] = "date",
) -> str:
    """A moment in the account's zone, which the frame rewrites in the agent's; nothing for None.

    The tooltip has date and time.
    """
    if at is None:
        return NOTHING
    zone = context["ctx"].time_zone
    return format_html(
        '<time datetime="{}" data-format="{}" title="{}">{}</time>',
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        style,
        formats.format_moment(at, "datetime", language(), zone),
        formats.format_moment(at, style, language(), zone),
    )


@kit.tag()
def age(context: Context, at: Annotated[datetime | None, "an aware datetime"]) -> str:
    """How long ago a moment was, or how far ahead it is: "2 hr. ago"; nothing for None.

    The frame counts from the agent's clock; until it does, and without it, this is the date.
    """
    return moment(context, at, "relative")


@kit.tag()
def day(date: Annotated[dt.date, "a date"]) -> str:
    """A whole day, as it is called in the account's zone; the frame leaves it as it is."""
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), formats.format_day(date, language()))


@kit.tag()
def local_time(zone: Annotated[str, "a name of the IANA database"]) -> str:
    """The time of day in a zone, which the frame writes and keeps right, and the zone's town; nothing for no zone."""
    town = formats.zone_city(zone, language()) if zone else None
    if not town:
        return NOTHING
    return format_html('<span data-clock="{}"></span> {}', zone, wrap("span", town, "vx-faint"))
