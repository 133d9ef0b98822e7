"""From any state of the host to any list of tabs, broken off at any call: the end is the same."""

import copy
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tenants.host.client import EVENTS, EVENTS_OF_OLD_HOSTS
from tenants.host.errors import HostForbidden, HostLimited, HostNotFound, HostRefusedToken, HostUnreachable
from tenants.models import Account, DashboardApp
from tenants.publishing.plan import make_plan
from tenants.publishing.services import publish
from tenants.services import rotate_app_key
from tests.factories import make_account, make_app
from tests.support.publishing_host import Killed, PublishingHost, publishing_to

OURS, OLD = "https://apps.example", "https://old.example"
DEAD = "0123456789012345678901"
TITLES = ("Orders", "„Käufe“ 🧾", "טלפון", "T" * 60)

# How a tab's address may look: {key} is an app's, and whether it is ours to change.
ADDRESSES = {
    f"{OURS}/a/{{key}}/": True,
    f"{OLD}/a/{{key}}/": True,
    f"{OURS}/a/{{key}}": True,
    f"{OURS}/a/{{key}}/?theme=dark#top": True,
    "HTTPS://Apps.Example:443/a/{key}/": True,
    f"{OURS}/a/{DEAD}/": True,
    f"{OLD}/a/{DEAD}/": False,
    "https://other.example/": False,
    f"{OURS}/a/{{key}}/ https://other.example/": False,
}
HOOKS = {
    f"{OURS}/hooks/{{key}}/": True,
    f"{OURS}/hooks/{{key}}": True,
    f"{OLD}/hooks/{{key}}/": True,
    f"{OURS}/hooks/{DEAD}/": True,
    f"{OLD}/hooks/{DEAD}/": False,
    "https://other.example/hooks/": False,
}

ANY_TABS = st.lists(
    st.tuples(st.sampled_from([*TITLES, "Other"]), st.integers(0, 3), st.sampled_from(list(ADDRESSES))), max_size=6
)
ANY_HOOKS = st.lists(
    st.tuples(
        st.sampled_from(list(HOOKS)),
        st.sampled_from([EVENTS, EVENTS_OF_OLD_HOSTS, ("message_created",), (*EVENTS, "x")]),
    ),
    max_size=3,
    unique_by=lambda hook: hook[0],
)
FAILURES = [
    Killed(),
    HostUnreachable("away"),
    HostLimited("slow down", retry_after=3.0),
    HostRefusedToken("who?"),
    HostForbidden("no"),
    HostNotFound("?"),
]


@st.composite
def beginnings(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "tabs": draw(ANY_TABS),
        "hooks": draw(ANY_HOOKS),
        "order": draw(st.permutations(range(len(TITLES)))),
        "off": draw(st.sets(st.integers(0, 3))),
        "rotated": draw(st.sets(st.integers(0, 3), max_size=2)),
        # What we believe the host to call each app.
        "known": draw(st.lists(st.one_of(st.none(), st.integers(101, 107)), min_size=4, max_size=4, unique_by=id)),
        "signs": draw(st.booleans()),
        "lists_last_written_last": draw(st.booleans()),
    }


def begin(given: dict[str, Any]) -> tuple[Account, PublishingHost]:
    account = make_account()
    apps = [
        make_app(account, title=title, position=given["order"][number], is_enabled=number not in given["off"])
        for number, title in enumerate(TITLES)
    ]
    host = PublishingHost(
        signs=given["signs"], is_old=not given["signs"], lists_last_written_last=given["lists_last_written_last"]
    )
    for title, number, address in given["tabs"]:
        host.put_app(title, *address.format(key=apps[number].key).split())
    for address, events in given["hooks"]:
        host.create_webhook(address.format(key=account.hook_key), events)
    for app, host_id in zip(apps, given["known"], strict=True):
        app.host_id = host_id
        app.save()
    for number in given["rotated"]:
        rotate_app_key(apps[number], keep_old_for=dt.timedelta(hours=1))
    return account, host


def is_ours(tab: tuple[str, tuple[str, ...]]) -> bool:
    (url, *more) = tab[1]
    return not more and "/a/" in url and "other.example" not in url and f"{OLD}/a/{DEAD}" not in url


def foreign(host: PublishingHost) -> Any:
    hooks = [hook for hook in host.hooks.values() if "other" in hook[0] or f"{OLD}/hooks/{DEAD}" in hook[0]]
    return [tab for tab in host.tabs if not is_ours(tab)], hooks


def require_published(account: Account, host: PublishingHost) -> None:
    apps = DashboardApp.objects.for_account(account).filter(is_enabled=True).order_by("position", "pk")
    own = [(id_, host.apps[id_]) for id_ in host.ids if is_ours(host.apps[id_])]
    assert [(title, url.replace("HTTPS://Apps.Example:443", OURS)) for _id, (title, (url,)) in own] == [
        (app.title, f"{OURS}/a/{app.key}/") for app in apps
    ]
    assert [id_ for id_, _tab in own] == [app.host_id for app in apps]
    ((_url, events),) = [hook for hook in host.hooks.values() if hook[0] == f"{OURS}/hooks/{account.hook_key}/"]
    assert set(events) >= set(EVENTS_OF_OLD_HOSTS if host.is_old else EVENTS)
    assert not [
        url for url, _events in host.hooks.values() if url.startswith((f"{OLD}/hooks/{account.hook_key}", OURS))
    ][1:]
    assert make_plan(Account.objects.get(pk=account.pk)).is_empty
    host.begin()
    again = publish(Account.objects.get(pk=account.pk))
    assert (host.writes, again.done, again.failed) == ([], (), ())


def state(host: PublishingHost) -> Any:
    """Return what agents see of the host: tabs in their order, also between those of others, and webhooks."""
    # Where the list has no order of its own, only that of what we wrote is ours to decide.
    tabs = [tab for tab in host.tabs if is_ours(tab)] if host.lists_last_written_last else host.tabs
    return tabs, sorted(host.hooks.values())


@contextmanager
def undone(host: PublishingHost) -> Iterator[PublishingHost]:
    """Give a host like this one; what is written here meanwhile is forgotten."""
    with transaction.atomic():
        twin = copy.deepcopy(host)
        yield twin
        transaction.set_rollback(True)


class AnyHost(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(beginnings())
    def test_published_in_order_and_foreign_ones_untouched(self, given: dict[str, Any]) -> None:
        account, host = begin(given)
        before = foreign(host)
        host.begin()
        with publishing_to({account.pk: host}), self.settings(PUBLIC_URL=OURS):
            assert publish(account).is_complete
            assert foreign(host) == before
            require_published(account, host)

    # Each of them publishes some forty times, so none is made smaller: that would take many minutes.
    @settings(max_examples=10, deadline=None, phases=[Phase.generate])
    @given(beginnings(), st.sampled_from(FAILURES), st.booleans())
    def test_broken_off_at_every_call_it_ends_the_same(
        self, given: dict[str, Any], failure: BaseException, has_done_it: bool
    ) -> None:
        account, host = begin(given)
        host.begin()
        with self.settings(PUBLIC_URL=OURS):
            with undone(host) as twin, publishing_to({account.pk: twin}):
                publish(Account.objects.get(pk=account.pk))
                end, calls = state(twin), twin.calls
            for number in range(calls):
                with undone(host) as twin, publishing_to({account.pk: twin}):
                    twin.begin(fails_at=number, failure=failure, has_done_it=has_done_it)
                    try:
                        outcome = publish(Account.objects.get(pk=account.pk))
                    except (Killed, ValidationError):
                        outcome = None
                    assert twin.calls > number  # it was met
                    # Only what is not there, and is not to be there, may be passed over.
                    assert outcome is None or not outcome.is_complete or isinstance(failure, HostNotFound)
                    if outcome is None or not outcome.is_complete:
                        assert Account.objects.get(pk=account.pk).published_at is None
                    twin.begin()
                    assert publish(Account.objects.get(pk=account.pk)).is_complete
                    assert foreign(twin) == foreign(host)
                    assert state(twin) == end
                    require_published(account, twin)
