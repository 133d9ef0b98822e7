"""Which panels and connectors are installed: entry points, ours and everyone's.

A plugin is loaded once in a process, within a time, and looked over (`panels.inspection`). Whatever is wrong with it is
a sentence here, and the others are there all the same. docs/panels/containment.md says what that contains.
"""

import hashlib
import inspect
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from django.conf import settings
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

from panels.base import Panel
from panels.capabilities import CAPABILITIES
from panels.capabilities.catalogue import CAPABILITIES_GROUP
from panels.connectors.base import Connector, HostConnector
from panels.containment import threads
from panels.inspection import MAX_SLUG, PluginError, describe, inspect_plugin
from panels.snapshots import Failure
from voxysapps.edition import present
from voxysapps.plugins import find_points, name_of, package_of, points_of

__all__ = [
    "CONNECTORS_GROUP",
    "PANELS_GROUP",
    "Found",
    "Installed",
    "PluginError",
    "code_version",
    "connectors",
    "host_connectors",
    "load",
    "panels",
]
logger = logging.getLogger(__name__)

PANELS_GROUP = "voxysapps.panels"
CONNECTORS_GROUP = "voxysapps.connectors"
OUR_PACKAGE = "voxysapps"
_SLUG = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_SLUG}}}")

Kind = Literal["panel", "connector"]
State = Literal["works", "broken", "excluded"]
Plugin = TypeVar("Plugin", Panel, type[Connector])


@dataclass(frozen=True, slots=True)
class Found:
    """One entry point: whose it is, and what became of it.

    `sentence` says what is wrong with it and what to do. `reference` stands in the log beside it and on agents' cards.
    """

    kind: Kind
    slug: str
    package: str
    version: str
    is_ours: bool
    state: State = "works"
    sentence: str = ""
    reference: str = ""
    title: str | Promise = ""
    requires_api: str = ""
    is_opt_in: bool = False


@dataclass(frozen=True)
class Installed(Generic[Plugin]):
    """The plugins of one kind that work, by slug, a sentence about each that does not, and all that was found."""

    plugins: Mapping[str, Plugin]
    broken: Mapping[str, str] = field(default_factory=dict)
    found: tuple[Found, ...] = ()

    def failure(self, slug: str) -> Failure | None:
        """Return what agents are told about a plugin that was found and does not work; None for any other."""
        if slug in self.plugins:
            return None
        for one in self.found:
            if one.slug == slug and one.state == "broken":
                told = one.sentence if settings.DEVELOPMENT else gettext_noop("This panel is broken. Tell an operator.")
                return Failure(told, True, one.reference, 0.0)
            if one.slug == slug and one.state == "excluded":
                return Failure(gettext_noop("This panel is switched off for now. Tell an operator."), True, "", 0.0)
        return None


@cache
def panels() -> Installed[Panel]:
    """Return one instance of every installed panel."""
    return Installed(*_load_group(PANELS_GROUP, "panel"))


def connectors() -> Installed[type[Connector]]:
    """Return the class of every installed connector that accounts have connections of; all that are broken."""
    return _connectors()[0]


def host_connectors() -> Mapping[str, type[HostConnector]]:
    """Return the class of every installed connector that answers from the account's host, by slug."""
    return _connectors()[1]


def list_found() -> tuple[Found, ...]:
    """Return every entry point of a panel or connector, whatever became of it."""
    return (*panels().found, *connectors().found)


def load_all() -> None:
    """Load every plugin now, so that no request waits for one."""
    panels()
    connectors()


def forget() -> None:
    """Forget what was loaded; for tests."""
    panels.cache_clear()
    _connectors.cache_clear()
    code_version.cache_clear()
    _hung.clear()


@cache
def _connectors() -> tuple[Installed[type[Connector]], Mapping[str, type[HostConnector]]]:
    plugins, broken, found = _load_group(CONNECTORS_GROUP, "connector")
    of_host = {slug: kind for slug, kind in plugins.items() if issubclass(kind, HostConnector)}
    connected = {slug: kind for slug, kind in plugins.items() if slug not in of_host}
    return Installed(connected, broken, found), of_host


Base = TypeVar("Base", bound=Panel | Connector)


def load(point: EntryPoint, base: type[Base]) -> type[Base]:
    """Return the plugin that an entry point names. Raises `PluginError` where the product would not use it."""
    plugin = _load(point, "panel" if issubclass(base, Panel) else "connector")
    found = plugin if isinstance(plugin, type) else type(plugin)
    assert issubclass(found, base)  # noqa: S101 - tells the type checker
    return found


# --- loading -------------------------------------------------------------------------------------------

# One thread loads; the others wait for it, and do not begin the same again.
_loading = threading.RLock()
# What did not end when it was imported, by entry point: it is not tried twice in a process.
_hung: dict[str, str] = {}


def _load_group(group: str, kind: Kind) -> tuple[dict[str, Any], dict[str, str], tuple[Found, ...]]:
    """Return what works by slug, sentences about what does not, and all that was found."""
    by_slug: dict[str, list[EntryPoint]] = {}
    for point in _points(group):
        by_slug.setdefault(point.name, []).append(point)
    plugins: dict[str, Any] = {}
    found: list[Found] = []
    with _loading:
        # Packages' own come first, so that no panel's time is spent with another's capability.
        list(CAPABILITIES)
        for points in by_slug.values():
            for point, plugin, one in _load_slug(points, kind):
                found.append(one)
                if one.state == "works":
                    plugins[point.name] = plugin
    broken: dict[str, str] = {}
    for one in found:
        if one.state == "broken":
            broken[one.slug] = f"{broken[one.slug]} {one.sentence}" if one.slug in broken else one.sentence
    return plugins, broken, tuple(found)


def _load_slug(points: list[EntryPoint], kind: Kind) -> Iterator[tuple[EntryPoint, Any, Found]]:
    """Load the one plugin that has the slug. Where several claim it: ours; of others none, since nobody knows which."""
    ours = [point for point in points if _is_of_ours(point)]
    claims = ours or points
    for point in points:
        if point.name in settings.PANELS_EXCLUDE:
            yield point, None, _found(point, kind, "excluded", "It is switched off by PANELS_EXCLUDE.")
        elif point not in claims:
            sentence = f"“{point.name}” is taken by another package, the product itself."
            yield point, None, _found_broken(point, kind, f"{sentence} Rename the slug and the entry point.")
        elif len(claims) > 1:
            others = ", ".join(sorted({package_of(one)[0] for one in claims if one is not point}))
            sentence = f"“{point.name}” is taken by another package, too: {others}."
            yield point, None, _found_broken(point, kind, f"{sentence} Uninstall one of them, or rename its slug.")
        else:
            try:
                plugin = _load(point, kind)
            except PluginError as error:
                yield point, None, _found_broken(point, kind, str(error))
            else:
                yield point, plugin, _found(point, kind, "works", plugin=plugin)


def _load(point: EntryPoint, kind: Kind) -> Panel | type[Connector]:
    """Return the plugin, imported and looked over. Raises PluginError, whatever its module does."""
    if not _SLUG.fullmatch(point.name):
        raise PluginError(f"Its name is no slug: letters, digits, “-” and “_”, at most {MAX_SLUG}.")
    if _is_of_ours(point):
        return _import(point, kind)
    if point.value in _hung:
        raise PluginError(_hung[point.value])
    try:
        return threads.run(point.value, lambda: _import(point, kind), seconds=settings.PANELS_IMPORT_SECONDS)
    except threads.Exited as error:
        raise PluginError(f"It cannot be imported: {describe(error.__cause__ or error)}.") from error
    except threads.NotDone as error:
        _hung[point.value] = f"It cannot be imported: {error}. Each process waits for it at every start."
        raise PluginError(_hung[point.value]) from error


def _import(point: EntryPoint, kind: Kind) -> Panel | type[Connector]:
    base: type[Panel | Connector] = Panel if kind == "panel" else Connector
    try:
        plugin = point.load()
    except Exception as error:  # whatever somebody's module does while it is imported
        logger.exception("plugin %s cannot be imported", point.value)
        raise PluginError(f"It cannot be imported: {describe(error)}.") from error
    if not (isinstance(plugin, type) and issubclass(plugin, base)):
        raise PluginError(f"It is no subclass of {base.__name__}. Let the entry point name the class.")
    return inspect_plugin(plugin, point.name)


def _found_broken(point: EntryPoint, kind: Kind, sentence: str) -> Found:
    package, _version = package_of(point)
    return _found(point, kind, "broken", f"{package} ({point.value}): {sentence}")


def _found(point: EntryPoint, kind: Kind, state: State, sentence: str = "", plugin: Any = None) -> Found:
    package, version = package_of(point)
    reference = ""
    if state == "broken":
        # The same in every process, and at every start while nothing changes.
        reference = hashlib.blake2b(f"{kind} {point.name} {sentence}".encode(), digest_size=8).hexdigest()
        logger.error("%s %s cannot be used: reference=%s: %s", kind, point.name, reference, sentence)
    return Found(
        kind=kind,
        slug=point.name,
        package=package,
        version=version,
        is_ours=_is_of_ours(point),
        state=state,
        sentence=sentence,
        reference=reference,
        title=plugin.title if plugin else "",
        requires_api=plugin.requires_api if plugin else "",
        is_opt_in=plugin.is_opt_in if plugin else False,
    )


# --- entry points --------------------------------------------------------------------------------------


def _points(group: str) -> list[EntryPoint]:
    # A package may be found twice, and has its plugins once.
    return list({(point.name, point.value, package_of(point)): point for point in find_points(group)}.values())


def capability_names() -> set[str]:
    """Return the names of packages' own capabilities, whatever became of them."""
    return {point.name for point in _points(CAPABILITIES_GROUP)}


def list_unreadable() -> list[str]:
    """Return the packages whose entry points cannot be read."""
    return sorted(name_of(package) for package in distributions() if points_of(package, PANELS_GROUP) is None)


def _is_of_ours(point: EntryPoint) -> bool:
    return package_of(point)[0] == OUR_PACKAGE


# --- versions ------------------------------------------------------------------------------------------


# What draws the components, which are every panel's.
_OF_ALL = ("kit/*.py", "badges.py", "formats.py", "sparkline.py", "actions/markup.py", "templates/panels/*/*.html")


@cache
def code_version(slug: str) -> str:
    """Return a digest of a panel's code, templates and translations: a fragment made by others is not used."""
    panel = panels().plugins[slug]
    # Named where somebody develops: then every change counts, of whatever file.
    digest = hashlib.blake2b(present().code.encode(), digest_size=6)
    for one in panels().found:
        if one.slug == slug and one.state == "works":
            digest.update(one.version.encode())
    shared = (path for pattern in _OF_ALL for path in Path(__file__).parent.glob(pattern))
    catalogues = (path for folder in settings.LOCALE_PATHS for path in Path(folder).rglob("*.mo"))
    files = {inspect.getfile(type(panel)), *map(str, shared), *map(str, catalogues), *_template_files(panel)}
    for path in sorted(files):
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()


def _template_files(panel: Panel) -> list[str]:
    files: list[str] = []
    for name in (panel.template, panel.empty_template, *panel.parts.values()):
        try:
            origin = get_template(name).origin  # type: ignore[attr-defined]  # Django's engine has it
        except Exception:  # noqa: BLE001, S112 - not there, or no template: the system check says so
            continue
        folder = Path(str(origin.name)).parent
        files.extend(map(str, folder.rglob("*.html")))
    return files
