"""A file makes accounts what it says, once; a second time nothing is written and no host is asked."""

from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth import get_user_model
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from panels.declarations import difference
from panels.declarations.applying import apply_plan, plan
from panels.declarations.dumping import dump_yaml
from panels.models import Connection, Placement
from panels.services import save_connection
from tenants import audit
from tenants.models import Account, AuditEntry, DashboardApp, Operator
from tenants.secrets import get_host_token, get_secret, set_host_token
from tenants.selectors import may_write, visible_accounts
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.panels.declarations.support import CANARY, ProvingHost, apply_text, plan_of, read

pytestmark = pytest.mark.django_db
FILE = """
accounts:
  - name: Fernweh
    host_origin: https://voxys.example
    host_account_id: 4
    trust: verified
    host_token: {env: FERNWEH_TOKEN}
    hook_secret: {env: FERNWEH_HOOK}
    connections:
      - name: Shop
        connector: vault
        settings: {url: "https://shop.example", note: n}
        secrets: {token: {env: SHOP_TOKEN}}
    apps:
      - title: Orders
        inboxes: [1, 2]
        placements:
          - {panel: orders, connections: [Shop], settings: {rows: 3}}
          - {panel: customer}
          - {panel: orders, title: All of them}
      - {title: Empty, is_enabled: no}
"""
SECRETS = {"FERNWEH_TOKEN": f"{CANARY}-1", "FERNWEH_HOOK": f"{CANARY}-2", "SHOP_TOKEN": f"{CANARY}-3"}
PLACE = "host_origin: 'https://voxys.example', host_account_id: 4"


def account_text(fields: str, *, name: str = "Fernweh", place: str = PLACE) -> str:
    return f"accounts: [{{name: {name}, {place}, {fields}}}]"


def fernweh(**values: Any) -> Account:
    return make_account(**{"name": "Fernweh", "host_origin": "https://voxys.example", "host_account_id": 4, **values})


def test_new_account_is_made_whole(host: ProvingHost) -> None:
    lines, problems = apply_text(FILE, secrets=SECRETS)
    assert not problems
    assert lines == [
        "+ account Fernweh (https://voxys.example, 4)",
        "account Fernweh: host_token: entered",
        "account Fernweh: hook_secret: entered",
        "+ connection Shop (vault)",
        "connection Shop: token: entered",
        "+ app Orders",
        "+ placement orders in Orders",
        "+ placement customer in Orders",
        "+ placement orders in Orders",
        "+ app Empty",
    ]
    account = Account.objects.get()
    assert (account.trust, account.is_proved, get_host_token(account)) == ("verified", True, SECRETS["FERNWEH_TOKEN"])
    assert get_secret(Connection.objects.get(), "token") == SECRETS["SHOP_TOKEN"]
    app = DashboardApp.objects.get(title="Orders")
    assert app.inboxes == [1, 2]
    assert [row.panel for row in app.placements.order_by("position")] == ["orders", "customer", "orders"]
    assert [row.name for row in app.placements.order_by("position")[0].connections.all()] == ["Shop"]
    assert host.asked == [SECRETS["FERNWEH_TOKEN"]]


def test_second_time_writes_nothing_and_asks_nobody(host: ProvingHost) -> None:
    apply_text(FILE, secrets=SECRETS)
    host.asked.clear()
    with CaptureQueriesContext(
        database,
    ) as queries:
        (one,) = plan_of(FILE, secrets=SECRETS)
        assert one.is_empty
        assert apply_plan(one).problems == ()
    assert all(query["sql"].startswith("SELECT") for query in queries), queries.captured_queries
    assert not host.asked


def test_plan_changes_nothing_and_asks_nobody(host: ProvingHost) -> None:
    (one,) = plan_of(FILE, secrets=SECRETS)
    assert one.lines
    assert not one.problems
    assert not host.asked
    assert not Account.objects.exists()
    assert not AuditEntry.objects.exists()


def test_changes_are_told_from_what_to_what() -> None:
    account = fernweh(trust="signed_in")
    make_connection(account, name="Shop", connector="demo", settings={"shop": "a", "latency": 0})
    fields = "trust: verified, connections: [{name: Shop, settings: {shop: b, latency: 0}, is_enabled: no}]"
    lines, problems = apply_text(account_text(fields))
    assert not problems
    assert lines == [
        "account Fernweh: trust signed_in → verified",
        "connection Shop: is_enabled true → false",
        "connection Shop: settings.shop a → b",
    ]


def test_what_is_not_given_or_not_named_stays() -> None:
    account = fernweh(trust="verified", locale="de")
    make_connection(account, name="Other", connector="demo")
    app = make_app(account, title="Orders", is_draft=True)
    make_placement(app, panel="payments")
    lines, problems = apply_text(
        account_text("apps: [{title: Orders, placements: [{panel: orders}]}], connections: []")
    )
    assert (lines, problems) == (["+ placement orders in Orders"], [])
    account.refresh_from_db()
    app.refresh_from_db()
    assert (account.trust, account.locale, app.is_draft) == ("verified", "de", True)
    assert Connection.objects.count() == 1
    assert Placement.objects.count() == 2


def test_prune_deletes_what_the_given_lists_do_not_name() -> None:
    account = fernweh()
    make_connection(account, name="Other", connector="demo")
    app = make_app(account, title="Orders")
    make_app(account, title="Old")
    make_placement(app, panel="payments")
    text = account_text("prune: yes, apps: [{title: Orders, placements: []}]")
    lines, problems = apply_text(text)
    assert (sorted(lines), problems) == (["- app Old", "- placement payments in Orders"], [])
    assert Connection.objects.count() == 1  # its list is not given
    lines, _problems = apply_text(account_text("prune: yes, connections: []"))
    assert lines == ["- connection Other"]
    assert not Connection.objects.exists()


def test_app_is_renamed_and_keeps_its_address() -> None:
    app = make_app(fernweh(), title="Orders")
    text = account_text("prune: yes, apps: [{title: Purchases, was: Orders}]")
    assert apply_text(text) == (["app Orders: title Orders → Purchases"], [])
    assert DashboardApp.objects.get().key == app.key
    assert apply_text(text) == ([], [])


def test_order_in_the_file_is_the_order_of_tabs() -> None:
    account = fernweh()
    for position, title in enumerate(("A", "B", "C")):
        make_app(account, title=title, position=position)
    apply_text(account_text("apps: [{title: C}, {title: N}, {title: A}, {title: B}]"))
    assert list(DashboardApp.objects.values_list("title", flat=True)) == ["C", "N", "A", "B"]
    assert apply_text(account_text("apps: [{title: C}, {title: A}]")) == ([], [])


def test_unproved_account_is_known_by_its_name_and_moves() -> None:
    account = fernweh(host_origin="https://old.example", host_proved_at=None)
    lines, problems = apply_text(account_text("is_active: yes"))
    assert (lines, problems) == (["account Fernweh: host_origin https://old.example → https://voxys.example"], [])
    account.refresh_from_db()
    assert account.host_origin == "https://voxys.example"


def test_proved_account_is_known_by_its_place_and_renamed() -> None:
    account = fernweh()
    assert apply_text(account_text("is_active: yes", name="Weitweg"))[0] == ["account Fernweh: name Fernweh → Weitweg"]
    account.refresh_from_db()
    assert account.name == "Weitweg"


def test_another_destination_needs_its_secret_again() -> None:
    account = fernweh()
    connection = Connection(account=account, name="Shop", connector="vault", settings={"url": "https://a.example"})
    save_connection(connection, {"token": CANARY})
    fields = "connections: [{name: Shop, settings: {url: 'https://b.example'}, secrets: {token: {env: T}}}]"
    lines, problems = apply_text(account_text(fields), secrets={"T": CANARY})
    assert not problems
    assert "connection Shop: token: entered" in lines
    assert get_secret(Connection.objects.get(), "token") == CANARY
    assert apply_text(account_text(fields), secrets={"T": CANARY}) == ([], [])


def test_stored_token_that_was_never_proved_is_tried_again(host: ProvingHost) -> None:
    account = fernweh(host_proved_at=None)
    set_host_token(account, CANARY)
    lines, problems = apply_text(account_text("host_token: {env: T}"), secrets={"T": CANARY})
    assert (lines, problems) == (["account Fernweh: host_token: entered"], [])
    account.refresh_from_db()
    assert account.is_proved


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("trust: any", "accounts[0] (Fernweh): trust: “any” is none of these: signed_in, verified, link."),
        ("sign_in_method: fax", "accounts[0] (Fernweh): sign_in_method: “fax” is none of these: mail, note, any."),
        ("locale: xx-yy-zz", "accounts[0] (Fernweh): locale: “xx-yy-zz” is no language"),
        ("host_token: {env: NOT_THERE}", "accounts[0] (Fernweh): host_token: There is no value for “NOT_THERE”"),
        ("connections: [{name: a}]", "connections[0].connector: A new connection needs"),
        ("connections: [{name: a, connector: gone}]", "connections[0].connector: The connector “gone” is not"),
        ("connections: [{name: a, connector: vault, settings: {}}]", "connections[0].settings: url: "),
        ("connections: [{name: a, connector: demo, settings: {x: 1}}]", "connections[0].settings: Unknown setting: x"),
        (
            f"connections: [{{name: a, connector: vault, settings: {{url: u, token: {CANARY}}}}}]",
            "connections[0].settings: “token” is a secret",
        ),
        (
            "connections: [{name: a, connector: vault, settings: {url: u}, secrets: {note: {env: T}}}]",
            "connections[0].secrets.note: This is no secret",
        ),
        ("apps: [{title: a, placements: [{panel: gone}]}]", "apps[0].placements[0].panel: The panel “gone”"),
        (
            "apps: [{title: a, placements: [{panel: orders, connections: [b]}]}]",
            "apps[0].placements[0].connections: The account has no connection “b”",
        ),
        ("apps: [{title: a, placements: [{panel: orders, settings: {rows: 99}}]}]", "placements[0].settings: rows: "),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_is_wrong_is_told_and_leaves_the_account_alone(is_new: bool, fields: str, told: str) -> None:
    if not is_new:
        fernweh()
    before = AuditEntry.objects.count(), Account.objects.count()
    _lines, problems = apply_text(account_text(f"is_active: no, {fields}"), secrets={"T": "t"})
    assert any(told in problem for problem in problems), problems
    assert CANARY not in "".join(problems)
    assert (AuditEntry.objects.count(), Account.objects.count()) == before


def test_one_accounts_failure_does_not_stop_the_others(host: ProvingHost) -> None:
    text = (
        "accounts: [{name: A, host_origin: 'https://a.example', host_account_id: 1, host_token: {env: BAD}},"
        " {name: B, host_origin: 'https://b.example', host_account_id: 1, host_token: {env: GOOD}}]"
    )
    _lines, problems = apply_text(text, secrets={"BAD": "refused", "GOOD": "good"})
    assert len(problems) == 1
    assert problems[0].startswith("accounts[0] (A): host_token: The host does not accept this token")
    assert [account.name for account in Account.objects.all()] == ["B"]


def test_broken_off_at_any_write_the_same_file_does_the_rest(host: ProvingHost) -> None:
    """An account is never half there, and the one before it stays."""
    text = FILE + FILE.replace("accounts:", "").replace("Fernweh", "Second").replace("_id: 4", "_id: 5")
    apply_text(text, secrets=SECRETS)
    whole, writes = dump_yaml(Account.objects.order_by("pk")), 14
    names = ("save_account", "save_connection", "save_dashboard_app", "save_placement")
    for allowed in range(writes + 1):
        Account.objects.all().delete()
        left = [True] * allowed

        def dies(service: Any, *, left: list[bool] = left) -> Any:
            def act(*args: Any, **options: Any) -> None:
                if not left:
                    raise SystemExit
                left.pop()
                service(*args, **options)

            return act

        plans = plan(read(text), visible=Account.objects.all(), secrets=SECRETS, rehearses=False)
        with patch.multiple(difference, **{name: dies(getattr(difference, name)) for name in names}):
            try:
                for one in plans:
                    assert not apply_plan(one).problems
            except SystemExit:
                assert allowed < writes
        assert Account.objects.count() == allowed // (writes // 2)
        assert apply_text(text, secrets=SECRETS)[1] == []
        assert dump_yaml(Account.objects.order_by("pk")) == whole
    assert not left


def test_two_accounts_of_one_name_on_two_hosts_stay_two() -> None:
    text = (
        "accounts: [{name: A, host_origin: 'https://a.example', host_account_id: 1},"
        " {name: A, host_origin: 'https://b.example', host_account_id: 1}]"
    )
    assert apply_text(text)[1] == []
    assert Account.objects.count() == 2
    assert apply_text(text) == ([], [])


def make_operator(name: str, *accounts: Account, role: str = "operator") -> Any:
    user = get_user_model().objects.create_user(name, is_staff=True)
    Operator.objects.create(user=user, role=role).accounts.set(accounts)
    return user


def test_operator_finds_their_own_accounts_only() -> None:
    mine, others = fernweh(), make_account(name="Others", host_account_id=5, trust="signed_in")
    user = make_operator("olga", mine)
    place = "host_origin: 'https://voxys.example', host_account_id: 5"
    text = account_text("trust: link", name="Others", place=place)
    lines, problems = apply_text(text, visible=visible_accounts(user), may_write=may_write(user))
    # As if there were none: a new one, which is not served.
    assert (lines, problems) == (["+ account Others (https://voxys.example, 5)"], [])
    Account.objects.exclude(pk__in=[mine.pk, others.pk]).delete()
    by_name = apply_text("accounts: [{name: Others, trust: link}]", visible=visible_accounts(user))[1]
    unknown = apply_text("accounts: [{name: Nobody, trust: link}]", visible=visible_accounts(user))[1]
    assert by_name[0].replace("Others", "Nobody") == unknown[0]
    others.refresh_from_db()
    assert others.trust == "signed_in"
    assert apply_text(account_text("trust: verified"), visible=visible_accounts(user))[1] == []


def test_new_account_becomes_its_operators() -> None:
    user = make_operator("olga")
    with audit.acting(user, "admin"):
        assert apply_text(account_text("trust: verified"), visible=visible_accounts(user))[1] == []
    assert apply_text(account_text("trust: verified"), visible=visible_accounts(user)) == ([], [])


def test_support_sees_the_difference_and_changes_nothing() -> None:
    account = fernweh(trust="signed_in")
    user = make_operator("sam", account, role="support")
    text = account_text("trust: link")
    lines, problems = apply_text(text, visible=visible_accounts(user), may_write=may_write(user))
    assert lines == ["account Fernweh: trust signed_in → link"]
    assert problems == ["accounts[0] (Fernweh): You may look at this account, and not change it."]
    account.refresh_from_db()
    assert account.trust == "signed_in"


def test_plan_that_is_out_of_date_is_refused() -> None:
    (new,) = plan_of(account_text("is_active: yes"))
    account = fernweh()
    assert "changed by somebody else" in str(apply_plan(new))
    (change,) = plan_of(account_text("is_active: no"))
    account.delete()
    assert "changed by somebody else" in str(apply_plan(change))


def test_secrets_are_neither_told_nor_audited(host: ProvingHost) -> None:
    (one,) = plan_of(FILE, secrets=SECRETS)
    assert CANARY not in repr(one)
    apply_plan(one)
    entries = list(AuditEntry.objects.values())
    assert entries
    assert CANARY not in repr(entries)


def test_plugin_that_fails_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("panels.services.check_settings", fail)
    _lines, problems = apply_text(account_text("connections: [{name: a, connector: demo}]"))
    assert problems == ["accounts[0] (Fernweh): It failed: RuntimeError."]
