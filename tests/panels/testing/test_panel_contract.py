"""Every test of the contract fails for a panel that deserves it, and says what to do."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django import forms
from django.template import engines
from django.test import override_settings
from django.utils.safestring import mark_safe

from panels import deprecation, registry
from panels.api import FetchContext, Identity, Panel, PanelContext, SystemClient
from panels.models import Connection
from panels.testing import Http, PanelContract, Reply, browser, faults, panel_contract, product, sources
from panels.testing.browser import HOW_TO_GET_ONE, REQUIRED

GOOD = """<p>{{ points }} points</p>
<ul>{% for booking in bookings %}<li>{{ booking.text }}</li>{% endfor %}</ul>"""
DATA = {
    "points": 120,
    "bookings": [{"text": "Order 1042", "at": "2026-11-20"}, {"text": "Welcome", "at": "2026-01-02"}],
}


class GoodPanel(Panel):
    """Fetches points by HTTP and shows them with their last bookings."""

    slug = "kit-loyalty"
    title = "Loyalty"

    def fetch(self, ctx: FetchContext) -> Any:
        return SystemClient("https://points.example", name="Points").get("/points")

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        return {"points": ctx.data.get("points"), "bookings": (ctx.data.get("bookings") or [])[:5]}


class Contract(PanelContract):
    """As an author writes it, under a name that pytest does not collect."""

    panel: ClassVar[type[Panel]] = GoodPanel
    data = DATA

    def serve(self, http: Http) -> None:
        http.get("https://points.example/points", DATA)


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The templates of the tests' panel, by name; and its entry point."""
    found = {"kit-loyalty/panel.html": GOOD}
    loaders = [("django.template.loaders.locmem.Loader", found), "django.template.loaders.app_directories.Loader"]
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", loaders)]},
    }
    with override_settings(TEMPLATES=[engine]):
        yield found


def forget_templates() -> None:
    """Have the templates read anew."""
    engine: Any = engines["django"]
    engine.engine.template_loaders[0].reset()


def make(panel: type[Panel] = GoodPanel, **attributes: Any) -> Any:
    return type("Made", (Contract,), {"panel": panel, **attributes})()


def changed(**members: Any) -> type[Panel]:
    return type("GoodPanel", (GoodPanel,), {"slug": GoodPanel.slug, **members})


def fails(test: Callable[..., None], *args: Any, saying: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=saying):
        test(*args)


def showing(make_context: Callable[[PanelContext], Mapping[str, Any]]) -> type[Panel]:
    """Return the panel with another `get_context`."""
    return changed(get_context=lambda self, ctx: {**GoodPanel.get_context(self, ctx), **make_context(ctx)})


PLAIN = [
    name
    for name in vars(PanelContract)
    if name.startswith("test_")
    and name not in {"test_is_installed", "test_shows_data", "test_translations_are_complete"}
    and "generation" not in name and "fits" not in name and "accessible" not in name and "elsewhere" not in name
    and "went_wrong" not in name
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", PLAIN)
def test_good_panel_passes(name: str) -> None:
    getattr(make(), name)()


@pytest.mark.django_db
@pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
def test_good_fetch_passes(fault: faults.Fault) -> None:
    make().test_fetch_says_what_went_wrong(fault)


def test_panel_without_an_entry_point() -> None:
    fails(make().test_is_installed, saying=r'entry-points."voxysapps.panels"\]\nkit-loyalty = "')


def test_panel_for_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = changed(requires_api="~=2.0")
    monkeypatch.setattr("tests.panels.testing.test_panel_contract.NewerPanel", kind, raising=False)
    kind.__module__, kind.__qualname__ = __name__, "NewerPanel"
    monkeypatch.setitem(globals(), "NewerPanel", kind)
    point = EntryPoint("kit-loyalty", f"{__name__}:NewerPanel", registry.PANELS_GROUP)
    monkeypatch.setattr(panel_contract, "entry_points", lambda group: [point])
    monkeypatch.setattr(EntryPoint, "load", lambda self: kind)
    fails(make(kind).test_is_installed, saying="is written for panel API ~=2.0")


def test_missing_template(pages: dict[str, str]) -> None:
    pages.clear()
    fails(make().test_passes_the_system_checks, saying="kit-loyalty/panel.html cannot be used.*templates/kit-loyalty/")


def test_settings_without_a_beginning() -> None:
    class Settings(forms.Form):
        limit = forms.IntegerField(min_value=1, initial=0)

    fails(make(changed(SettingsForm=Settings)).test_settings_begin_valid, saying="refuses its own initial values")
    fails(make(settings={"limit": "x"}, panel=changed(SettingsForm=type("S", (forms.Form,), {"limit": forms.IntegerField(initial=1)}))).test_settings_begin_valid, saying="refuses the test's `settings`")  # fmt: skip  # noqa: E501


def test_deprecated_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deprecation.NAMES, "FetchContext", deprecation.Deprecation("1.1", "Use another."))
    fails(
        make().test_uses_nothing_deprecated, saying=r"test_panel_contract.py:\d+: panels.api.FetchContext is deprecated"
    )


def test_deprecated_members_met_while_rendering() -> None:
    def old(ctx: PanelContext) -> dict[str, Any]:
        deprecation.Deprecation("1.1", "Use another.").warn("PanelContext.old")
        return {}

    fails(make(showing(old)).test_uses_nothing_deprecated, saying="PanelContext.old is deprecated")


def test_untranslated_sentences(pages: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "panel.html"
    page.write_text('{% load i18n %}{% translate "Points of loyalty, for the tests" %}{% translate "Orders" %}')
    contract = make(languages=("de",))
    monkeypatch.setattr(sources, "python_files", lambda kind: [page])
    monkeypatch.setattr(Contract, "_template_files", lambda self: [])
    fails(
        contract.test_translations_are_complete,
        saying="No words in “de” for: “Points of loyalty, for the tests” .panel.html.. Run",
    )
    page.write_text('{% load i18n %}{% translate "Orders" %}')
    contract.test_translations_are_complete()


@pytest.mark.parametrize("data", [{"at": time.gmtime}, {"ids": (1, 2)}, {1: "one"}])
def test_data_that_cannot_be_stored(data: Any) -> None:
    fails(make(data=data).test_data_can_be_stored, saying="`data` (is not JSON-able|changes when it is stored)")


@pytest.mark.django_db
def test_fetch_that_gives_what_cannot_be_stored() -> None:
    odd = changed(fetch=lambda self, ctx: {"ids": (1, 2)})
    fails(make(odd).test_fetch_returns_what_can_be_stored, saying="changes when it is stored")
    fails(make(changed(fetch=lambda self, ctx: {})).test_fetch_returns_what_can_be_stored, saying="fetch finds nothing")


@pytest.mark.django_db
def test_fetch_that_asks_what_nobody_answers() -> None:
    class Silent(Contract):
        def serve(self, http: Http) -> None:
            http.get("https://points.example/other", {})

        panel = changed(fetch=lambda self, ctx: _points() or {"points": 1})

    def _points() -> Any:
        try:
            return SystemClient("https://points.example", name="Points").get("/points")
        except Exception:  # noqa: BLE001 - so that the test finds it
            return None

    fails(
        Silent().test_fetch_returns_what_can_be_stored,
        saying="Requests without an answer: GET https://points.example/points",
    )


@pytest.mark.django_db
def test_fetch_that_swallows_faults() -> None:
    def fetch(self: Panel, ctx: FetchContext) -> Any:
        try:
            return SystemClient("https://points.example", name="Points").get("/points")
        except Exception:  # noqa: BLE001 - as a careless author has it
            return {"points": 0}

    fails(
        make(changed(fetch=fetch)).test_fetch_says_what_went_wrong,
        faults.FAULTS[0],
        saying="returned data all the same",
    )

    def broken(self: Panel, ctx: FetchContext) -> Any:
        found = GoodPanel.fetch(self, ctx)  # type: ignore[arg-type]
        return {"points": found["points"]}

    page = next(fault for fault in faults.FAULTS if fault.name == "broken")
    quiet = faults.Fault("odd", "the system answers a list", page.errors, lambda: Reply([]))
    fails(make(changed(fetch=broken)).test_fetch_says_what_went_wrong, quiet, saying="fetch raised TypeError")


@pytest.mark.django_db
def test_fetch_that_keeps_answers() -> None:
    kept: dict[str, Any] = {}

    def fetch(self: Panel, ctx: FetchContext) -> Any:
        if "points" not in kept:
            kept["points"] = GoodPanel.fetch(self, ctx)  # type: ignore[arg-type]
        return kept["points"]

    fails(make(changed(fetch=fetch)).test_fetch_keeps_nothing, saying="asked 1 times for one account and 0 times")


def test_panel_that_shows_nothing(pages: dict[str, str]) -> None:
    fails(make(changed(is_empty=lambda self, data: True)).test_shows_data, "en", saying="nothing to show for `data`")
    fails(make(changed(is_empty=lambda self, data: False)).test_says_that_there_is_nothing, saying="`empty_data`")
    pages["kit-loyalty/panel.html"] = "<p></p>"
    forget_templates()
    fails(make().test_shows_data, "en", saying="shows no text")


def test_panel_that_needs_a_known_viewer() -> None:
    panel = showing(lambda ctx: {"role": ctx.role.upper()})  # type: ignore[union-attr]
    fails(make(panel).test_every_viewer_is_shown_something, saying="for role None.* error card")


def test_sensitive_keys_that_are_not_there() -> None:
    fails(make(changed(sensitive=("email",))).test_masked_data_are_shown, saying="`sensitive` names email")


def test_panel_that_needs_all_it_knows() -> None:
    panel = showing(lambda ctx: {"points": ctx.data["points"]})
    fails(make(panel).test_missing_data_are_survived, saying=r"KeyError: 'points' .*, when data\['points'\] is missing")
    make(panel, always_there=("points",)).test_missing_data_are_survived()


def test_panel_that_shows_everything() -> None:
    panel = showing(lambda ctx: {"bookings": ctx.data.get("bookings") or [{"text": "x"}]})
    long = {**DATA, "bookings": [{"text": "Order " * 20}]}
    fails(make(panel, data=long).test_huge_data_are_shortened, saying="2000 rows give .* bytes.*in a part")


@pytest.mark.parametrize(
    "page",
    [
        "<p>{{ bookings.0.text|safe }}</p>",
        "<p class={{ bookings.0.text }}>x</p>",
        "<a href='{{ bookings.0.text }}' target=_blank rel='noopener noreferrer'>x</a>",
        "{% autoescape off %}<p>{{ bookings.0.text }}</p>{% endautoescape %}",
    ],
)
def test_page_that_does_not_escape(pages: dict[str, str], page: str) -> None:
    pages["kit-loyalty/panel.html"] = page
    forget_templates()
    fails(make().test_hostile_texts_are_escaped, saying="The HTML (has|is broken)|A text became markup")


def test_context_that_marks_texts_safe(pages: dict[str, str]) -> None:
    panel = showing(lambda ctx: {"points": mark_safe(f"<b {ctx.data.get('bookings')[0].get('text')}>x</b>")})  # noqa: S308
    fails(make(panel).test_hostile_texts_are_escaped, saying="The HTML has|is broken|became markup")


def test_part_that_nothing_leads_to() -> None:
    panel = changed(parts={"rows": "kit-loyalty/panel.html"})
    fails(make(panel).test_parts_are_shown, saying="no link to the part “rows”.*`part_params`")


def test_part_that_breaks_on_other_questions() -> None:
    panel = changed(
        parts={"rows": "kit-loyalty/panel.html"},
        get_part_context=lambda self, ctx, part, params: {"n": int(params.get("n", ""))},
    )
    fails(
        make(panel, part_params={"rows": {"n": "1"}}).test_parts_are_shown,
        saying=r"ValueError: .* of the part “rows” asked with \{\}",
    )


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (lambda: time.sleep(0.001), "waits"),
        (lambda: Path(__file__).read_text(), "opens a file"),
        (lambda: list(Connection.objects.for_account(1)), "makes a database query"),
        (lambda: SystemClient("https://points.example", name="x").get("/"), "sends a request to points.example"),
        (lambda: socket.create_connection(("points.example", 443)), "leaves this machine: socket.getaddrinfo"),
        (lambda: socket.create_connection(("127.0.0.1", 9)), "(opens a connection|looks up a name)"),
        (lambda: subprocess.run(["true"], check=False), "starts a program"),  # noqa: S607
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_panel_that_goes_out_while_rendering(act: Callable[[], Any], what: str) -> None:
    def context(ctx: PanelContext) -> dict[str, Any]:
        with contextlib.suppress(Exception):  # what is hidden is found all the same
            act()
        return {}

    fails(make(showing(context)).test_rendering_does_no_io, saying=f"Rendering .* {what}.*Do that in `fetch`")


def test_panel_that_keeps_what_it_showed() -> None:
    class Keeping(GoodPanel):
        slug = GoodPanel.slug
        kept: ClassVar[dict[str, Any]] = {}

        def get_context(self, ctx: PanelContext) -> dict[str, Any]:
            return dict(self.kept.setdefault("once", super().get_context(ctx)))

    fails(make(Keeping).test_nothing_is_kept_between_two_renderings, saying="is shown to the next")


def test_panel_that_renders_differently_each_time() -> None:
    clock = iter(range(100))
    panel = showing(lambda ctx: {"points": next(clock)})
    fails(make(panel).test_nothing_is_kept_between_two_renderings, saying="render differently")


def test_panel_that_changes_its_data() -> None:
    fails(make(showing(lambda ctx: {"x": ctx.data.pop("points", None)})).test_data_are_left_as_they_are, saying="Copy")


@pytest.mark.django_db
def test_panel_that_mixes_accounts() -> None:
    kept: dict[str, Any] = {}
    panel = showing(lambda ctx: kept.setdefault("once", {"bookings": ctx.data.get("bookings")}))
    fails(make(panel).test_two_accounts_see_their_own, saying="another account's data")


def test_panel_that_keeps_a_number_only() -> None:
    kept = [120]

    def context(ctx: PanelContext) -> dict[str, Any]:
        kept.append(ctx.data["points"])
        return {**ctx.data, "points": kept[-2]}

    contract = make(showing(context))
    fails(contract.test_nothing_is_kept_between_two_renderings, saying="A number of one account is shown")


@pytest.mark.django_db
def test_panel_that_mixes_numbers_of_accounts() -> None:
    kept: dict[str, Any] = {}

    def context(ctx: PanelContext) -> dict[str, Any]:
        # By customer: only another account with the same one is shown what is not theirs.
        key = f"{ctx.identity.emails} {ctx.data['points'] > 1_000}"
        return {**ctx.data, "points": kept.setdefault(key, ctx.data["points"])}

    fails(make(showing(context)).test_two_accounts_see_their_own, saying="another account's numbers")


@pytest.mark.django_db
def test_panel_that_shows_the_second_account_nothing() -> None:
    seen: list[int] = []

    def context(ctx: PanelContext) -> dict[str, Any]:
        seen.append(ctx.placement_id)
        return {"points": 1, "bookings": ctx.data["bookings"] if ctx.placement_id == seen[0] else []}

    fails(make(showing(context)).test_two_accounts_see_their_own, saying="only one is shown its own")


@pytest.mark.django_db
def test_panel_that_cannot_do_with_any_number_is_not_blamed() -> None:
    def context(ctx: PanelContext) -> dict[str, Any]:
        return {**ctx.data, "points": ("none", "few", "many")[ctx.data["points"] // 100]}

    contract = make(showing(context))
    contract.test_nothing_is_kept_between_two_renderings()
    contract.test_two_accounts_see_their_own()


@pytest.mark.django_db
def test_panel_that_cannot_be_shown_in_the_product() -> None:
    fails(make(showing(lambda ctx: {"x": 1 / 0})).test_two_accounts_see_their_own, saying="is “error” and “error”")


@pytest.mark.django_db
def test_panel_that_queries_is_contained_and_found() -> None:
    def context(ctx: PanelContext) -> dict[str, Any]:
        return {"known": Connection.objects.for_account(1).exists()}

    fails(make(showing(context)).test_three_rows_take_as_many_queries_as_one, saying="is “error” and “error”")


@pytest.mark.django_db
def test_tab_that_asks_for_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(tab: product.Tab, data: Any, who: Identity) -> product.Opened:
        return product.Opened(html="", state="ready", queries=4 + len(data["bookings"]))

    monkeypatch.setattr(product.Tab, "open", opened)
    fails(make().test_three_rows_take_as_many_queries_as_one, saying="one row makes 5 queries, of three rows 7")


@pytest.mark.browser
def test_page_that_does_not_fit(request: pytest.FixtureRequest, pages: dict[str, str]) -> None:
    pages["kit-loyalty/panel.html"] = (
        "<pre>{{ bookings.0.text }} {% for one in '123456789012345678901234567890' %}wide{% endfor %}</pre>"
    )
    fails(make().test_fits_from_160_to_1600_pixels, request, "en", "usual", saying="160 px: ")


@pytest.mark.browser
def test_page_that_not_everybody_can_use(request: pytest.FixtureRequest, pages: dict[str, str]) -> None:
    pages["kit-loyalty/panel.html"] = "<button type='button'></button><p>{{ points }}</p>"
    fails(make().test_is_accessible, request, "light", saying="button-name")


@pytest.mark.browser
def test_page_that_loads_from_elsewhere(request: pytest.FixtureRequest, pages: dict[str, str]) -> None:
    pages["kit-loyalty/panel.html"] = "<p>{{ points }}<img src='https://images.example/a.png' alt=''></p>"
    fails(make().test_loads_nothing_from_elsewhere, request, saying="https://images.example/a.png.*static files")


def test_no_browser_is_said_and_may_be_required(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="pip install playwright"):
        make().test_is_accessible(request, "light")
    monkeypatch.setenv(REQUIRED, "required")
    fails(make().test_is_accessible, request, "light", saying="VOXYS_BROWSER=required")
    assert "BROWSER_PATH" in HOW_TO_GET_ONE


def test_contract_without_a_panel_is_told() -> None:
    with pytest.raises(TypeError, match="TestNothing needs `panel = YourPanel`"):
        type("TestNothing", (PanelContract,), {})


def test_no_data_is_told() -> None:
    fails(make(data=None).test_shows_data, "en", saying="Set `data`")
