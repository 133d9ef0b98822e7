"""What every panel is. Public through `panels.api`."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django import forms
from django.utils.functional import Promise

from tenants.trust.identity import Identity
from voxysapps.context.structs import AppContext

if TYPE_CHECKING:
    from panels.actions.base import Action

# The version of `panels.api` and `panels.testing` together (docs/panels/testing.md tells how it counts).
API_VERSION = "1.1"

# Of how many rows come before others; Python reads no number of thousands of digits.
_MOST_DIGITS = 9

Need = Literal["messages", "attributes", "definitions"]
Vary = Literal["agent", "conversation"]


@dataclass(frozen=True, slots=True)
class FetchContext:
    """What `Panel.fetch` may use: the confirmed `identity` and the placement's `settings`, cleaned, with secrets.

    `trace_id` names this call in our log and, as a header, in those of the systems asked.
    """

    identity: Identity
    settings: Mapping[str, Any]
    trace_id: str


@dataclass(frozen=True, slots=True)
class PanelContext:
    """What `Panel.get_context` may use. All of it is part of the fragment's key, so nothing else may be read.

    `data` is the capability's answer, merged over the placement's connections (`panels.capabilities`),
    or what `fetch` returned. `settings` are the placement's, cleaned by the panel's form. `identity` is the
    confirmed customer; `identity_verified` is True where the host vouches for who it is, False where it does not,
    None where a channel addresses the customer. `role` is the viewer's, "administrator" or "agent", None where
    nobody confirms it. `locale` is one of the product's languages, `time_zone` the account's. `placement_id` tells
    placements of one panel apart, as in ids of HTML. `connections` names the connections that answered. `agent_id` and
    `conversation_id` are None unless the panel's `vary` asks for them. `posted` is the context as the
    browser posted it, for panels with `needs`, else None: anybody can forge it, so show it as what it is.
    """

    data: Any
    settings: Mapping[str, Any]
    identity: Identity
    identity_verified: bool | None
    role: str | None
    locale: str
    time_zone: zoneinfo.ZoneInfo
    placement_id: int
    #: Whether the customer's sensitive fields are masked for this viewer.
    masked: bool = False
    connections: tuple[str, ...] = ()
    agent_id: int | None = None
    conversation_id: int | None = None
    posted: AppContext | None = None
    #: The panel's actions.
    actions: tuple[type["Action"], ...] = ()
    #: Whether the viewer has an agent session, without which nothing can be done.
    can_act: bool = False


def read_offset(params: Mapping[str, str]) -> int:
    """Return how many rows come before those that `{% more %}` asks for: the `offset` among a part's `params`.

    Raises `LookupError` where it is no number.
    """
    text = params.get("offset", "")
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise LookupError(text)
    return int(text)


class Panel:
    """Shows one kind of thing about the customer. One class, one template, nothing to register by hand.

    Fetching and rendering are apart: the connectors of `capability`, or `fetch`, run in a worker and
    leave JSON-able data; `get_context` turns that into the template's context, without I/O or queries,
    once for every new data.
    """

    #: URL part, storage key and template folder; equals the entry point's name.
    slug: ClassVar[str]
    #: What stands above it, unless an operator names it otherwise.
    title: ClassVar[str | Promise]
    #: The panel API's version this panel was written for, as a version specifier.
    requires_api: ClassVar[str] = "~=1.0"
    #: A name of panels.capabilities.CAPABILITIES, filled from the placement's connections.
    capability: ClassVar[str | None] = None
    #: What of the posted context the browser must upload for this panel besides the identifying fields.
    needs: ClassVar[tuple[Need, ...]] = ()
    #: Fields added to the context and to the fragment's key.
    vary: ClassVar[tuple[Vary, ...]] = ()
    #: The placement's settings, edited in the admin; every field needs an `initial` or `required=False`.
    SettingsForm: ClassVar[type[forms.Form]] = forms.Form
    #: Whether no account has it until a platform administrator offers it to some.
    is_opt_in: ClassVar[bool] = False
    #: Settings that say where the secrets are sent, such as an API's address: another one clears the secrets.
    destination: ClassVar[tuple[str, ...]] = ()
    #: Keys of what `fetch` returns that are hidden where an account hides sensitive fields.
    sensitive: ClassVar[tuple[str, ...]] = ()
    #: Seconds for which what `fetch` returned counts as fresh.
    fresh_for: ClassVar[int] = 120
    #: Lines of the grey placeholder shown until there is data: as many as the panel usually has.
    skeleton_lines: ClassVar[int] = 4
    #: Further templates of this panel, fetched on demand: name -> template. See `get_part_context`.
    parts: ClassVar[Mapping[str, str]] = {}
    #: What an agent may do in this panel: classes of actions.
    actions: ClassVar[tuple[type["Action"], ...]] = ()
    #: Whether its templates have `data-keep="name"`: what the agent sets there is found again.
    keeps: ClassVar[bool] = False
    #: Style sheets of the panel, by their place among static files; fetched after the first paint.
    styles: ClassVar[tuple[str, ...]] = ()
    #: Scripts likewise: modules that export `connect(section)`.
    scripts: ClassVar[tuple[str, ...]] = ()

    @property
    def template(self) -> str:
        """The template of the panel's body; by default `<slug>/panel.html`."""
        return f"{self.slug}/panel.html"

    @property
    def empty_template(self) -> str:
        """The template shown when there is nothing to show."""
        return "panels/empty.html"

    def fetch(self, ctx: FetchContext) -> Any:
        """Return JSON-able data about the customer; only for panels without `capability`. Runs in a worker."""
        raise NotImplementedError

    def is_empty(self, data: Any) -> bool:
        """Return whether there is nothing to show. By default: the answer's own `is_empty`, or falsity."""
        empty = getattr(data, "is_empty", None)
        return bool(empty) if empty is not None else not data

    def shows_nothing(self, ctx: PanelContext) -> bool:
        """Return whether there is nothing to show here. By default as `is_empty` says of the data alone."""
        return self.is_empty(ctx.data)

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        """Return the template's context. It is given `ctx` besides."""
        return {"data": ctx.data}

    def get_part_context(self, ctx: PanelContext, part: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Return the context of the part's template. `params` is the query string: untrusted text.

        Raise `LookupError` when the part asked for does not exist; the agent then sees that it is gone.
        """
        raise LookupError(part)
