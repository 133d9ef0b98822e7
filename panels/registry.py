"""Which panels and connectors are installed: entry points, ours and everyone's."""

import hashlib
import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Generic, TypeVar

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from panels.base import API_VERSION, Panel
from panels.capabilities import CAPABILITIES
from panels.connectors.base import Connector, HostConnector
from voxysapps.generation import present

logger = logging.getLogger(__name__)

PANELS_GROUP = "voxysapps.panels"
CONNECTORS_GROUP = "voxysapps.connectors"

Plugin = TypeVar("Plugin", Panel, type[Connector])


@dataclass(frozen=True)
class Installed(Generic[Plugin]):
    """The plugins of one kind that work, by slug, and a sentence about each that does not."""

    plugins: Mapping[str, Plugin]
    broken: Mapping[str, str] = field(default_factory=dict)


@cache
def panels() -> Installed[Panel]:
    """Return one instance of every installed panel."""
    found: dict[str, Panel] = {}
    broken: dict[str, str] = {}
    for point in _points(PANELS_GROUP):
        try:
            found[point.name] = _load(point, Panel, taken=found)()
        except PluginError as error:
            broken[point.name] = str(error)
    return Installed(found, broken)


def connectors() -> Installed[type[Connector]]:
    """Return the class of every installed connector that accounts have connections of; all that are broken."""
    return _connectors()[0]


def host_connectors() -> Mapping[str, type[HostConnector]]:
    """Return the class of every installed connector that answers from the account's host, by slug."""
    return _connectors()[1]


@cache
def _connectors() -> tuple[Installed[type[Connector]], Mapping[str, type[HostConnector]]]:
    found: dict[str, type[Connector]] = {}
    broken: dict[str, str] = {}
    for point in _points(CONNECTORS_GROUP):
        try:
            found[point.name] = _load(point, Connector, taken=found)
        except PluginError as error:
            broken[point.name] = str(error)
    of_host = {slug: kind for slug, kind in found.items() if issubclass(kind, HostConnector)}
    connected = {slug: kind for slug, kind in found.items() if slug not in of_host}
    return Installed(connected, broken), of_host


class PluginError(Exception):
    """Why a plugin cannot be used, with what to do about it."""


def _points(group: str) -> list[EntryPoint]:
    return sorted(entry_points(group=group), key=lambda point: (point.name, point.value))


Base = TypeVar("Base", bound=Panel | Connector)


def load(point: EntryPoint, base: type[Base]) -> type[Base]:
    """Return the plugin that an entry point names. Raises `PluginError` where the product would not use it."""
    return _load(point, base, taken={})


def _load(point: EntryPoint, base: type[Base], *, taken: Mapping[str, object]) -> type[Base]:
    try:
        plugin = point.load()
    except Exception as error:  # whatever somebody's module does while it is imported
        logger.exception("plugin %s cannot be imported", point.value)
        raise PluginError(f"{point.value} cannot be imported: {type(error).__name__}: {error}") from error
    if not (isinstance(plugin, type) and issubclass(plugin, base)):
        raise PluginError(f"{point.value} is no subclass of {base.__name__}. Let the entry point name the class.")
    if plugin.__dict__.get("slug") != point.name:
        raise PluginError(f"{point.value} has another slug than its entry point “{point.name}”. Make them equal.")
    if point.name in taken:
        raise PluginError(f"“{point.name}” is taken by another package. Rename the slug and the entry point.")
    try:
        fits = API_VERSION in SpecifierSet(plugin.requires_api)
    except InvalidSpecifier:
        raise PluginError(f"{point.value}: requires_api is no version specifier such as “~=1.0”.") from None
    if not fits:
        raise PluginError(f"{point.value} is written for panel API {plugin.requires_api}; this is {API_VERSION}.")
    if issubclass(plugin, Panel) and plugin.capability is not None and plugin.capability not in CAPABILITIES:
        raise PluginError(f"{point.value}: no capability “{plugin.capability}”. Known: {', '.join(CAPABILITIES)}.")
    return plugin


@cache
def code_version(slug: str) -> str:
    """Return a digest of a panel's code, templates and translations: a fragment made by others is not used."""
    panel = panels().plugins[slug]
    # Named where somebody develops: then every change counts, of whatever file.
    digest = hashlib.blake2b(present().code.encode(), digest_size=6)
    # Components and filters are shared by all panels.
    shared = (Path(__file__).parent / "templatetags").glob("*.py")
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
        except (TemplateDoesNotExist, TemplateSyntaxError, UnicodeDecodeError):
            continue  # the system check says so
        folder = Path(str(origin.name)).parent
        files.extend(map(str, folder.rglob("*.html")))
    return files
