"""The folders of installed plugins: where Django finds their templates, static files and translations.

A plugin is a package with an entry point and no app of Django's. The settings need its folders before anything of
ours can be imported, and no plugin may break them: it is looked for, and not imported.
"""

import gettext
from collections.abc import Collection
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from importlib.util import find_spec
from pathlib import Path

GROUPS = ("voxysapps.panels", "voxysapps.connectors")

_OURS = frozenset({"panels", "tenants", "voxysapps"})


def plugin_folders(name: str, *, without: Collection[str] = ()) -> list[Path]:
    """Return the folders called `name` of all plugins but our own, whose folders are those of apps.

    A plugin's folder lies in the package of the module that its entry point names, or else in the next one around
    that which has one. `without` are slugs whose plugins are left out. So is whatever cannot be found.
    """
    found = (_folder_of(point, name) for point in find_points(*GROUPS) if point.name not in without)
    return list(dict.fromkeys(folder for folder in found if folder))


def translations(*, without: Collection[str] = ()) -> list[Path]:
    """Return the plugins' folders of translations, but those that have a file which is none.

    Django would fail with it at every request in that language.
    """
    return [folder for folder in plugin_folders("locale", without=without) if not unreadable(folder)]


def unreadable(folder: Path) -> list[Path]:
    """Return the compiled translations in the folder that cannot be read."""
    return [path for path in sorted(folder.glob("*/LC_MESSAGES/*.mo")) if not _is_readable(path)]


def find_points(*groups: str) -> list[EntryPoint]:
    """Return the entry points of the groups, by name; none of a package whose metadata cannot be read."""
    try:
        found = [point for group in groups for point in entry_points(group=group)]
    except Exception:  # noqa: BLE001 - one package's metadata cannot be read; the registry says so
        found = [point for package in distributions() for point in points_of(package, *groups) or ()]
    return sorted(found, key=lambda point: (point.name, point.value))


def points_of(package: Distribution, *groups: str) -> list[EntryPoint] | None:
    """Return a package's entry points of the groups, or None where they cannot be read."""
    try:
        return [point for group in groups for point in package.entry_points.select(group=group)]
    except Exception:  # noqa: BLE001 - as above
        return None


def package_of(point: EntryPoint) -> tuple[str, str]:
    """Return the name and version of the package that has the entry point."""
    if point.dist is None:
        return point.value.partition(".")[0].partition(":")[0], ""
    try:
        return name_of(point.dist), str(point.dist.version)
    except Exception:  # noqa: BLE001 - its metadata cannot be read
        return name_of(point.dist), ""


def name_of(package: Distribution) -> str:
    """Return what the package calls itself."""
    try:
        return str(package.metadata["Name"])
    except Exception:  # noqa: BLE001 - as above
        return "?"


def _folder_of(point: EntryPoint, name: str) -> Path | None:
    try:
        return _nearest(name, point.module)
    except Exception:  # noqa: BLE001 - an entry point that names nothing; finders of other packages, which raise anything
        return None


def _nearest(name: str, module: str) -> Path | None:
    top, *inner = module.split(".")
    # Of a name without dots nothing is imported.
    spec = None if top in _OURS else find_spec(top)
    places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
    around = (place.joinpath(*inner[:depth]) for depth in range(len(inner), -1, -1) for place in places)
    return next((package / name for package in around if (package / name).is_dir()), None)


def _is_readable(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            gettext.GNUTranslations(file)
    except Exception:  # noqa: BLE001 - of bytes that are no translations, anything
        return False
    return True


def plugin_places() -> list[Path]:
    """Return the package's folder, or the one file, of every plugin but our own. What cannot be found is left out."""
    tops = dict.fromkeys(point.module.partition(".")[0] for point in find_points(*GROUPS))
    return list(dict.fromkeys(place for top in tops for place in _places_of(top)))


def _places_of(top: str) -> list[Path]:
    try:
        spec = None if top in _OURS else find_spec(top)
    except Exception:  # noqa: BLE001 - as above
        return []
    if spec is None:
        return []
    return [Path(place) for place in spec.submodule_search_locations or filter(None, (spec.origin,))]
