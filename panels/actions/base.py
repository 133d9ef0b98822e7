"""What an action is. Public through `panels.api`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from django import forms
from django.utils.functional import Promise

from panels.base import PanelContext
from tenants.trust.identity import Identity

Role = Literal["agent", "administrator"]


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What `Action.run` may use: who the customer is, what the agent entered, and who the agent is.

    `params` are the form's cleaned values, which are the agent's words: check what they name against what the
    system says of `identity`. `key` is the same for every try of one press of the button, so hand it to systems
    that know idempotency keys.
    """

    identity: Identity
    #: The placement's settings, with its secrets.
    settings: Mapping[str, Any]
    params: Mapping[str, Any]
    #: The host's number of the agent who pressed the button.
    agent_id: int
    #: As the host has it: "agent", "administrator".
    role: str | None
    #: The host's number of the conversation beside which it was pressed.
    conversation_id: int | None
    key: str
    #: Names this run in our log and, as a header, in those of the systems asked.
    trace_id: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an action: `message` is a sentence for the agent, in the language that is active.

    `note` goes into the audit, such as an amount and an order's number: no names, no addresses. With `refresh`
    the panel's data are fetched anew.
    """

    message: str | Promise
    note: str = ""
    refresh: bool = True


class Action:
    """Something an agent does in a panel. Subclass it, name it in the panel's `actions`, write `run`.

    A template puts it in place with `{% action "name" %}`; what is given there, as in
    `{% action "refund" order=order.key %}`, is the form's initial value. It needs an agent session whatever the
    account's trust, is done once for every press of its button however often the page asks, and is audited.
    """

    #: Part of the address; unique in the panel.
    name: ClassVar[str]
    #: What the button says.
    title: ClassVar[str | Promise]
    #: Who may: every agent, or administrators of the account in the host.
    role: ClassVar[Role] = "agent"
    #: What the agent enters. Hidden fields take what the template gives.
    Form: ClassVar[type[forms.Form]] = forms.Form
    #: Whether doing it twice under one `key` is doing it once, for the system that is asked: only then may the
    #: agent try again where it is not known what became of it.
    is_repeatable: ClassVar[bool] = False
    #: Whether it destroys or pays out something: the button says so by its colour.
    is_grave: ClassVar[bool] = False
    #: Seconds it may take, all its requests together.
    timeout: ClassVar[float] = 15.0

    def question(self, ctx: PanelContext, params: Mapping[str, Any]) -> str:
        """Return what the agent is asked before it is done, or "" to ask nothing. No I/O.

        `ctx` is what the panel shows, `params` the form's cleaned values. Raise `ValidationError` to refuse
        values that do not fit what is shown; the form comes back with its sentence.
        """
        return ""

    def run(self, ctx: ActionContext) -> Done:
        """Do it, in a worker, and say what became of it.

        Raise `FinalError`, `OperatorError` or `PanelUnavailable` where nothing was done; their sentences are the
        agent's. After any other error, `TemporaryError` too, it counts as not known whether it was done.
        """
        raise NotImplementedError
