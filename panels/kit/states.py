"""States, labels, and what has to be said before the data."""

from collections.abc import Iterable
from typing import Annotated

from django.utils.html import format_html
from django.utils.translation import gettext

from panels.api import Tone, Word
from panels.badges import draw_badge, draw_icon, draw_word
from panels.kit.markup import NOTHING, join, wrap
from panels.kit.registry import Kit

kit = Kit("States")

_TONES = '"neutral", "progress", "good", "look" (needs a look) or "act" (needs an act)'


@kit.tag()
def badge(
    word: Annotated[Word | None, "a state of one of the vocabularies of `panels.api`"],
    raw: Annotated[str, "the other system's own word: the tooltip, and the text where we have none"] = "",
) -> str:
    """A state in colour, shape and word; nothing for None."""
    return NOTHING if word is None else draw_word(word, raw)


@kit.tag()
def chip(
    text: Annotated[str, "what it says"],
    tone: Annotated[Tone, _TONES] = Tone.NEUTRAL,
) -> str:
    """A text of one's own as a badge."""
    return draw_badge(text, Tone(tone), text)


@kit.tag()
def icon(tone: Annotated[Tone, _TONES]) -> str:
    """The tone's shape, for the eye only: a word must stand beside it."""
    return draw_icon(Tone(tone))


@kit.tag()
def tags(
    texts: Annotated[Iterable[str], "the labels"],
    title: Annotated[str, "what they are labels of, as tooltip"] = "",
) -> str:
    """Labels side by side, each as a chip; nothing for none."""
    return wrap("p", join(draw_badge(text, Tone.NEUTRAL, text) for text in texts), "vx-chips", title=title)


@kit.block()
def chips(content: str) -> str:
    """Badges and chips side by side, on several lines where they do not fit."""
    return wrap("div", content, "vx-chips")


@kit.block()
def alerts(content: str) -> str:
    """What is burning, before everything else: a list of `{% alert %}`; nothing without one."""
    return wrap("ul", content, "vx-alerts", role="list")


@kit.block(inside="alerts")
def alert(content: str, tone: Annotated[Tone, _TONES] = Tone.LOOK) -> str:
    """One of the `{% alerts %}`: say what is wrong in `<strong>`, then the particulars."""
    if not content.strip():
        return NOTHING
    tone = Tone(tone)
    return wrap("li", format_html("{}<span>{}</span>", draw_icon(tone), content), f"vx-alert vx-alert--{tone.value}")


@kit.block()
def lead(content: str) -> str:
    """The sentence a panel begins with."""
    return wrap("p", content, "vx-lead")


@kit.block()
def note(content: str) -> str:
    """A remark in small type, such as what may be missing."""
    return wrap("p", content, "vx-note")


@kit.tag()
def empty_state(
    text: Annotated[str, "what was looked for and not found, where"],
    hint: Annotated[str, "what the agent can do about it"] = "",
) -> str:
    """What stands where there is nothing to show."""
    return wrap("div", join([wrap("p", text, "vx-empty__what"), wrap("p", hint, "vx-empty__hint")]), "vx-empty")


@kit.tag()
def error_state(
    text: Annotated[str, "what went wrong, and what happens next"],
    trace: Annotated[str, "the reference under which the logs tell more"] = "",
    retry: Annotated[bool, "whether a button asks for new data"] = True,
) -> str:
    """What stands where something could not be shown. What a whole panel lacks, the platform says by itself."""
    button = wrap("button", gettext("Try again"), "vx-button", type="button", data_refresh=True) if retry else NOTHING
    reference = wrap("small", gettext("Reference %(id)s") % {"id": trace}, "vx-trace") if trace else NOTHING
    return wrap("div", join([wrap("p", text), button, reference]), "vx-notice vx-notice--error", role="status")
