"""Icons and badges: every state in colour, shape and word."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from panels.api import Tone, Word

# A shape for every tone, so that colour is never the only sign. 12 by 12, drawn in the text's colour;
# what is cut out of a filled shape takes the ground's.
_SHAPES: dict[Tone, str] = {
    Tone.NEUTRAL: '<circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" stroke-width="1.5"/>',
    Tone.PROGRESS: (
        '<circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        '<path d="M6 3.5a2.5 2.5 0 0 1 0 5z" fill="currentColor"/>'
    ),
    Tone.GOOD: (
        '<circle cx="6" cy="6" r="5" fill="currentColor"/>'
        '<path class="vx-cut" d="M3.6 6.2l1.7 1.7 3.2-3.6" fill="none" stroke-width="1.4"/>'
    ),
    Tone.LOOK: (
        '<path d="M6 .9l5.4 9.7H.6z" fill="currentColor"/>'
        '<path class="vx-cut" d="M6 4.4v2.8M6 8.4v1" fill="none" stroke-width="1.3"/>'
    ),
    Tone.ACT: (
        '<path d="M3.7.8h4.6l2.9 2.9v4.6l-2.9 2.9H3.7L.8 8.3V3.7z" fill="currentColor"/>'
        '<path class="vx-cut" d="M6 3.2v3.4M6 7.8v1.1" fill="none" stroke-width="1.4"/>'
    ),
}

COPY_ICON = mark_safe(
    '<svg class="vx-icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">'
    '<rect x="5.5" y="5.5" width="8" height="8" rx="1.75"/><path d="M10.5 3.2V3a1.5 1.5 0 0 0-1.5-1.5H4'
    'A1.5 1.5 0 0 0 2.5 3v5A1.5 1.5 0 0 0 4 9.5h.2"/></svg>'
)


def draw_icon(tone: Tone) -> SafeString:
    """Return the tone's shape, for the eye only: a word must stand beside it."""
    shape = _SHAPES[tone]
    return mark_safe(  # noqa: S308 - constants
        f'<svg class="vx-icon" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{shape}</svg>'
    )


def draw_badge(text: str, tone: Tone, tooltip: str) -> SafeString:
    """Return a text with its tone's icon and colour."""
    return format_html(
        '<span class="vx-badge vx-badge--{}" title="{}">{}<span class="vx-badge__word">{}</span></span>',
        tone.value,
        tooltip,
        draw_icon(tone),
        text,
    )


def draw_word(word: Word, raw: str) -> SafeString:
    """Return a badge of the word; `raw`, the other system's own, as tooltip, and as text where we have none."""
    text = raw if raw and word.value == "unknown" else str(word.label)
    return draw_badge(text, word.tone, raw or text)
