"""Running a pre-flight and keeping what it found."""

import logging
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tenants.models import Account, Light, Preflight
from tenants.notices import raise_notice, resolve_notice
from tenants.preflight import address_checks, host_checks  # noqa: F401 - they register themselves
from tenants.preflight.registry import Flight, Registered, Result, amber, checks, red
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

# Somebody waits for it, at times.
MAX_SECONDS = 30.0
_ORDER = [Light.GREEN, Light.AMBER, Light.RED]
_NOTICE = "preflight"


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
    """Told before each check: the lights so far, the title of the check, and how many of how many are done."""

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
    flight, lights = Flight(account), list[dict[str, Any]]()
    until, registered_checks = time.monotonic() + MAX_SECONDS, checks()
    for number, registered in enumerate(registered_checks):
        if report is not None:
            report(lights, str(registered.title), number, len(registered_checks))
        lights.extend(_lights(registered, flight, is_late=time.monotonic() > until))
    worst = max((Light(light["light"]) for light in lights), key=_ORDER.index, default=Light.GREEN)
    found, _created = Preflight.objects.update_or_create(
        account=account, defaults={"checked_at": timezone.now(), "worst": worst, "lights": lights}
    )
    if worst == Light.RED:
        raise_notice(account, _NOTICE, gettext_noop("The pre-flight shows a red light. Open it on the account's page."))
    else:
        resolve_notice(account, _NOTICE)
    return found


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


def _lights(registered: Registered, flight: Flight, *, is_late: bool) -> list[dict[str, Any]]:
    started, title = time.perf_counter(), str(registered.title)
    if is_late:
        results = [amber(_("Not checked: the checks before took too long."), _("Mend those first, and run it again."))]
    else:
        results = _results(registered, flight)
    milliseconds = round((time.perf_counter() - started) * 1000)
    return [
        {
            "name": f"{title}: {result.about}" if result.about else title,
            "light": str(result.light),
            "sentence": result.sentence,
            "advice": result.advice,
            "milliseconds": milliseconds,
        }
        for result in results
    ]


def _results(registered: Registered, flight: Flight) -> list[Result]:
    try:
        return list(registered.check(flight))
    except Exception as error:  # noqa: BLE001 - one check must not keep the others from being seen
        place = place_of(error)
        logger.error("pre-flight failed: account=%s: %s", flight.account.pk, place)  # noqa: TRY400 - no texts
        return [red(_("This check failed itself: %(what)s.") % {"what": type(error).__name__}, _("Tell us, please."))]


def run_in_english(account: Account) -> Preflight:
    """Run a pre-flight that nobody has asked for in a language."""
    with translation.override("en"):
        return run_preflight(account)
