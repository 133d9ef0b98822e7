"""The gallery's pages: the list, and the frames in which the examples stand as in the host."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt

from panels.markup import check_markup
from voxysapps.bridge import assets
from voxysapps.simulator.kit.data import make_context
from voxysapps.simulator.kit.entries import EXAMPLES, Entry, entries, find_entry, groups
from voxysapps.simulator.switch import when_simulating

# One line a record, cards, tables, columns: what the host leaves for a frame.
WIDTHS = (160, 320, 580, 950)
_PARTS = ("order", "orders")
_PAGE_POLICY = (
    "default-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; "
    "frame-ancestors 'none'"
)


class Look(NamedTuple):
    """How an example is shown: theme, and the language, which has a direction."""

    title: str
    theme: str
    lang: str

    @property
    def query(self) -> str:
        return f"?theme={self.theme}&lang={self.lang}"


LOOKS = (Look("Light", "light", "en"), Look("Dark", "dark", "en"), Look("Right to left", "light", "ar"))


@when_simulating()
def page(request: HttpRequest) -> HttpResponseBase:
    """Return the gallery; `?width=` is the frames' width in pixels."""
    context = {"groups": groups(), "widths": WIDTHS, "width": _width(request), "looks": LOOKS}
    response = render(request, "simulator/kit/page.html", context)
    response["Content-Security-Policy"] = _PAGE_POLICY
    response["Cache-Control"] = "no-store"
    return response


@when_simulating()
@xframe_options_exempt
def all_examples(request: HttpRequest) -> HttpResponseBase:
    """Return all examples in one frame, each in a section of its own."""
    return _frame(request, list(entries()))


@when_simulating()
@xframe_options_exempt
def example(request: HttpRequest, component: str) -> HttpResponseBase:
    """Return the frame with one component's example."""
    entry = find_entry(component)
    if entry is None:
        raise Http404
    return _frame(request, [entry])


@when_simulating()
def part(request: HttpRequest, placement_id: int, component: str = "") -> HttpResponseBase:
    """Return what an example fetches when it is opened: `?part=`."""
    name = request.GET.get("part", "")
    if name not in _PARTS:
        raise Http404
    with translation.override(_lang(request)):
        html = render_to_string(f"{EXAMPLES}/parts/{name}.html", make_context(_lang(request)))
    return HttpResponse(html, headers={"Cache-Control": "no-store"})


def _frame(request: HttpRequest, shown: list[Entry]) -> HttpResponse:
    lang = _lang(request)
    with translation.override(lang):
        context: dict[str, Any] = {
            "lang": lang,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "theme": "dark" if request.GET.get("theme") == "dark" else "light",
            "sections": list(_sections(shown, lang)),
        }
        response = render(request, "simulator/kit/frame.html", context)
    # What the frame in the host may do, and no more.
    response["Content-Security-Policy"] = f"{assets.policy()}; frame-ancestors 'self'"
    response["Cache-Control"] = "no-store"
    return response


def _sections(shown: list[Entry], lang: str) -> Iterator[tuple[str, str]]:
    """Yield name and HTML of each example, held to what the platform allows in a panel."""
    for entry in shown:
        html = render_to_string(entry.template, make_context(lang))
        check_markup(html, panel=f"example {entry.component.name}")
        yield entry.component.name, html


def _lang(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in {look.lang for look in LOOKS} else LOOKS[0].lang


def _width(request: HttpRequest) -> int:
    asked = request.GET.get("width", "")
    return int(asked) if asked.isdecimal() and int(asked) in WIDTHS else WIDTHS[1]
