"""What a developer is told of a tab: what its panels are, what the cache has for them, and what was done lately."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.core.cache import cache
from msgspec import msgpack, structs

from panels import registry, snapshots
from panels.configuration import AppPlan, PlacementPlan
from panels.fragments import Fragment
from panels.settings_forms import secret_names
from panels.snapshots import Head, Source
from voxysapps.edition import present
from voxysapps.simulator.development import records
from voxysapps.simulator.development.records import Tab, Work

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inspected:
    """A tab of one app in one conversation, as far as anything was noted of it."""

    plan: AppPlan
    tab: Tab

    @property
    def account_id(self) -> int:
        return self.plan.account.pk

    @property
    def sources(self) -> list[Source]:
        return list(dict.fromkeys(source for placement in self.plan.placements for source in placement.sources))


def inspected(plan: AppPlan, conversation_id: int | None) -> Inspected:
    """Return the tab of the app in the conversation."""
    key = records.tab_key(plan.account.pk, plan.app.pk, conversation_id)
    return Inspected(plan, records.read(key, Tab) or Tab())


def describe(seen: Inspected) -> Json:
    """Return all that is known of the tab, as JSON."""
    tab = seen.tab
    return {
        "now": time.time(),
        "code": present().code,
        "app": seen.plan.app.title,
        "viewer": {"customer": tab.customer, "agent": tab.agent_id, "role": tab.role},
        "requests": msgspec.to_builtins(tab.requests),
        "placements": [_placement(seen, placement) for placement in seen.plan.placements],
    }


def make_due(seen: Inspected) -> int:
    """Let all that the tab shows be fetched anew when it asks next; return from how many sources."""
    count = 0
    for source in seen.sources:
        head = snapshots.read_head(seen.account_id, source, seen.tab.customer)
        if head is None:
            continue
        key = snapshots.head_key(seen.account_id, source, seen.tab.customer)
        cache.set(key, msgpack.encode(structs.replace(head, due_at=0.0)), snapshots.KEPT_SECONDS)
        count += 1
    return count


def _placement(seen: Inspected, placement: PlacementPlan) -> Json:
    heads = {source: snapshots.read_head(seen.account_id, source, seen.tab.customer) for source in placement.sources}
    data = snapshots.read_data(seen.account_id, placement.sources, seen.tab.customer)
    return {
        "id": placement.id,
        "title": placement.title("en"),
        **_panel(placement),
        "state": _state(seen.tab, placement.id),
        "settings": _settings(placement),
        "revision": placement.revision,
        "sources": [_source(seen, source, heads[source], data) for source in placement.sources],
        "fragment": _fragment(seen, placement, heads),
        "rendered": _work(records.rendering_key(seen.account_id, placement.id)),
    }


def _panel(placement: PlacementPlan) -> Json:
    installed = registry.panels()
    panel = installed.plugins.get(placement.slug)
    claims = [one for one in installed.found if one.slug == placement.slug]
    found = min(claims, key=lambda one: one.state != "works", default=None)
    return {
        "panel": placement.slug,
        "class": f"{type(panel).__module__}:{type(panel).__qualname__}" if panel else "",
        "package": found.package if found else "",
        "version": found.version if found else "",
        "requires_api": panel.requires_api if panel else "",
        "capability": panel.capability if panel else None,
        "broken": installed.broken.get(placement.slug, ""),
    }


def _state(tab: Tab, placement_id: int) -> str:
    """Return the state in which the tab was last answered with the placement; nothing where it never was."""
    name = str(placement_id)
    return next((request.states[name] for request in tab.requests if name in request.states), "")


def _settings(placement: PlacementPlan) -> Json:
    secrets = secret_names(placement.panel.SettingsForm) if placement.panel else ()
    told = {name: value for name, value in placement.settings.items() if name not in secrets}
    return dict(msgspec.to_builtins(told, enc_hook=str))


def _source(seen: Inspected, source: Source, head: Head | None, data: Mapping[str, Any]) -> Json:
    answer = data.get(source.key)
    return {
        "key": source.key,
        "capability": source.capability,
        "head": None if head is None else _head(head),
        "data": msgspec.to_builtins(answer, enc_hook=str),
        "size": 0 if answer is None else len(msgpack.encode(answer)),
        "asked": _work(records.question_key(seen.account_id, source.key, seen.tab.customer)),
    }


def _head(head: Head) -> Json:
    failure = head.failure
    told = failure and {"sentence": failure.sentence, "trace_id": failure.trace_id, "tries": failure.tries}
    return {"version": head.version, "fetched_at": head.fetched_at, "due_at": head.due_at, "failure": told or None}


def _fragment(seen: Inspected, placement: PlacementPlan, heads: Mapping[Source, Head | None]) -> Json | None:
    key = seen.tab.fragments.get(str(placement.id))
    stored = cache.get(key) if key else None
    if stored is None:
        return None
    made = msgpack.decode(stored, type=Fragment)
    present_versions = tuple(head.version if (head := heads[source]) else None for source in placement.sources)
    return {
        "size": len(made.html),
        "versions": made.versions,
        "is_current": made.versions == present_versions,
        "is_empty": made.is_empty,
        # The key names the revision, and so the code and the settings, that the fragment is of.
        "is_of_present_code": f":{placement.revision}:" in (key or ""),
    }


def _work(key: str) -> Json | None:
    found = records.read(key, Work)
    return None if found is None else dict(msgspec.to_builtins(found))
