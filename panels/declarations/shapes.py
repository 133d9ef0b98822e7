"""What a file may say of an account. A field that is not given is left as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

Text = Annotated[str, Meta(max_length=500)]
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, lt=2**15)]
Names = Annotated[list[Text], Meta(max_length=200)]
Ids = Annotated[list[Id], Meta(max_length=1_000)]


class NamedSecret:
    """Where a secret's value is: under a name, in the environment or in what the caller gives. Never the value."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


Secrets = dict[Text, NamedSecret]


class _Shape(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    pass


class PlacementShape(_Shape, frozen=True):
    """A panel in an app: the first of its kind there, the second, and so on."""

    panel: Text
    title: Text | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    secrets: Secrets | UnsetType = UNSET
    connections: Names | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


class AppShape(_Shape, frozen=True):
    """A dashboard app, known by its title. `was` is the title it had before."""

    title: Text
    was: Text | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    is_draft: bool | UnsetType = UNSET
    draft_agents: Ids | UnsetType = UNSET
    inboxes: Ids | UnsetType = UNSET
    teams: Ids | UnsetType = UNSET
    placements: Annotated[list[PlacementShape], Meta(max_length=100)] | UnsetType = UNSET


class ConnectionShape(_Shape, frozen=True):
    """A connection, known by its name."""

    name: Text
    connector: Text | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    secrets: Secrets | UnsetType = UNSET
    match_by: Names | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


class AccountShape(_Shape, frozen=True):
    """An account, known by its place on the host. `prune`: what the given lists do not name is deleted."""

    name: Annotated[str, Meta(min_length=1, max_length=500)]
    host_origin: Text | UnsetType = UNSET
    host_account_id: Id | UnsetType = UNSET
    host_api: Text | UnsetType = UNSET
    extra_host_origins: Names | UnsetType = UNSET
    trust: Text | UnsetType = UNSET
    sign_in_method: Text | UnsetType = UNSET
    locale: Text | UnsetType = UNSET
    time_zone: Text | UnsetType = UNSET
    hides_from_unverified: bool | UnsetType = UNSET
    hides_from_agents: bool | UnsetType = UNSET
    view_records_kept_days: Count | UnsetType = UNSET
    accepts_unsigned_hooks: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    host_token: NamedSecret | UnsetType = UNSET
    hook_secret: NamedSecret | UnsetType = UNSET
    connections: Annotated[list[ConnectionShape], Meta(max_length=200)] | UnsetType = UNSET
    apps: Annotated[list[AppShape], Meta(max_length=200)] | UnsetType = UNSET
    prune: bool = False

    @property
    def address(self) -> tuple[str, int] | None:
        """The account's place on its host, where the file tells it."""
        if isinstance(self.host_origin, UnsetType) or isinstance(self.host_account_id, UnsetType):
            return None
        return self.host_origin, self.host_account_id


# What is compared and set as it is, in the order in which it is told.
ACCOUNT_FIELDS = (
    *("name", "host_origin", "host_account_id", "host_api", "extra_host_origins", "trust", "sign_in_method"),
    *("locale", "time_zone", "hides_from_unverified", "hides_from_agents", "view_records_kept_days"),
    *("accepts_unsigned_hooks", "is_active"),
)
CONNECTION_FIELDS = ("connector", "match_by", "is_enabled")
APP_FIELDS = ("title", "is_enabled", "is_draft", "draft_agents", "inboxes", "teams")
PLACEMENT_FIELDS = ("title", "is_enabled")


@dataclass(frozen=True, slots=True)
class Declared:
    """One account's description, and where it stands: `accounts[2]`, or `line 4` of a table."""

    where: str
    account: AccountShape

    @property
    def place(self) -> str:
        return f"{self.where} ({self.account.name})"


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence about what cannot be done, and where that is asked for."""

    where: str
    sentence: str

    def __str__(self) -> str:
        return printable(f"{self.where}: {self.sentence}")


@dataclass(frozen=True, slots=True)
class Declarations:
    """What a file says: the accounts that could be read, and what is wrong with the others."""

    accounts: tuple[Declared, ...] = ()
    problems: tuple[Problem, ...] = ()


def given(shape: Struct, names: tuple[str, ...]) -> Mapping[str, Any]:
    """Return those of the shape's fields that the file tells."""
    return {name: value for name in names if (value := getattr(shape, name)) is not UNSET}


def printable(text: str) -> str:
    """Return the text as one line that does nothing to a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
