"""A panel that asks a system by itself: what it is handed, and what another address or other settings do."""

import time
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from django import forms
from django.test import Client

from panels import refresh, registry, snapshots
from panels.api import FetchContext, Identity, Panel, PanelUnavailable, SecretField
from panels.configuration import read_sources
from panels.guard import FAILURES_TO_OPEN, Guard
from panels.health import read_placement_health
from panels.models import Placement
from panels.registry import Installed
from panels.services import save_placement
from panels.snapshots import Source
from tenants.models import AuditEntry, Light
from tenants.secrets import get_secret, set_secret
from tests.factories import HOST, make_account, make_app, make_placement
from tests.panels.declarations.support import apply_text
from tests.support.api import operators_api

pytestmark = pytest.mark.django_db

HERE, THERE = "https://here.example", "https://there.example"
TOKEN = "canary-of-a-token"
ADA = Identity(contact_id=7, emails=("ada@example.com",))


class VaultPanelForm(forms.Form):
    address = forms.CharField(required=False)
    token = SecretField(required=False)
    rows = forms.IntegerField(initial=5)


class VaultPanel(Panel):
    slug = "vault"
    title = "Vault"
    SettingsForm = VaultPanelForm
    destination = ("address",)
    handed: ClassVar[list[Mapping[str, Any]]] = []

    def fetch(self, ctx: FetchContext) -> Any:
        self.handed.append(ctx.settings)
        if ctx.settings["address"] == "refused":
            raise PanelUnavailable("It is closed.")
        return {"from": ctx.settings["address"]}


@pytest.fixture(autouse=True)
def _vault() -> Iterator[None]:
    VaultPanel.handed.clear()
    real = registry.panels()
    both = Installed({**real.plugins, "vault": VaultPanel()}, real.broken)
    with patch.object(registry, "panels", lambda: both):
        yield


@pytest.fixture
def vault() -> Placement:
    placement = make_placement(make_app(make_account(name="Fernweh")), panel="vault", settings={"address": HERE})
    set_secret(placement, "token", TOKEN)
    return placement


def fetched(placement: Placement) -> Any:
    """Fetch what is due, as a worker does; return the data of the placement as it is now."""
    account = placement.account_id
    [source] = read_sources(account)
    refresh.refresh_source(account, source, ADA, trace_id="t", wanted_at=0)
    return snapshots.read_data(account, [source], ADA.digest())[source.key]


def test_fetch_is_handed_settings_and_secret(vault: Placement) -> None:
    assert fetched(vault) == {"from": HERE}
    assert VaultPanel.handed == [{"address": HERE, "token": TOKEN, "rows": 5}]


def ask(placement: Placement, *emails: str) -> None:
    """Fetch for each of the customers, as a worker does."""
    [source] = read_sources(placement.account_id)
    for email in emails:
        who = Identity(emails=(email,))
        refresh.refresh_source(placement.account_id, source, who, trace_id="t-1", wanted_at=time.time())


def test_operators_see_how_it_is_doing(vault: Placement, admin_client: Client) -> None:
    ask(vault, "ada@example.com")
    vault.settings = {"address": "refused"}
    vault.save()
    ask(vault, "bob@example.com")
    health = read_placement_health(vault)
    assert health
    assert (health.name, health.state.light, health.figures.calls) == ("Vault", Light.AMBER, 2)
    address = f"/admin/panels/placement/{vault.pk}/health/"
    page = admin_client.get(address).content.decode()
    assert "The last call failed. Others may succeed." in page
    assert "It is closed." in page
    for leads_there in ("/admin/panels/placement/", f"/admin/panels/placement/{vault.pk}/change/"):
        assert f'href="{address}"' in admin_client.get(leads_there).content.decode()
    told = operators_api(vault.account).get(f"placements/{vault.pk}/health/").json()
    assert (told["light"], told["calls"], told["errors"]) == ("amber", 2, {"temporary": 1})


def test_what_connections_fill_has_no_health_of_its_own(vault: Placement, admin_client: Client) -> None:
    orders = make_placement(vault.dashboard_app, panel="orders")
    assert read_placement_health(orders) is None
    assert admin_client.get(f"/admin/panels/placement/{orders.pk}/health/").status_code == 404
    assert operators_api(vault.account).get(f"placements/{orders.pk}/health/").status_code == 404
    page = admin_client.get(f"/admin/panels/placement/{orders.pk}/change/").content.decode()
    assert "field-health" not in page


def test_one_that_is_set_up_wrong_is_given_up_alone_until_it_is_mended(vault: Placement) -> None:
    other = make_placement(vault.dashboard_app, panel="vault", settings={"address": HERE})
    vault.settings = {"address": "refused"}
    vault.save()
    wrong, right = (Source.of_placement(one.pk, generation=one.generation) for one in (vault, other))
    for number in range(FAILURES_TO_OPEN):
        who = Identity(emails=(f"{number}@example.com",))
        refresh.refresh_source(vault.account_id, wrong, who, trace_id="t", wanted_at=0)

    def is_given_up(placement: Placement) -> bool:
        return Guard(placement.account_id, Source.of_placement(placement.pk).system, name="").breaker().is_open

    assert is_given_up(vault)
    assert not is_given_up(other)
    head = refresh.refresh_source(other.account_id, right, ADA, trace_id="t", wanted_at=0)
    assert head
    assert head.failure is None
    vault.settings = {"address": THERE}
    save_placement(vault)
    assert not is_given_up(vault)


def test_other_settings_have_data_fetched_anew(vault: Placement) -> None:
    fetched(vault)
    fetched(vault)
    assert len(VaultPanel.handed) == 1
    vault.settings = {"address": THERE}
    save_placement(vault)
    assert fetched(vault) == {"from": THERE}


def test_another_address_is_not_told_the_secret(vault: Placement, admin_client: Client) -> None:
    page = f"/admin/panels/placement/{vault.pk}/change/"
    kept = {"position": "0", "is_enabled": "on", "setting_address": HERE, "setting_token": "", "setting_rows": "9"}
    assert admin_client.post(page, kept).status_code == 302
    assert get_secret(Placement.objects.get(), "token") == TOKEN
    assert admin_client.post(page, {**kept, "setting_address": THERE}).status_code == 302
    assert get_secret(Placement.objects.get(), "token") is None
    assert fetched(vault) == {"from": THERE}
    assert VaultPanel.handed[-1]["token"] == ""
    assert TOKEN not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_another_panel_in_its_place_is_not_told_the_secret(vault: Placement) -> None:
    vault.panel, vault.settings = "orders", {}
    save_placement(vault)
    assert get_secret(Placement.objects.get(), "token") is None


def test_file_with_another_address_enters_the_secret_anew(vault: Placement) -> None:
    placement = f"{{panel: vault, settings: {{address: '{THERE}'}}, secrets: {{token: {{env: T}}}}}}"
    title = vault.dashboard_app.title
    known = f"name: Fernweh, host_origin: '{HOST}', host_account_id: {vault.account.host_account_id}"
    text = f"accounts: [{{{known}, apps: [{{title: '{title}', placements: [{placement}]}}]}}]"
    lines, problems = apply_text(text, secrets={"T": TOKEN})
    assert not problems
    assert f"placement vault in {title}: token: entered" in lines
    assert get_secret(Placement.objects.get(), "token") == TOKEN
    assert apply_text(text, secrets={"T": TOKEN}) == ([], [])
