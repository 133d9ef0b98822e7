"""Loading: whatever a package does, it is a sentence, and the product and its other plugins are there."""

import logging
import time
from pathlib import Path

import pytest
from django.core.checks import Error, Warning  # noqa: A004 -- Django's names
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from panels import checks, registry
from panels.connectors.demo.connector import DemoConnector
from panels.orders.panel import OrdersPanel
from tests.panels.containment.conftest import Install

BROKEN = {
    "hostile-raises-at-import": "It cannot be imported: Unspeakable.",
    "hostile-exits-at-import": "It cannot be imported: SystemExit: 3.",
    "hostile-loops-at-import": "It cannot be imported: it did not end within 0.5 s.",
    "hostile-sleeps-at-import": "It cannot be imported: it did not end within 0.5 s.",
    "hostile-imports-itself": "It cannot be imported: ImportError: cannot import name 'Hostile'",
    "hostile-syntax": "It cannot be imported: SyntaxError: invalid syntax",
    "hostile-gone": "It cannot be imported: ModuleNotFoundError: No module named 'acme_hostile.gone'",
    "hostile-attributes": "Its title is no text. Set it on the class.",
    "orders": "“orders” is taken by another package, the product itself. Rename the slug and the entry point.",
}
OURS = {"customer", "history", "orders", "payments"}


def test_everything_that_fails_is_named_with_package_and_remedy(install: Install) -> None:
    install()
    installed = registry.panels()
    assert set(installed.broken) == set(BROKEN)
    for slug, sentence in BROKEN.items():
        assert sentence in installed.broken[slug], slug
        assert installed.broken[slug].startswith("acme-hostile (acme_hostile.")
    assert set(installed.plugins) >= OURS | {"hostile-raises", "hostile-huge"}
    assert registry.connectors().broken.keys() == {"demo"}
    found = [one for one in registry.list_found() if one.package == "acme-hostile"]
    assert {one.version for one in found} == {"6.6.6"}
    assert all(bool(one.reference) == (one.state == "broken") for one in found)


def test_slug_of_ours_stays_ours_whatever_the_sorting(install: Install) -> None:
    install("orders", "demo")
    assert type(registry.panels().plugins["orders"]) is OrdersPanel
    assert registry.connectors().plugins["demo"] is DemoConnector
    assert registry.panels().failure("orders") is None


def test_reference_stands_in_the_log_and_is_the_same_at_the_next_start(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    install("hostile-gone")
    first = registry.panels().failure("hostile-gone")
    assert first
    assert first.trace_id in caplog.text
    registry.forget()
    assert registry.panels().failure("hostile-gone") == first


def test_what_never_ends_is_waited_for_once_in_a_process(install: Install, settings: Settings) -> None:
    install("hostile-loops-at-import", "hostile-sleeps-at-import")
    started = time.monotonic()
    registry.panels()
    assert 0.9 < time.monotonic() - started < 4
    registry.panels.cache_clear()
    started = time.monotonic()
    assert "hostile-loops-at-import" in registry.panels().broken
    assert time.monotonic() - started < 0.9  # and not the second that is waited for what never ends


def test_excluded_is_not_even_imported(install: Install, settings: Settings) -> None:
    settings.PANELS_EXCLUDE = ["hostile-loops-at-import", "hostile-shop", "payments"]
    install("hostile-loops-at-import", "hostile-huge", "hostile-shop")
    started = time.monotonic()
    installed = registry.panels()
    assert time.monotonic() - started < 0.9  # and not the second that is waited for what never ends
    assert installed.broken == {}
    assert set(installed.plugins) == OURS - {"payments"} | {"hostile-huge"}
    assert "hostile-shop" not in registry.connectors().plugins
    excluded = {one.slug for one in registry.list_found() if one.state == "excluded"}
    assert excluded == set(settings.PANELS_EXCLUDE)
    assert checks.check_plugins(None) == []


def test_excluding_what_is_not_there_is_said(settings: Settings) -> None:
    settings.PANELS_EXCLUDE = ["acme-typo"]
    assert [(one.id, "acme-typo" in str(one.msg)) for one in checks.check_plugins(None)] == [("panels.W006", True)]


def test_two_packages_that_claim_a_slug_are_both_refused_by_name(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("hostile-huge")
    other = tmp_path / "other"
    metadata = other / "aaa_other-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: aaa-other\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[voxysapps.panels]\nhostile-huge = acme_hostile.methods:Huge\n")
    monkeypatch.syspath_prepend(str(other))
    registry.forget()
    installed = registry.panels()
    assert "hostile-huge" not in installed.plugins
    assert (
        "acme-hostile (acme_hostile.methods:Huge): “hostile-huge” is taken by another package, too: aaa-other."
        in (installed.broken["hostile-huge"])
    )
    assert "taken by another package, too: acme-hostile." in installed.broken["hostile-huge"]


def test_package_whose_metadata_cannot_be_read_takes_nobody_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install: Install
) -> None:
    metadata = tmp_path / "spoilt-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: spoilt\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[voxysapps.panels]\nno equals sign\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    install("hostile-huge")
    assert set(registry.panels().plugins) == OURS | {"hostile-huge"}
    assert [one.id for one in checks.check_plugins(None)] == ["panels.E005"]


def test_check_fails_and_other_commands_go_on(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("hostile-gone", "orders")
    found = checks.check_plugins(None)
    assert {type(one) for one in found} == {Error}
    assert {one.id for one in found} == {"panels.E001"}
    hints = {str(one.obj): str(one.hint) for one in found}
    assert "add “hostile-gone” to PANELS_EXCLUDE" in hints["panel hostile-gone"]
    assert "PANELS_EXCLUDE" not in hints["panel orders"]  # that would switch ours off
    with pytest.raises(SystemCheckError, match="hostile-gone"):
        call_command("check")
    monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
    assert {(type(one), one.id) for one in checks.check_plugins(None)} == {(Warning, "panels.W001")}
    monkeypatch.setattr("sys.argv", ["manage.py", "check"])
    assert {type(one) for one in checks.check_plugins(None)} == {Error}
