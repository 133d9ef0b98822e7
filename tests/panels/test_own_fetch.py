"""A panel that asks a system by itself: what it is handed, and what another address or other settings do."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from django import forms
from django.test import Client

from panels import refresh, registry, snapshots
from panels.api import FetchContext, Identity, Panel, SecretField
from panels.configuration import read_sources
from panels.models import Placement
from panels.registry import Installed
from panels.services import save_placement
from tenants.models import AuditEntry
from tenants.secrets import get_secret, set_secret
from tests.factories import HOST, make_account, make_app, make_placement
from tests.panels.declarations.support import apply_text

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
