"""The gallery: every component with an example, drawn as in the host, and documented as it is."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from panels.kit.registry import Component
from panels.templatetags.panels import KITS
from voxysapps.bridge import assets
from voxysapps.simulator.kit.documentation import PATH, write_documentation
from voxysapps.simulator.kit.entries import Entry, entries, find_entry

COMPONENTS = [component for kit in KITS for component in kit]


@pytest.fixture
def agent(client: Client) -> Client:
    client.defaults["HTTP_HOST"] = "localhost"
    return client


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_every_component_is_shown_in_an_example(component: Component) -> None:
    entry = find_entry(component.inside or component.name)
    assert entry is not None, f"write simulator/kit/examples/{component.name}.html"
    assert component in {entry.component, *entry.inner}
    use = rf"\|{component.name}\b" if component.kind == "filter" else rf"{{% {component.name}\b"
    assert re.search(use, entry.source), "the example does not use what it is an example of"


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("entry", list(entries()), ids=lambda entry: entry.component.name)
def test_every_example_is_drawn(agent: Client, entry: Entry, lang: str) -> None:
    response = agent.get(f"/simulator/kit/of/{entry.component.name}/?theme=dark&lang={lang}")
    html = response.content.decode()
    assert response.status_code == 200
    assert f'data-component="{entry.component.name}"' in html
    assert 'data-theme="dark"' in html
    assert f'lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"' in html
    assert "<script>alert" not in html


def test_page_has_all_of_them_with_source_and_arguments(agent: Client) -> None:
    html = agent.get("/simulator/kit/").content.decode()
    for component in COMPONENTS:
        place = f'data-inner="{component.name}"' if component.inside else f'id="{component.name}"'
        assert place in html, component.name
        for argument in component.arguments:
            assert f"<code>{argument.name}</code>" in html, (component.name, argument.name)
    assert "{% badge refused &quot;card_declined&quot; %}" in html, "sources are text"


@pytest.mark.parametrize(("asked", "width"), [("", 320), ("160", 160), ("950", 950), ("951", 320), ("x", 320)])
def test_width_is_one_of_the_hosts(agent: Client, asked: str, width: int) -> None:
    html = agent.get(f"/simulator/kit/?width={asked}").content.decode()
    assert set(re.findall(r'<iframe [^>]*width="(\d+)"', html)) == {str(width)}


def test_pages_load_from_here_only_and_frames_stand_in_our_pages_only(agent: Client) -> None:
    page, frame = agent.get("/simulator/kit/"), agent.get("/simulator/kit/all/")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert frame["Content-Security-Policy"] == f"{assets.policy()}; frame-ancestors 'self'"
    assert "X-Frame-Options" not in frame
    for response in (page, frame):
        assert response["Cache-Control"] == "no-store"
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!shop\.example|track\.example)', response.content.decode())


def test_all_that_the_pages_load_is_there(agent: Client) -> None:
    for address in ("/simulator/kit/", "/simulator/kit/all/"):
        loaded = re.findall(r'(?:src|href)="/static/([^"]+)"', agent.get(address).content.decode())
        assert loaded
        assert [name for name in loaded if finders.find(name) is None] == []


def test_parts_come_when_they_are_asked_for(agent: Client) -> None:
    assert "Placed" in agent.get("/simulator/kit/of/list/panels/12/?part=order&id=1042").content.decode()
    assert "#1039" in agent.get("/simulator/kit/all/panels/12/?part=orders&offset=3").content.decode()
    assert agent.get("/simulator/kit/of/list/panels/12/?part=../page").status_code == 404


def test_what_is_no_component_is_not_there(agent: Client) -> None:
    assert agent.get("/simulator/kit/of/banana/").status_code == 404


def test_documentation_is_up_to_date() -> None:
    assert PATH.read_text(encoding="utf-8") == write_documentation(), "run manage.py write_component_docs"
