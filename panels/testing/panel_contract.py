"""What every panel must be, as tests: subclass `PanelContract`, name the panel, and run pytest."""

import copy
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, NoReturn
from urllib.parse import parse_qsl

import msgspec
import pytest
from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.template.loader import get_template

from panels import checks, deprecation, registry
from panels.base import FetchContext, Panel, PanelContext
from panels.capabilities import CAPABILITIES, Answer
from panels.configuration import PlacementPlan
from panels.errors import PanelUnavailable
from panels.fragments import Section
from panels.markup import ForbiddenMarkup
from panels.redaction import mask_data, mask_identity
from panels.settings_forms import clean_settings
from panels.shell import render_sections
from panels.testing import answers, browser, faults, hostile, sources
from panels.testing.guard import no_io
from panels.testing.hostile import MARK, Mutation
from panels.testing.http import Http
from panels.testing.payloads import read_payloads
from panels.testing.product import Tab, product_with
from panels.testing.rendering import ADA, BOB, BrokenHtml, Document, panel_context, render_panel, render_part
from panels.testing.translations import untranslated
from tenants.trust.identity import Identity
from voxysapps.context import parse_app_context
from voxysapps.outgoing import budget

# A first view that is longer than this, in bytes, is no first view.
MOST_BYTES = 200_000
# Rendering data of 2000 rows takes less than this, in seconds, on a slow machine.
MOST_SECONDS = 5.0
# Of each part that a page asks for, the tests look at so many.
_MOST_PARTS = 2
_ROWS_OF_SEVERAL_PAGES = 60
# Two that a page has by itself in no order of digits.
_NUMBERS = (70_919, 60_407)
_OF_FETCH = ("test_fetch_returns_what_can_be_stored", "test_fetch_says_what_went_wrong", "test_fetch_keeps_nothing")
_OF_NEEDS = ("test_every_host_generation_is_shown",)
_ROLES = (None, "agent", "administrator")


class PanelContract:
    """Tests of one panel. Set `panel`, and `data` as its `fetch` returns it; of the rest what is needed.

    Panels with one of our capabilities need no data: the kit knows what connectors answer. For a capability that a
    package brings, `data` is an answer of its kind.
    """

    #: The panel's class.
    panel: ClassVar[type[Panel]]
    #: What `fetch` returns about a customer of whom much is known: one whole example, with at least one row in each
    #: list. Of a capability: an answer, in place of the kit's own.
    data: ClassVar[Any] = None
    #: What `fetch` returns about a customer of whom nothing is known.
    empty_data: ClassVar[Any] = {}
    #: The placement's settings, where other than the form's initial values.
    settings: ClassVar[Mapping[str, Any]] = {}
    #: Whom `fetch` is asked about.
    identity: ClassVar[Identity] = ADA
    #: Keys in `data` whose texts have a form that your `fetch` sees to, such as an address or a colour.
    fixed: ClassVar[tuple[str, ...]] = ()
    #: Keys in `data` that are always there, and never null, since your `fetch` sees to it.
    always_there: ClassVar[tuple[str, ...]] = ()
    #: Queries of parts that no link of the page leads to: part -> parameters.
    part_params: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    #: Languages your package has words for, such as ("de", "ar"); by default those it has a catalogue of.
    languages: ClassVar[tuple[str, ...] | None] = None

    def serve(self, http: Http) -> None:
        """Say what the systems answer that `fetch` asks by HTTP, about `identity`."""

    # --- the package ---------------------------------------------------------------------------------

    def test_is_installed(self) -> None:
        """The entry point names the class, and the product would load it."""
        slug, value = self.panel.slug, f"{self.panel.__module__}:{self.panel.__qualname__}"
        points = {point.name: point for point in entry_points(group=registry.PANELS_GROUP)}
        if slug not in points or points[slug].value != value:
            _fail(
                "The product does not find the panel. Put this into pyproject.toml, and run `pip install -e .` again:\n"
                f'[project.entry-points."{registry.PANELS_GROUP}"]\n{slug} = "{value}"'
            )
        self._load(points[slug])

    def test_passes_the_system_checks(self) -> None:
        """Its templates are there, its settings have values to begin with, and it has data."""
        found: list[CheckMessage] = checks.check_panel(self.panel.slug, self._panel)
        if found:
            _fail("\n".join(f"{one.msg} {one.hint}" for one in found))

    def test_settings_begin_valid(self) -> None:
        """A new placement has the form's initial values, which the form must take."""
        form_class = self._panel.SettingsForm
        form = form_class(data=clean_settings(form_class, {}))
        if not form.is_valid():
            _fail(f"SettingsForm refuses its own initial values: {form.errors.as_json()}. Change the `initial`.")
        given = form_class(data={**clean_settings(form_class, {}), **self.settings})
        if not given.is_valid():
            _fail(f"SettingsForm refuses the test's `settings`: {given.errors.as_json()}.")

    def test_uses_nothing_deprecated(self) -> None:
        """It works with the next major version of the panel API as well."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self._render(self._data)
        found = [str(one.message) for one in caught if issubclass(one.category, deprecation.PanelDeprecationWarning)]
        found += [
            f"{place}: {said}"
            for place, said in deprecation.uses_of(deprecation.NAMES, sources.python_files(self.panel))
        ]
        if found:
            _fail("\n".join(dict.fromkeys(found)))

    def test_translations_are_complete(self) -> None:
        """Every sentence it marks for translation has words in each of its languages."""
        files = [*sources.python_files(self.panel), *self._template_files()]
        languages = self.languages if self.languages is not None else self._catalogues()
        if not languages:
            pytest.skip("The package has no folder locale/, so the panel is in one language only.")
        for language in languages:
            if missing := untranslated(files, language):
                _fail(
                    f"No words in “{language}” for: {', '.join(dict.fromkeys(missing))}. Run "
                    f"`django-admin makemessages -l {language}`, translate, and run `django-admin compilemessages`."
                )

    # --- the data ------------------------------------------------------------------------------------

    def test_data_can_be_stored(self) -> None:
        """Data are kept as msgpack between fetching and rendering, so they must come back as they went."""
        data = self._data
        if isinstance(data, Answer):
            return
        try:
            back = msgspec.msgpack.decode(msgspec.msgpack.encode(data))
            json = msgspec.json.decode(msgspec.json.encode(data))
        except (TypeError, ValueError, msgspec.MsgspecError) as error:
            _fail(f"`data` is not JSON-able: {error}. Let fetch return dicts, lists, texts, numbers, True and None.")
        if not back == json == data:
            _fail("`data` changes when it is stored: use lists for tuples, texts for dates and as keys.")

    @pytest.mark.django_db
    def test_fetch_returns_what_can_be_stored(self) -> None:
        """`fetch`, with the systems that `serve` stands for, gives JSON-able data."""
        with self._system() as http:
            data = self._fetch()
        http.check()
        try:
            back = msgspec.msgpack.decode(msgspec.msgpack.encode(data))
        except (TypeError, ValueError) as error:
            _fail(f"fetch returns what is not JSON-able: {error}.")
        if back != data:
            _fail("What fetch returns changes when it is stored: use lists for tuples, texts for dates and as keys.")
        if self._panel.is_empty(data):
            _fail("fetch finds nothing: let `serve` answer about `identity` as the real system would.")
        self._render(data)

    @pytest.mark.django_db
    @pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
    def test_fetch_says_what_went_wrong(self, fault: faults.Fault) -> None:
        """Whatever is wrong with a system, `fetch` raises PanelUnavailable with a sentence for agents."""
        with self._system() as http:
            self._fetch()
            if not http.asked:
                pytest.skip("fetch asks nobody by HTTP.")
            http.spoil = fault.spoil
            try:
                self._fetch()
            except PanelUnavailable as error:
                problem = faults.sentence_problem(error, ())
            except Exception as error:  # noqa: BLE001 - this is what is to be found
                _fail(f"fetch raised {_told(error)} when {fault.says}. Raise PanelUnavailable, or use SystemClient.")
            else:
                problem = f"fetch returned data all the same when {fault.says}"
        if problem:
            _fail(f"{problem}. Raise PanelUnavailable with a plain sentence for agents.")

    @pytest.mark.django_db
    def test_fetch_keeps_nothing(self) -> None:
        """What was fetched for one account is not given to the next: the same is asked again."""
        with self._system() as http:
            self._fetch()
            once = len(http.asked)
            self._fetch()
        if len(http.asked) != 2 * once:
            _fail(
                f"fetch asked {once} times for one account and {len(http.asked) - once} times for another. Data "
                "kept in the module or the class reach other accounts: keep none, the platform caches for you."
            )

    # --- what is shown -------------------------------------------------------------------------------

    @pytest.mark.parametrize("locale", [code for code, _name in django_settings.LANGUAGES])
    def test_shows_data(self, locale: str) -> None:
        """Data are shown, in every language of the product."""
        ctx = self._context(self._data, locale=locale)
        if self._panel.shows_nothing(ctx):
            _fail("is_empty or shows_nothing says that there is nothing to show for `data`.")
        if not self._render_context(ctx, f"in “{locale}”").text:
            _fail(f"{self._panel.template} shows no text for `data`.")

    def test_says_that_there_is_nothing(self) -> None:
        """Nobody known is said so, in words."""
        ctx = self._context(self._empty)
        if not self._panel.shows_nothing(ctx):
            _fail("is_empty says that there is something to show for `empty_data`.")
        if not self._render_context(ctx, "without data").text:
            _fail(f"{self._panel.empty_template} shows no text: say that there is nothing.")

    def test_every_viewer_is_shown_something(self) -> None:
        """Whatever is known of the viewer and of the customer, it renders."""
        for role in _ROLES:
            for verified in (True, False, None):
                for connections in ((), ("Shop A",), ("Shop A", "Shop B")):
                    self._render(
                        self._data,
                        f"for role {role}, verified {verified}, connections {connections}",
                        role=role,
                        identity_verified=verified,
                        connections=connections,
                        identity=self.identity if verified else Identity(),
                    )

    def test_masked_data_are_shown(self) -> None:
        """Where an account hides sensitive fields, the rest is shown."""
        masked = mask_data(self._data, self._panel)
        self._render(masked, "with sensitive fields masked", masked=True, identity=mask_identity(self.identity))
        missing = [key for key in self._panel.sensitive if not isinstance(self._data, Mapping) or key not in self._data]
        if self._panel.capability is None and missing:
            _fail(f"`sensitive` names {', '.join(missing)}, which `data` does not have: nothing would be hidden.")

    @pytest.mark.parametrize("name", read_payloads())
    def test_every_host_generation_is_shown(self, name: str) -> None:
        """A panel that `needs` something of what the host posts renders with every version of it, and without."""
        self._render(self._data, f"with {name}", posted=parse_app_context(msgspec.json.encode(read_payloads()[name])))
        self._render(self._data, "with nothing posted", posted=None)

    def test_missing_data_are_survived(self) -> None:
        """Data that another version of the panel stored lack what this one knows."""
        if isinstance(self._data, Answer):
            self._try([Mutation("only what must be known is", answers.bare(self._data))])
            self._try(answers.with_every_word(self._data))
            self._try(answers.with_one_missing(self._rows(1)))
        else:
            fixed = {*self.always_there, *self.fixed}
            self._try(mutation for mutation in hostile.with_one_missing(self._data) if mutation.path[-1] not in fixed)

    def test_huge_data_are_shortened(self) -> None:
        """2000 rows make no page that nobody can use: the first ones are shown, the rest in parts."""
        huge = self._rows(hostile.MANY)
        began = perf_counter()
        document = self._render(huge, f"with {hostile.MANY} rows")
        took, size = perf_counter() - began, len(document.html.encode())
        if took > MOST_SECONDS:
            _fail(f"Rendering {hostile.MANY} rows took {took:.1f} s; the limit is {MOST_SECONDS:.0f} s.")
        if size > MOST_BYTES:
            _fail(
                f"{hostile.MANY} rows give {size:,} bytes; the limit is {MOST_BYTES:,}. Show the first rows, "
                "and the rest in a part (`Panel.parts`)."
            )

    def test_hostile_texts_are_escaped(self) -> None:
        """Whatever texts another system has, none becomes markup, a link that runs, or an error."""
        if isinstance(self._data, Answer):
            self._try(answers.with_hostile_texts(self._rows(1)))
        else:
            self._try(hostile.with_hostile_strings(self._data, fixed=self.fixed))
            self._try(hostile.with_one_hostile_string(self._data, fixed=self.fixed))

    def test_parts_are_shown(self) -> None:
        """Every part renders for what the page asks it for, and any other question is a LookupError."""
        ctx = self._context(self._data)
        many = self._context(self._rows(_ROWS_OF_SEVERAL_PAGES))
        pages = [self._render_context(ctx, ""), self._render_context(many, f"with {_ROWS_OF_SEVERAL_PAGES} rows")]
        known = {query["part"] for page in pages for query in self._queries(page)}
        for part in self._panel.parts:
            if part not in known:
                _fail(
                    f"The page has no link to the part “{part}” (hx-get with `part_url`). Give its parameters in "
                    "`part_params`, or remove it."
                )
            for params in ({}, {"id": "nobody", "offset": "-1"}, *({"id": text, "offset": text} for text in _texts())):
                self._try_part(ctx, {**params, "part": part}, f"of the part “{part}” asked with {dict(params)!r}")

    # --- how it is shown -----------------------------------------------------------------------------

    def test_rendering_does_no_io(self) -> None:
        """`get_context` and the template make no query and ask nobody: they run in the agent's request."""
        for files, when in ((False, "the first time"), (True, "once more")):
            with no_io(files=files) as done:
                try:
                    self._render(self._data)
                except Exception:
                    if not done:
                        raise
            if done:
                _fail(f"Rendering {when} {done[0]}. Do that in `fetch`, which runs in a worker.")

    def test_nothing_is_kept_between_two_renderings(self) -> None:
        """One instance renders for all accounts: nothing of the one is in the other's page."""
        mine, theirs = self._marked("Alpha {}"), self._marked("Beta {}")
        first = self._render(mine)
        second = self._render(theirs)
        if "Alpha" in second.html:
            _fail("What was shown to one account is shown to the next. Keep nothing on the panel or in its module.")
        if "Alpha" in first.html and "Beta" not in second.html:
            _fail("The second account is shown nothing of its own. Keep nothing on the panel or in its module.")
        if self._shows_former_numbers(lambda data: self._render(data).html):
            _fail("A number of one account is shown to the next. Keep nothing on the panel or in its module.")
        if self._render(mine).html != first.html:
            _fail("The same data render differently the second time: keep nothing, and ask no clock.")

    def test_data_are_left_as_they_are(self) -> None:
        """Rendering changes no data, since other renderings use them, too."""
        before = copy.deepcopy(self._data)
        data = copy.deepcopy(self._data)
        self._render(data)
        if data != before:
            _fail("get_context or a template changes `ctx.data`. Copy what you change.")

    @pytest.mark.django_db
    def test_two_accounts_see_their_own(self) -> None:
        """In the product, two accounts with the same customer each see their own data."""
        with self._product() as panel:
            mine = Tab(panel, self.settings).open(self._marked("Alpha {}"), ADA)
            theirs = Tab(panel, self.settings).open(self._marked("Beta {}"), ADA)
            is_mixed = self._shows_former_numbers(lambda data: Tab(panel, self.settings).open(data, ADA).html)
        if (mine.state, theirs.state) != ("ready", "ready"):
            _fail(f"In the product the panel is “{mine.state}” and “{theirs.state}”, not “ready”:\n{mine.html[:800]}")
        if "Alpha" in theirs.html or "Beta" in mine.html:
            _fail("An account is shown another account's data.")
        if is_mixed:
            _fail("An account is shown another account's numbers.")
        if ("Alpha" in mine.html) != ("Beta" in theirs.html):
            _fail("Of two accounts only one is shown its own data.")

    @pytest.mark.django_db
    def test_three_rows_take_as_many_queries_as_one(self) -> None:
        """A tab asks the database as often for a customer of three rows as for one of one row."""
        with self._product() as panel:
            tab = Tab(panel, self.settings)
            tab.open(self._rows(2), Identity(contact_id=99, emails=("first@example.com",)))
            one, three = tab.open(self._rows(1), ADA), tab.open(self._rows(3), BOB)
        if (one.state, three.state) != ("ready", "ready"):
            _fail(f"In the product the panel is “{one.state}” and “{three.state}”, not “ready”:\n{one.html[:800]}")
        if one.queries != three.queries:
            _fail(f"A page of one row makes {one.queries} queries, of three rows {three.queries}.")

    # --- in a browser --------------------------------------------------------------------------------

    @pytest.mark.browser
    @pytest.mark.parametrize("texts", ["usual", "long"])
    @pytest.mark.parametrize("locale", ["en", "ar"])
    def test_fits_from_160_to_1600_pixels(self, request: pytest.FixtureRequest, locale: str, texts: str) -> None:
        """Nothing sticks out, left to right and right to left, with the longest words."""
        browser.need_browser(request.config)
        data = self._data if texts == "usual" else self._marked(hostile.HOSTILE["long"])
        if found := browser.sticking_out(self._shown(data, locale=locale)):
            lines = "\n".join(f"{width} px: {', '.join(wide)}" for width, wide in found.items())
            _fail(f"This sticks out of the panel. Let long words break, and nothing have a fixed width:\n{lines}")

    @pytest.mark.browser
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_is_accessible(self, request: pytest.FixtureRequest, theme: str) -> None:
        """axe-core finds nothing serious."""
        browser.need_browser(request.config)
        if found := browser.violations(self._shown(self._data, theme=theme)):
            _fail("Not everybody can use this:\n" + "\n".join(found))

    @pytest.mark.browser
    def test_loads_nothing_from_elsewhere(self, request: pytest.FixtureRequest) -> None:
        """No picture, script or style comes from another place: it would learn who is looked at."""
        browser.need_browser(request.config)
        if found := browser.loaded_from_elsewhere(self._shown(self._data)):
            _fail(f"The panel loads {', '.join(found)}. Frames refuse that: ship what you need as static files.")

    # --- how the tests do it -------------------------------------------------------------------------

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__name__.startswith("Test") and not (
            inspect.isclass(kind := getattr(cls, "panel", None)) and issubclass(kind, Panel)
        ):
            raise TypeError(f"{cls.__qualname__} needs `panel = YourPanel`, the class of the panel it tests.")
        tested: type[Panel] = getattr(cls, "panel", Panel)
        for name in [*(_OF_FETCH if tested.capability else ()), *(() if tested.needs else _OF_NEEDS)]:
            setattr(cls, name, None)  # says nothing of this panel

    @cached_property
    def _panel(self) -> Panel:
        return self.panel()

    @property
    def _capability(self) -> str:
        return self._panel.capability or ""

    @property
    def _data(self) -> Any:
        if self.data is not None:
            return self.data
        if not answers.is_known(self._panel.capability):
            _fail("Set `data` to what `fetch`, or the capability, tells about a customer of whom much is known.")
        return answers.realistic(self._capability)

    @property
    def _empty(self) -> Any:
        if self._panel.capability and not isinstance(self.empty_data, Answer):
            return answers.empty(self._capability)
        return self.empty_data

    def _rows(self, count: int) -> Any:
        if self.data is None and self._panel.capability:
            return answers.realistic(self._capability, count)
        if isinstance(self.data, Answer):
            return answers.with_rows(self.data, count)
        return hostile.with_huge_lists(self._data, count)

    def _marked(self, text: str) -> Any:
        if isinstance(self._data, Answer):
            return answers.with_texts(self._data, text)
        return hostile.replace_strings(self._data, text, fixed=self.fixed)

    def _shows_former_numbers(self, show: Callable[[Any], str]) -> bool:
        """Return whether, of two that differ in numbers only, the second is shown with the numbers of the first.

        A panel that cannot do with such numbers says nothing; nor do answers, whose numbers have meanings of their own.
        """
        if isinstance(self._data, Answer):
            return False
        former, other = (hostile.replace_numbers(self._data, number, fixed=self.fixed) for number in _NUMBERS)
        try:
            show(former)
            second = show(other)
        except pytest.fail.Exception:
            return False
        return hostile.shows_number(second, _NUMBERS[0])

    def _context(self, data: Any, **changes: Any) -> PanelContext:
        return panel_context(self._panel, data, self.settings, **{"identity": self.identity, **changes})

    def _render(self, data: Any, when: str = "", **changes: Any) -> Document:
        return self._render_context(self._context(data, **changes), when)

    def _render_context(self, ctx: PanelContext, when: str) -> Document:
        return _explained(lambda: render_panel(self._panel, ctx), when)

    def _try(self, mutations: Any) -> None:
        """Render each of the data, and the parts its page asks for; fail where one raises or is not escaped."""
        for mutation in mutations:
            when = f"when {mutation.change}"
            ctx = self._context(mutation.data)
            page = self._render_context(ctx, when)
            _assert_escaped(page, when)
            for query in self._queries(page):
                self._try_part(ctx, query, when)

    def _try_part(self, ctx: PanelContext, query: Mapping[str, str], when: str) -> None:
        params = {name: value for name, value in query.items() if name != "part"}
        try:
            part = _explained(lambda: render_part(self._panel, ctx, query["part"], params), when, LookupError)
        except LookupError:
            return
        _assert_escaped(part, when)

    def _queries(self, page: Document) -> Iterator[dict[str, str]]:
        """Yield the queries of parts that a page asks for, the first of each kind, and those of `part_params`."""
        found = [
            dict(parse_qsl(address.partition("?")[2], keep_blank_values=True))
            for element in page.having(attr="hx-get")
            if "part=" in (address := element["hx-get"] or "")
        ]
        found += [{"part": part, **params} for part, params in self.part_params.items()]
        # Rows are alike: of each part the first ones are asked for.
        for part in dict.fromkeys(query["part"] for query in found):
            yield from [query for query in found if query["part"] == part][:_MOST_PARTS]

    def _fetch(self) -> Any:
        settings = clean_settings(self._panel.SettingsForm, self.settings)
        with budget(15.0, trace_id="panel-contract"):
            return self._panel.fetch(FetchContext(identity=self.identity, settings=settings, trace_id="panel-contract"))

    def _system(self) -> Any:
        http = Http()
        self.serve(http)
        return http.in_place_of_the_network()

    def _product(self) -> Any:
        if self._panel.capability and CAPABILITIES[self._capability].IS_RESTRICTED:
            pytest.skip(
                "The kit stands in for outside systems, and not for the host, which alone tells this: who shows the "
                "host's data tests with a host."
            )
        return product_with(self.panel)

    def _shown(self, data: Any, **look: Any) -> browser.Shown:
        ctx = self._context(data, locale=look.get("locale", "en"))
        page = self._render_context(ctx, "for the browser")
        parts = {}
        for element in page.having(attr="hx-get"):
            query = (element["hx-get"] or "").partition("?")[2]
            params = dict(parse_qsl(query, keep_blank_values=True))
            name = params.pop("part", "")
            if name in self._panel.parts:
                parts[query] = render_part(self._panel, ctx, name, params).html
        return browser.Shown(
            section=_section(self._panel, ctx, page.html),
            parts=parts,
            styles=getattr(self._panel, "styles", ()),
            **look,
        )

    def _load(self, point: EntryPoint) -> None:
        try:
            registry.load(point, Panel)
        except registry.PluginError as error:
            _fail(str(error))

    def _template_files(self) -> list[Path]:
        # Those of the platform are the platform's to translate.
        names = (self._panel.template, self._panel.empty_template, *self._panel.parts.values())
        names = tuple(name for name in names if not name.startswith("panels/"))
        folders = {Path(str(get_template(name).origin.name)).parent for name in names}  # type: ignore[attr-defined]
        return sorted(path for folder in folders for path in folder.glob("*.html"))

    def _catalogues(self) -> list[str]:
        package = sources.package_of(self.panel)
        folders = (folder / "locale" for folder in (package, package.parent))
        return sorted({path.parents[1].name for folder in folders for path in folder.glob("*/LC_MESSAGES/django.po")})


def _section(panel: Panel, ctx: PanelContext, html: str) -> str:
    """Return the body as the platform puts it on the page."""
    placement = PlacementPlan(
        id=ctx.placement_id, slug=panel.slug, panel=panel, titles=dict.fromkeys((ctx.locale, "en"), str(panel.title)),
        settings=ctx.settings, sources=(), connection_names=ctx.connections, revision="",
    )  # fmt: skip
    section = Section(placement, "ready", body=html.encode(), fetched_at=1_764_000_000.0)
    return render_sections([section], ctx.locale).decode()


def _explained(render: Callable[[], Document], when: str, *passed: type[Exception]) -> Document:
    """Return what `render` returns; where it raises, fail with what to do about it. `passed` are raised as they are."""
    try:
        return render()
    except ForbiddenMarkup as error:
        _fail(
            f"The HTML has {error}, {when or 'with `data`'}. Let templates escape what they show, and show links with "
            "the tag external_link."
        )
    except BrokenHtml as error:
        _fail(f"The HTML is broken, {when or 'with `data`'}: {error}.")
    except passed:
        raise
    except Exception as error:  # noqa: BLE001 - whatever an author's code raises
        _fail(f"Rendering raised {_told(error)}, {when or 'with `data`'}. An agent would see an error card.")


def _assert_escaped(document: Document, when: str) -> None:
    if document.having(attr=MARK):
        _fail(f"A text became markup, {when}. Let the template escape it, and mark nothing as safe.")
    try:
        document.assert_inert()
    except AssertionError as error:
        _fail(f"{error}, {when}.")


def _texts() -> list[str]:
    return [text for text in hostile.HOSTILE.values() if text]


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error} ({sources.place_of(error)})"


def _fail(sentence: str) -> NoReturn:
    pytest.fail(sentence, pytrace=False)
