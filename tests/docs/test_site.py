"""The site is built without a warning, hangs together, needs nobody, and its reference has all that is public."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import panels.api
import panels.capabilities
import panels.testing
from panels.api import Action, Connector, Panel
from tests.docs.pages import DOCS, pages
from voxysapps.embedded.files import BASE_DIR
from voxysapps.embedded.pytest_plugin import GIVEN_ENVIRONMENT

SECONDS_TO_BUILD = 180
# What a page loads by itself, and not only when somebody clicks.
LOADED = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src"}


class Page(HTMLParser):
    """A built page: its anchors, where it links to, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.add(given.get("id") or "")
        if tag == "a" and given.get("href"):
            self.links.add(str(given["href"]))
        if address := given.get(LOADED.get(tag, "")):
            self.loaded.add(address)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """The built site, its pages by path."""
    folder = tmp_path_factory.mktemp("site")
    command = (sys.executable, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--quiet")
    built = subprocess.run(  # noqa: S603 -- our own command
        [*command, str(DOCS), str(folder)],
        cwd=BASE_DIR,
        env=GIVEN_ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_BUILD,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return {path: Page(path) for path in folder.rglob("*.html")}


@pytest.fixture(scope="module")
def reference(site: dict[Path, Page]) -> Page:
    return next(page for path, page in site.items() if path.name == "reference.html")


def test_every_page_is_on_the_site(site: dict[Path, Page]) -> None:
    built = {str(path).rpartition("site")[2].split("/", 1)[1] for path in site}
    written = {str(page.relative_to(DOCS).with_suffix(".html")) for page in pages() if DOCS in page.parents}
    assert written <= built


def test_every_link_leads_somewhere(site: dict[Path, Page]) -> None:
    lost = []
    for page in site.values():
        for link in page.links:
            target = urlsplit(link)
            if target.scheme:
                continue
            path = (page.path.parent / unquote(target.path)).resolve() if target.path else page.path
            anchor = unquote(target.fragment)
            if not path.exists() or (anchor and path in site and anchor not in site[path].anchors):
                lost.append(f"{page.path.name}: {link}")
    assert lost == []


def test_nothing_is_loaded_from_elsewhere(site: dict[Path, Page]) -> None:
    elsewhere = {address for page in site.values() for address in page.loaded if urlsplit(address).netloc}
    folder = next(path.parent for path in site if path.name == "index.html" and (path.parent / "_static").is_dir())
    styles = {
        found
        for path in (folder / "_static").rglob("*.css")
        for found in re.findall(r"(?:@import|url\()\s*['\"]?((?:https?:)?//[^'\")]+)", path.read_text(encoding="utf-8"))
    }
    assert elsewhere | styles == set()


def test_readers_on_a_code_host_find_every_page_too() -> None:
    lost = []
    for page in pages():
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            target = urlsplit(link)
            if not target.scheme and target.path and not (page.parent / unquote(target.path)).exists():
                lost.append(f"{page.name}: {link}")
    assert lost == []


@pytest.mark.parametrize(
    "name",
    [
        *(f"panels.api.{name}" for name in sorted({*panels.api.__all__, *panels.capabilities.__all__})),
        *(f"panels.testing.{name}" for name in panels.testing.__all__),
    ],
)
def test_the_reference_has_all_that_is_public(reference: Page, name: str) -> None:
    assert name in reference.anchors


def test_the_reference_has_nothing_private(reference: Page) -> None:
    private = {anchor for anchor in reference.anchors if re.search(r"panels\.[\w.]*\._", anchor)}
    elsewhere = {
        anchor for anchor in reference.anchors if re.match(r"(panels|tenants|voxysapps)\.", anchor)
        and not anchor.startswith(("panels.api.", "panels.testing."))
    }  # fmt: skip
    assert private | elsewhere == set()


@pytest.mark.parametrize("plugin", [Panel, Connector, Action])
def test_every_member_that_authors_write_is_told_in_words(reference: Page, plugin: type) -> None:
    told = re.compile(
        rf'<dt class="sig sig-object py" id="panels\.api\.{plugin.__name__}\.(\w+)">.*?</dt>\s*<dd>(.*?)</dd>',
        re.DOTALL,
    )
    words = {found[1]: "<p>" in found[2] for found in told.finditer(reference.text)}
    members = {name for name in {*vars(plugin), *plugin.__annotations__} if not name.startswith("_")}
    assert {name for name in members if not words.get(name)} == set()
