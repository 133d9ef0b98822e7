"""The demonstration accounts in the database."""

import base64
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.crypto import salted_hmac
from pytest_django import Settings

from panels.models import Connection, Placement
from panels.registry import connectors, panels
from tenants.models import Account, AuditEntry, DashboardApp, SignInMethod, Trust
from tenants.secrets import get_hook_secret, get_host_token
from tests.factories import make_account
from voxysapps.simulator.declared import FILE, declared_accounts, secret_values
from voxysapps.simulator.demonstration import DEMONSTRATION_ACCOUNTS
from voxysapps.simulator.host.state import seed_of
from voxysapps.simulator.host.tokens import administrator_token, agent_token
from voxysapps.simulator.models import RegisteredApp, Webhook
from voxysapps.simulator.seed import demonstration_state, seed_demonstration

pytestmark = pytest.mark.django_db

ORIGINS = ["http://localhost:8000", "http://127.0.0.1:8000"]


def rows() -> list[list[dict[str, Any]]]:
    models: tuple[Any, ...] = (
        *(Account, DashboardApp, Placement, Connection, Placement.connections.through),
        *(Webhook, RegisteredApp),
    )
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def without_proof(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "host_proved_at"}


def test_seed_makes_a_demonstration_account_for_each_trust() -> None:
    seed_demonstration(host_origins=ORIGINS)

    assert Account.objects.count() == len(DEMONSTRATION_ACCOUNTS)
    for account in Account.objects.all():
        assert account.is_demonstration
        assert account.host_origins == ORIGINS
        account.full_clean()
    trusts = {account.name: account.trust for account in Account.objects.all()}
    assert trusts == {
        "Fernweh Outdoor": Trust.LINK,
        "Atelier Brisa": Trust.SIGNED_IN,
        "Lanterna & Figli": Trust.VERIFIED,
    }
    assert Account.objects.get(name="Atelier Brisa").sign_in_method == SignInMethod.ANY


def test_every_account_is_connected_to_the_stand_in_host() -> None:
    seed_demonstration(host_origins=ORIGINS)

    for account in Account.objects.all():
        seed = seed_of(account.host_account_id)
        assert seed is not None
        webhook = Webhook.objects.get(host_account_id=account.host_account_id)
        assert account.is_proved
        assert account.api_address == "http://127.0.0.1:8000/simulator/host"
        assert get_host_token(account) == administrator_token(seed)
        assert get_hook_secret(account) == webhook.secret
        assert webhook.url == f"http://127.0.0.1:8000/hooks/{account.hook_key}/"


def test_another_port_moves_the_stand_in_host_and_sets_the_secrets_again() -> None:
    seed_demonstration(host_origins=ORIGINS)
    before = {account.pk: (get_host_token(account), get_hook_secret(account)) for account in Account.objects.all()}

    seed_demonstration(host_origins=ORIGINS, server="http://127.0.0.1:9000")

    for account in Account.objects.all():
        assert account.is_proved
        assert account.host_api == "http://127.0.0.1:9000/simulator/host"
        assert (get_host_token(account), get_hook_secret(account)) == before[account.pk]
        assert Webhook.objects.get(host_account_id=account.host_account_id).url.startswith(
            "http://127.0.0.1:9000/hooks/"
        )


def test_webhook_that_an_operator_registered_again_is_the_seeded_one() -> None:
    seed_demonstration(host_origins=ORIGINS)
    account = Account.objects.get(host_account_id=17)
    theirs = Webhook.objects.get(host_account_id=17)
    url = f"http://127.0.0.1:9000/hooks/{account.hook_key}/"
    ours = Webhook.objects.create(host_account_id=17, url=url, subscriptions=["message_created"], secret="new")

    for _time in range(2):
        seed_demonstration(host_origins=ORIGINS, server="http://127.0.0.1:9000")

    webhook = Webhook.objects.get(host_account_id=17)
    assert (webhook.pk, webhook.is_seeded, webhook.subscriptions) == (ours.pk, True, ["message_created"])
    assert webhook.pk != theirs.pk
    assert get_hook_secret(account) == "new"


def test_seed_survives_other_encryption_keys(settings: Settings) -> None:
    seed_demonstration(host_origins=ORIGINS)
    settings.ENCRYPTION_KEYS = ["another key for tests, of more than 32 characters"]
    seed_demonstration(host_origins=ORIGINS)
    for account in Account.objects.all():
        assert get_hook_secret(account) == Webhook.objects.get(host_account_id=account.host_account_id).secret


def test_seed_twice_changes_nothing() -> None:
    seed_demonstration(host_origins=ORIGINS)
    before = rows()
    seed_demonstration(host_origins=ORIGINS)
    assert rows() == before


def test_seed_keeps_what_an_operator_changed() -> None:
    seed_demonstration(host_origins=ORIGINS)
    app = DashboardApp.objects.filter(title="Orders").get()
    app.title = "Purchases"
    app.save()
    Placement.objects.filter(dashboard_app__title="Payments").delete()
    before = rows()

    seed_demonstration(host_origins=ORIGINS)

    assert rows() == before


def test_seed_survives_another_secret_key(settings: Settings) -> None:
    seed_demonstration(host_origins=ORIGINS)
    before = rows()
    settings.SECRET_KEY = "another one"
    seed_demonstration(host_origins=ORIGINS)
    # Agents have other tokens then, proved now, and nothing else.
    assert [[without_proof(row) for row in table] for table in rows()] == [
        [without_proof(row) for row in table] for table in before
    ]
    account = Account.objects.order_by("id")[0]
    assert get_host_token(account) == agent_token(account.host_account_id, 11)


def test_seed_refreshes_the_host_origins() -> None:
    seed_demonstration(host_origins=ORIGINS)
    seed_demonstration(host_origins=["http://localhost:9000"])
    assert {tuple(account.host_origins) for account in Account.objects.all()} == {("http://localhost:9000",)}


def test_seed_makes_an_app_again_where_it_was_and_leaves_the_others() -> None:
    seed_demonstration(host_origins=ORIGINS)
    account = Account.objects.get(host_account_id=4)
    Account.objects.filter(pk=account.pk).update(name="Renamed", trust=Trust.VERIFIED, time_zone="UTC")
    Connection.objects.filter(name="Fernweh shop").update(settings={"shop": "changed"})
    gone = DashboardApp.objects.for_account(account).get(title="Payments")
    before = rows()
    gone.delete()

    seed_demonstration(host_origins=ORIGINS)

    again = DashboardApp.objects.for_account(account).get(title="Payments")
    assert (again.key, again.position) == (gone.key, gone.position)
    assert [placement.panel for placement in again.placements.all()] == ["payments"]
    accounts, connections = rows()[0], rows()[3]
    assert (accounts, connections) == (before[0], before[3])


def test_seed_brings_back_a_connection_only_with_an_app_that_needs_it() -> None:
    seed_demonstration(host_origins=ORIGINS)
    Connection.objects.filter(name="Outlet shop").delete()
    seed_demonstration(host_origins=ORIGINS)
    assert not Connection.objects.filter(name="Outlet shop").exists()
    DashboardApp.objects.filter(title="Broken shop").delete()
    seed_demonstration(host_origins=ORIGINS)
    (placement,) = Placement.objects.filter(dashboard_app__title="Broken shop")
    assert [connection.name for connection in placement.connections.all()] == ["Outlet shop"]


def test_account_that_an_operator_connected_by_hand_is_theirs() -> None:
    seed_demonstration(host_origins=ORIGINS)
    Account.objects.get(host_account_id=17).delete()
    theirs = make_account(name="By hand", host_origin=ORIGINS[0], host_account_id=17)
    before = Account.objects.filter(pk=theirs.pk).values().get()
    seed_demonstration(host_origins=ORIGINS)
    assert list(Account.objects.filter(host_account_id=17).values()) == [before]
    assert not theirs.dashboard_apps.exists()


def test_applying_the_file_again_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seed_demonstration(host_origins=ORIGINS)
    for account in Account.objects.all():
        shape = declared_accounts()[account.host_account_id]
        host_token, hook_secret = get_host_token(account), get_hook_secret(account)
        assert host_token
        assert hook_secret
        for name, value in secret_values(shape, host_token=host_token, hook_secret=hook_secret).items():
            monkeypatch.setenv(name, value)
    before = rows()
    call_command("apply", str(FILE))
    assert capsys.readouterr().out == "Nothing to change.\n"
    assert rows() == before
    # It says so because it has looked.
    DashboardApp.objects.filter(title="São Paulo").delete()
    call_command("apply", str(FILE), "--dry-run")
    assert "  + app São Paulo\n" in capsys.readouterr().out


def test_keys_are_those_of_every_version(settings: Settings) -> None:
    settings.SECRET_KEY = "the secret key of an installation, long enough for it"
    seed_demonstration(host_origins=ORIGINS)
    slugs = [
        *("4/customer-360", "4/orders", "4/payments", "4/broken-shop"),
        *("9/both-shops", "9/payments", "9/sao-paulo", "9/history"),
        *("17/customer", "17/payments", "17/history"),
    ]
    keys = []
    for slug in slugs:
        digest = salted_hmac("voxysapps.simulator.seed", slug, algorithm="sha256").digest()
        keys.append(base64.urlsafe_b64encode(digest[:16]).decode().rstrip("="))
    apps = DashboardApp.objects.order_by("account__host_account_id", "position")
    assert [app.key for app in apps] == keys


def test_seed_is_in_the_audit() -> None:
    seed_demonstration(host_origins=ORIGINS)
    entries = AuditEntry.objects.filter(object_type="tenants.account", action="add")
    assert set(entries.values_list("actor", "via")) == {("demonstration", "system")}
    seen = AuditEntry.objects.count()
    seed_demonstration(host_origins=ORIGINS)
    assert AuditEntry.objects.count() == seen


def test_every_seeded_panel_and_connector_exists_and_accepts_its_settings() -> None:
    seed_demonstration(host_origins=ORIGINS)
    assert {placement.panel for placement in Placement.objects.all()} <= panels().plugins.keys()
    for connection in Connection.objects.all():
        form = connectors().plugins[connection.connector].SettingsForm(connection.settings)
        assert form.is_valid(), form.errors
        assert form.cleaned_data == connection.settings


def test_state_names_what_scripts_need() -> None:
    seed_demonstration(host_origins=ORIGINS)

    first, second, third = demonstration_state()

    assert first.keys() == {"id", "name", "trust", "host_account_id", "agents", "conversations", "apps"}
    assert [app["title"] for app in first["apps"]] == ["Customer 360", "Orders", "Payments", "Broken shop"]
    assert [placement["panel"] for placement in first["apps"][0]["placements"]] == ["customer", "orders", "payments"]
    assert first["conversations"][0].keys() == {"id", "uuid", "contact", "channel", "inbox_id"}
    assert first["agents"][0].keys() == {"id", "name", "email"}
    assert {app["key"] for app in first["apps"]}.isdisjoint(app["key"] for app in second["apps"])
    assert [account["trust"] for account in (first, second, third)] == ["link", "signed_in", "verified"]
    json.dumps([first, second, third])


def test_state_has_the_uuid_that_the_host_answers(client: Client) -> None:
    seed_demonstration(host_origins=ORIGINS)
    for account in demonstration_state():
        token = administrator_token(next(one for one in DEMONSTRATION_ACCOUNTS if one.name == account["name"]))
        for conversation in account["conversations"]:
            path = f"/simulator/host/api/v1/accounts/{account['host_account_id']}/conversations/{conversation['id']}"
            answer = client.get(path, headers={"api-access-token": token}).json()
            assert answer.get("uuid") == conversation["uuid"]


def test_command_seeds_and_prints_the_state() -> None:
    out = StringIO()
    call_command("seed_demo", "--host-origin", ORIGINS[0], "--host-origin", ORIGINS[1], stdout=out)
    assert json.loads(out.getvalue()) == demonstration_state()


def test_command_refuses_what_is_no_origin() -> None:
    with pytest.raises(CommandError, match="is no address of a host"):
        call_command("seed_demo", "--host-origin", "localhost:8000/", stdout=StringIO())
    assert not Account.objects.exists()
