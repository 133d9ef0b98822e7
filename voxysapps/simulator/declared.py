"""What the platform has of the demonstration accounts, as their file declares it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import UnsetType

from panels.declarations.reading import read_declarations
from panels.declarations.shapes import AccountShape, AppShape, ConnectionShape, NamedSecret

FILE = Path(__file__).parent / "demonstration" / "accounts.yaml"


@cache
def declared_accounts() -> Mapping[int, AccountShape]:
    """Return the file's accounts by their number in the host. Raises ValueError where the file is wrong."""
    declarations = read_declarations(FILE.read_bytes())
    if declarations.problems:
        raise ValueError("\n".join(map(str, declarations.problems)))
    return {one.account.address[1]: one.account for one in declarations.accounts if one.account.address}


def declared_apps(shape: AccountShape) -> list[AppShape]:
    return [] if isinstance(shape.apps, UnsetType) else shape.apps


def declared_connections(shape: AccountShape) -> list[ConnectionShape]:
    return [] if isinstance(shape.connections, UnsetType) else shape.connections


def connections_of(apps: list[AppShape]) -> set[str]:
    """Return the names of the connections that the apps are filled from."""
    placements = [one for app in apps if not isinstance(app.placements, UnsetType) for one in app.placements]
    return {name for one in placements if not isinstance(one.connections, UnsetType) for name in one.connections}


def secret_values(shape: AccountShape, *, host_token: str, hook_secret: str) -> dict[str, str]:
    """Return the values by the names that the file has for them."""
    named = ((shape.host_token, host_token), (shape.hook_secret, hook_secret))
    return {secret.name: value for secret, value in named if isinstance(secret, NamedSecret)}
