"""Running a pre-flight and keeping what it found."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tenants.models import Account, Light, Preflight
from tenants.notices import raise_notice, resolve_notice
from tenants.preflight import address_checks, host_checks  # noqa: F401 - they register themselves
from tenants.preflight.registry import Flight, Registered, Result, checks, not_checked, red
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

# Somebody waits for it, at times.
MAX_SECONDS = 30.0
_ORDER = [Light.GREEN, Light.AMBER, Light.RED]
_NOTICE: Final = "preflight"


@dataclass(frozen=True, slots=True)
class ShownLight:
    """A stored light, to be shown."""

    name: str
    light: str
    label: str
    sentence: str
    advice: str
    milliseconds: int


class Report(Protocol):
    """Told before each check and after each light: the lights so far, at which check, how many of how many are done."""

    def __call__(self, lights: list[dict[str, Any]], doing: str, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class CountedLight:
    """How many lights are of one kind."""

    light: str
    label: str
    number: int


def run_preflight(account: Account, *, report: Report | None = None) -> Preflight:
    """Check everything, store what was found and return it. The sentences are in the current language.

    What `report` raises ends it, and nothing is stored.
    """
    flight, lights = Flight(account, until=time.monotonic() + MAX_SECONDS), list[dict[str, Any]]()
    registered_checks = checks()
    for number, registered in enumerate(registered_checks):
        told = partial(report or _tell_nobody, lights, str(registered.title), number, len(registered_checks))
        told()
        for light in _lights(registered, flight):
            lights.append(light)
            told()
    worst = max((Light(light["light"]) for light in lights), key=_ORDER.index, default=Light.GREEN)
    found, _created = Preflight.objects.update_or_create(
        account=account, defaults={"checked_at": timezone.now(), "worst": worst, "lights": lights}
    )
    if worst == Light.RED:
        raise_notice(account, _NOTICE, gettext_noop("The pre-flight shows a red light. Open it on the account's page."))
    else:
        resolve_notice(account, _NOTICE)
    return found


def _tell_nobody(lights: list[dict[str, Any]], doing: str, done: int, total: int) -> None: ...


def shown_lights(lights: list[dict[str, Any]]) -> list[ShownLight]:
    """Return lights as they are stored, to be shown."""
    return [
        ShownLight(
            name=light.get("name", ""),
            light=light["light"],
            label=str(Light(light["light"]).label),
            sentence=light.get("sentence", ""),
            advice=light.get("advice", ""),
            milliseconds=light.get("milliseconds", 0),
        )
        for light in lights
    ]


def counted_lights(lights: list[dict[str, Any]]) -> list[CountedLight]:
    """Return how many stored lights are of each kind that there is, the worst first."""
    numbers = Counter(light["light"] for light in lights)
    return [CountedLight(str(kind), str(kind.label), numbers[kind]) for kind in reversed(_ORDER) if numbers[kind]]


def _lights(registered: Registered, flight: Flight) -> Iterator[dict[str, Any]]:
    """Yield the check's lights, each as soon as it is known."""
    title, started = str(registered.title), time.perf_counter()
    for result in _results(registered, flight):
        yield {
            "name": f"{title}: {result.about}" if result.about else title,
            "light": str(result.light),
            "sentence": result.sentence,
            "advice": result.advice,
            "milliseconds": round((time.perf_counter() - started) * 1000),
        }
        started = time.perf_counter()


def _results(registered: Registered, flight: Flight) -> Iterator[Result]:
    if flight.is_late:
        yield not_checked()
        return
    try:
        yield from registered.check(flight)
    except Exception as error:  # noqa: BLE001 - one check must not keep the others from being seen
        place = place_of(error)
        logger.error("pre-flight failed: account=%s: %s", flight.account.pk, place)  # noqa: TRY400 - no texts
        yield red(_("This check failed itself: %(what)s.") % {"what": type(error).__name__}, _("Tell us, please."))


def run_in_english(account: Account) -> Preflight:
    """Run a pre-flight that nobody has asked for in a language."""
    with translation.override("en"):
        return run_preflight(account)
