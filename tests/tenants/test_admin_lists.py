"""Lists and pages of the admin cost the same however many rows there are."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.forms import BoundField
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.models import Account, AgentSession, AuditEntry, Notice, ViewRecord
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.admin import MODELS, address_of, make_operator, make_row, signed_in

pytestmark = pytest.mark.django_db


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(found)


@pytest.mark.parametrize("who", ["administrator", "operator"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_lists_cost_the_same_for_1_3_and_30_rows(model: Any, who: str, admin_client: Client) -> None:
    client = signed_in(make_operator(has_all_accounts=True)) if who == "operator" else admin_client
    counts = []
    for more in (1, 2, 27):
        for _row in range(more):
            make_row(model)
        counts.append(queries(client, address_of(model)))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 12


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_lists_of_an_operators_own_accounts_do_not_cost_more_with_more_accounts(model: Any) -> None:
    user = make_operator()
    client, counts = signed_in(user), []
    for more in (1, 29):
        for _row in range(more):
            account = make_account()
            user.operator.accounts.add(account)
            make_row(model, account)
        counts.append(queries(client, address_of(model)))
    assert len(set(counts)) == 1, counts


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL sorts what is short, whatever indexes there are")
@pytest.mark.parametrize("model", [Account, AgentSession, AuditEntry, Notice, ViewRecord])
def test_lists_that_grow_large_are_not_sorted_anew_for_every_look(model: Any, admin_client: Client) -> None:
    page: Any = admin_client.get(address_of(model))
    assert "TEMP B-TREE" not in page.context["cl"].queryset[:20].explain()


def test_pages_cost_the_same_for_1_3_and_30_rows(admin_client: Client) -> None:
    account: Account = make_account(host_proved_at=None)  # so that no form asks its host
    app, shop = make_app(account), make_connection(account, connector="demo")
    placement = make_placement(app, shop)
    addresses = [
        f"/admin/tenants/account/{account.pk}/change/",
        f"/admin/tenants/dashboardapp/{app.pk}/change/",
        f"/admin/panels/connection/{shop.pk}/change/",
        f"/admin/panels/placement/{placement.pk}/change/",
    ]
    before = [queries(admin_client, address) for address in addresses]
    for more in (2, 27):
        for _row in range(more):
            make_placement(app, make_connection(account, connector="demo"))
            make_app(account)
        assert [queries(admin_client, address) for address in addresses] == before


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label_lower)
def test_every_page_is_saved_as_it_is_or_has_nothing_to_save(model: Any, admin_client: Client) -> None:
    row = make_row(model)
    Account.objects.update(host_proved_at=None)  # so that no form asks its host
    address = address_of(model, f"{row.pk}/change/")
    page: Any = admin_client.get(address)
    assert page.status_code == 200
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    body = dict(entered for form in forms for field in form for entered in _entered(field))
    answer = admin_client.post(address, body)
    assert answer.status_code == (302 if b'name="_save"' in page.content else 403), _complaints(answer)


def _entered(field: BoundField) -> Iterator[tuple[str, Any]]:
    """Yield what a browser sends of the field as it is shown."""
    widget: Any = field.field.widget
    value = field.value()
    if hasattr(widget, "widgets_names"):  # of a date and a time, as two fields
        parts = zip(widget.widgets_names, widget.decompress(value), strict=True)
        yield from ((field.html_name + name, part or "") for name, part in parts)
    elif value is not None and value is not False:
        yield field.html_name, value


def _complaints(page: Any) -> Any:
    return page.context and [page.context["adminform"].errors, page.context["errors"]]
