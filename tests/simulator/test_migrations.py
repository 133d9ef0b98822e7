"""What has happened in the host stays when its rows change over from the platform's accounts to the host's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("simulator", "0001_stand_in_host")]
AFTER = [("simulator", "0003_without_accounts")]


def migrate(targets: list[tuple[str, str]]) -> Any:
    """Return the apps as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return (
        MigrationExecutor(connection).loader.project_state(executor.loader.graph.leaf_nodes("tenants") + targets).apps
    )


@pytest.fixture
def old() -> Iterator[Any]:
    yield migrate(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def make_account(apps: Any, host_account_id: int, **values: Any) -> Any:
    return apps.get_model("tenants", "Account").objects.create(
        name="Account", host_origin="http://localhost:8000", host_account_id=host_account_id, **values
    )


def test_rows_become_the_hosts(old: Any) -> None:
    account = make_account(old, 17, is_demonstration=True)
    hidden = make_account(old, 17, is_demonstration=True)
    other = make_account(old, 4, is_demonstration=True)
    change, webhook = old.get_model("simulator", "Change").objects, old.get_model("simulator", "Webhook").objects
    change.create(account=account, kind="host", host_id=account.pk, values={"fault": "down"})
    change.create(account=account, kind="contact", host_id=701, values={"name": "Agnes T."})
    for one in (account, hidden):
        webhook.create(account=one, url="http://127.0.0.1:8000/hooks/x/", subscriptions=[], secret="s", is_seeded=True)
    sent = old.get_model("simulator", "SentMessage").objects
    sent.create(account=account, conversation_id=611, author="contact", content="Kept")
    sent.create(account=other, conversation_id=1421, author="contact", content="Fernweh's")
    old.get_model("simulator", "StartedConversation").objects.create(account=account, contact_id=701, inbox_id=61)

    new = migrate(AFTER)

    def rows(model: str, *fields: str) -> list[Any]:
        return list(new.get_model("simulator", model).objects.order_by("id").values_list("host_account_id", *fields))

    assert rows("Change", "kind", "host_id", "values") == [
        (17, "host", 17, {"fault": "down"}),
        (17, "contact", 701, {"name": "Agnes T."}),
    ]
    assert rows("Webhook", "url", "is_seeded") == [(17, "http://127.0.0.1:8000/hooks/x/", True)]
    assert rows("SentMessage", "content") == [(17, "Kept"), (4, "Fernweh's")]
    assert rows("StartedConversation", "contact_id") == [(17, 701)]


def test_tabs_are_registered_as_they_were_shown(old: Any) -> None:
    account = make_account(old, 17, is_demonstration=True)
    real = make_account(old, 18)
    app = old.get_model("tenants", "DashboardApp").objects
    keys = {title: title.lower().ljust(22, "x") for title in ("Second", "First", "Renamed", "Deleted", "Disabled")}
    own = {
        title: app.create(
            account=account, title=title, key=key, position=title != "First", is_enabled=title != "Disabled"
        )
        for title, key in keys.items()
    }
    app.create(account=real, title="Real", key="real".ljust(22, "x"))
    change = old.get_model("simulator", "Change").objects
    elsewhere = [{"type": "frame", "url": "https://elsewhere.example.com/"}]
    values = {"title": "Other", "content": elsewhere}
    change.create(account=account, kind="dashboard_app", host_id=own["Renamed"].pk, values=values)
    change.create(account=account, kind="dashboard_app", host_id=own["Deleted"].pk, values={"deleted": True})
    created = old.get_model("simulator", "CreatedApp").objects
    created.create(account=account, title="Created", content=elsewhere, user_id=51)

    new = migrate(AFTER)

    tabs = new.get_model("simulator", "RegisteredApp").objects.order_by("id")
    assert list(tabs.values_list("host_account_id", "title")) == [
        (17, "First"),
        (17, "Second"),
        (17, "Other"),
        (17, "Created"),
    ]
    assert [tab.content[0]["url"] for tab in tabs] == [
        f"http://127.0.0.1:8000/a/{keys['First']}/",
        f"http://127.0.0.1:8000/a/{keys['Second']}/",
        "https://elsewhere.example.com/",
        "https://elsewhere.example.com/",
    ]
    assert not new.get_model("simulator", "Change").objects.exists()
