"""Capabilities that plugins bring: beside ours, never in their place, and a broken one stays alone."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from django.conf import LazySettings

from panels.api import Answer, Orders, Record
from panels.capabilities import catalogue
from panels.capabilities.catalogue import CAPABILITIES_GROUP, Capabilities


class Point(Record, frozen=True, kw_only=True):
    """A record of a plugin."""

    number: int = 0


class Points(Answer, frozen=True, kw_only=True):
    """An answer of a plugin, with nothing written but its fields."""

    points: tuple[Point, ...] = ()


class OtherPoints(Answer, frozen=True, kw_only=True):
    """Another's."""

    points: tuple[Point, ...] = ()


NOT_AN_ANSWER = object()


def with_points(monkeypatch: pytest.MonkeyPatch, **values: str) -> Capabilities:
    points = [EntryPoint(name, f"{__name__}:{value}", CAPABILITIES_GROUP) for name, value in values.items()]
    monkeypatch.setattr(catalogue, "find_points", lambda group: points)
    return Capabilities(orders=Orders)


def test_a_plugin_brings_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    capabilities = with_points(monkeypatch, acme_points="Points")
    assert dict(capabilities) == {"orders": Orders, "acme_points": Points}
    assert capabilities.broken == {}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("orders", "Points", "is the product's own"),
        ("acme-points", "Points", "no name of a method"),
        ("acme_points", "NOT_AN_ANSWER", "no subclass of Answer"),
        ("acme_points", "MISSING", "cannot be imported"),
    ],
)
def test_a_broken_one_is_told_and_stays_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    capabilities = with_points(monkeypatch, **{name: value})
    assert dict(capabilities) == {"orders": Orders}
    assert sentence in capabilities.broken[name]


def test_one_that_is_excluded_is_not_imported(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    settings.PANELS_EXCLUDE = ["acme_points"]
    capabilities = with_points(monkeypatch, acme_points="MISSING")
    assert (dict(capabilities), capabilities.broken) == ({"orders": Orders}, {})


def test_a_package_whose_metadata_cannot_be_read_takes_nobody_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, entry in (("spoilt", "no equals sign"), ("whole", f"acme_points = {__name__}:Points")):
        metadata = tmp_path / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{CAPABILITIES_GROUP}]\n{entry}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert dict(Capabilities(orders=Orders)) == {"orders": Orders, "acme_points": Points}


def test_what_two_packages_claim_is_neithers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("acme-a", "Points"), ("acme-b", "Points"), ("acme-c", "OtherPoints")):
        metadata = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        capability = "acme_more" if name == "acme-c" else "acme_points"
        (metadata / "entry_points.txt").write_text(f"[{CAPABILITIES_GROUP}]\n{capability} = {__name__}:{value}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    capabilities = Capabilities(orders=Orders)
    assert dict(capabilities) == {"orders": Orders, "acme_more": OtherPoints}
    assert "acme-a, acme-b" in capabilities.broken["acme_points"]


def test_records_of_several_connections_are_one_answer() -> None:
    def answer(*numbers: int) -> Points:
        return Points(points=tuple(Point(external_id=str(number), number=number) for number in numbers))

    merged = Points.merge([("A", answer(1, 2, 1)), ("B", answer(1))])
    assert [(one.source, one.number) for one in merged.points] == [("A", 1), ("A", 2), ("B", 1)]
    assert not merged.is_empty
    assert Points().is_empty
    assert Points.merge([]).is_empty
