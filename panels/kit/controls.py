"""What agents press, follow, copy and fill in."""

from typing import Annotated, Any, Literal

from django import forms
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext

from panels.actions.markup import action_button
from panels.badges import COPY_ICON
from panels.kit.markup import NOTHING, attributes, join, wrap
from panels.kit.registry import Kit
from panels.kit.text import web_url

kit = Kit("Controls")

_OUTSIDE = {"target": "_blank", "rel": "noopener noreferrer"}


@kit.tag()
def external_link(
    url: Annotated[str | None, "where it leads; only http(s) becomes a link"],
    text: Annotated[str, 'what it says; by default "Open in" and the store'] = "",
    store: Annotated[str | None, "the system it leads to"] = "",
) -> str:
    """A link to the record in the other system, in a window of its own; nothing without an address of the web."""
    href = web_url(url)
    if not href:
        return NOTHING
    said = text or _open_in(store)
    return format_html(
        '<a class="vx-link" href="{}"{}>{}<span aria-hidden="true"> ↗</span></a>', href, attributes(_OUTSIDE), said
    )


@kit.tag(inside="list")
def row_link(
    url: Annotated[str | None, "where it leads; only http(s) becomes a link"],
    store: Annotated[str | None, "the system it leads to"] = "",
) -> str:
    """An arrow at the end of a row that does not open, to the record in the other system."""
    href = web_url(url)
    if not href:
        return NOTHING
    said = _open_in(store)
    return wrap("a", "↗", "vx-row__open", href=href, **_OUTSIDE, aria_label=said, title=said)


@kit.tag()
def code_link(
    text: Annotated[str, "a code, such as a tracking number"],
    url: Annotated[str | None, "where it leads, if anywhere"] = "",
) -> str:
    """A code that is a link where its address is one of the web."""
    href = web_url(url)
    inside = wrap("bdi", str(text), "" if href else "vx-code")
    return wrap("a", inside, "vx-link vx-code", href=href, **_OUTSIDE) if href else inside


@kit.tag()
def copy_button(
    text: Annotated[str, "what is copied"],
    label: Annotated[str, 'names what is copied: "Copy tracking number"'],
) -> str:
    """A button that copies a text."""
    return wrap("button", COPY_ICON, "vx-copy", type="button", data_copy=text, aria_label=label, title=label)


@kit.tag()
def copyable(
    text: Annotated[str | None, "what is shown and copied"],
    label: Annotated[str, 'names what is copied: "Copy tracking number"'],
    is_code: Annotated[bool, "whether it is read sign by sign, such as a reference"] = False,
) -> str:
    """A text with the button that copies it; nothing without a text."""
    if not text:
        return NOTHING
    return join([wrap("bdi", text, "vx-code" if is_code else ""), copy_button(text, label)])


@kit.block()
def buttons(content: str) -> str:
    """A line of links and buttons below a record's details; nothing without any."""
    return wrap("div", content, "vx-actions")


@kit.tag()
def button(
    text: Annotated[str, "what happens when it is pressed"],
    kind: Annotated[Literal["button", "submit"], '"submit" sends the form it stands in'] = "button",
    quiet: Annotated[bool, "whether it looks like a link"] = False,
    refresh: Annotated[bool, "whether it asks for the panel's data anew"] = False,
    name: Annotated[str, "the name under which a form sends the value"] = "",
    value: Annotated[str, "the value a form sends"] = "",
) -> str:
    """A button."""
    return wrap(
        "button",
        text,
        "vx-button vx-button--quiet" if quiet else "vx-button",
        type="submit" if kind == "submit" else "button",
        data_refresh=refresh,
        name=name,
        value=value,
    )


@kit.block()
def confirm(
    content: str,
    label: Annotated[str, "what would happen, as on a button"],
    question: Annotated[str, "the sentence that asks whether it shall"],
) -> str:
    """A button that first asks: what stands in the block, the button that does it, shows once it was pressed."""
    asked = wrap("div", join([wrap("p", question), content]), "vx-confirm__question")
    return wrap("details", join([wrap("summary", label, "vx-button"), asked]), "vx-confirm")


@kit.tag()
def action(
    context: Context,
    name: Annotated[str, "one of the panel's `actions`"],
    **initial: Annotated[
        Any, "further arguments by name: first values of the form's fields, such as `order=order.key`"
    ],
) -> str:
    """The button of one of the panel's actions, with its form; nothing for agents who may not."""
    return action_button(context["ctx"], name, initial)


@kit.tag()
def form_fields(
    context: Context,
    form: Annotated[forms.BaseForm, "a Django form, bound or not"],
    key: Annotated[str, "names the form among the panel's: ids begin with it"],
) -> str:
    """The fields of a form, small: each with its label, its help and what is wrong with it.

    The `<form>`, its buttons and where it is sent are the template's.
    """
    form.auto_id = f"vx-{context['ctx'].placement_id}-{key}-%s"
    return render_to_string("panels/components/form_fields.html", {"form": form})


@kit.tag()
def choose_customer(
    connection: Annotated[str, "the connection's name: `Candidate.source`"],
    customer: Annotated[str | None, "the customer's id in that system; empty takes the choice back"] = "",
) -> str:
    """A button that says who the contact is in one system. All panels follow."""
    return format_html(
        '<button class="vx-button" type="button" data-link-connection="{}" data-link-customer="{}">{}</button>',
        connection,
        customer or "",
        gettext("This is the customer") if customer else gettext("Undo"),
    )


def _open_in(store: str | None) -> str:
    return gettext("Open in %(store)s") % {"store": store} if store else pgettext("action", "Open")
