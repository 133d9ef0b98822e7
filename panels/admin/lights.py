"""The light of something's health, and the way to more of it."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from panels.health import State
from panels.models import Connection, Placement

HEALTH_LINK = '<a href="{}"><span class="light light-{}" title="{}">{}</span></a>'


def health_link(page: str, row: Connection | Placement, state: State) -> SafeString:
    """Return the light of the row, leading to the page of this name."""
    address = reverse(page, args=[row.pk])
    return format_html(HEALTH_LINK, address, state.light, state.sentence, state.light.label)
