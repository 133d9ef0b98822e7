"""Who may do what, and who has changed that: users, groups, permissions, operators; for platform administrators."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from tenants import audit
from tenants.models import Account, AuditEntry, Operator, Role
from tests.factories import make_account
from tests.support.admin import make_operator, signed_in
from tests.support.api import api_of

pytestmark = pytest.mark.django_db

USERS, GROUPS = "/admin/auth/user/", "/admin/auth/group/"
AUDIT = "/admin/tenants/auditentry/"
PASSWORD, NEXT = "canary-4711-canary", "another-canary-4712"


@pytest.fixture
def root() -> User:
    user = User.objects.create_superuser("root", "root@example.com")
    AuditEntry.objects.all().delete()
    return user


@pytest.fixture
def client(root: User) -> Client:
    return signed_in(root)


def told(object_type: str = "auth.user") -> list[tuple[str, str, str, Any]]:
    """Return what was written down of rows of this kind, without when they joined."""
    entries = AuditEntry.objects.filter(object_type=object_type).order_by("pk")
    for entry in entries:
        assert entry.account is None
    return [
        (entry.action, entry.object_name, entry.actor, {k: v for k, v in entry.changes.items() if k != "date_joined"})
        for entry in entries
    ]


def body_of(user: User, **values: Any) -> dict[str, Any]:
    """Return what the user's page posts."""
    names = ("is_active", "is_staff", "is_superuser")
    joined = user.date_joined
    shown = {
        "username": user.username,
        "email": user.email,
        **{name: "on" for name in names if getattr(user, name)},
        "date_joined_0": f"{joined:%Y-%m-%d}",
        "date_joined_1": f"{joined:%H:%M:%S}",
        "groups": [group.pk for group in user.groups.all()],
    }
    return {name: value for name, value in {**shown, **values}.items() if value is not None}


def change(client: Client, user: User, **values: Any) -> None:
    response = client.post(f"{USERS}{user.pk}/change/", body_of(user, **values))
    assert response.status_code == 302, response.context["adminform"].form.errors
    user.refresh_from_db()


def test_user_is_added(client: Client) -> None:
    body = {"username": "new", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(f"{USERS}add/", body).status_code == 302
    ((action, name, actor, changes),) = told()
    assert (action, name, actor) == ("add", "new", "root")
    assert changes["password"] == [None, "entered"]
    assert changes["is_superuser"] == [None, False]
    entry = AuditEntry.objects.get()
    assert entry.via == "admin"


def test_rights_of_a_user(client: Client) -> None:
    user = User.objects.create_user("ada", is_staff=True, date_joined="2026-01-01T00:00:00Z")
    user.refresh_from_db()
    group = Group.objects.create(name="Night shift")
    permission = Permission.objects.get(content_type__app_label="tenants", codename="view_account")
    AuditEntry.objects.all().delete()

    change(client, user, is_superuser="on")
    change(client, user, is_active=None)
    change(client, user, groups=[group.pk], user_permissions=[permission.pk])
    change(client, user, groups=[], user_permissions=[permission.pk])
    change(client, user, user_permissions=[permission.pk])

    assert told() == [
        ("change", "ada", "root", {"is_superuser": [False, True]}),
        ("change", "ada", "root", {"is_active": [True, False]}),
        ("change", "ada", "root", {"groups": [[], ["Night shift"]]}),
        ("change", "ada", "root", {"user_permissions": [[], ["tenants.view_account"]]}),
        ("change", "ada", "root", {"groups": [["Night shift"], []]}),
    ]


def test_passwords_are_named_and_never_quoted(client: Client, settings: Settings) -> None:
    user = User.objects.create_user("ada", password=PASSWORD, is_staff=True)
    AuditEntry.objects.all().delete()
    digests = [user.password]

    address = f"{USERS}{user.pk}/password/"
    body = {"usable_password": "true", "password1": NEXT, "password2": NEXT}
    assert client.post(address, body).status_code == 302
    user.refresh_from_db()
    digests.append(user.password)
    own = signed_in(user)
    body = {"old_password": NEXT, "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert own.post("/admin/password_change/", body).status_code == 302
    user.refresh_from_db()
    digests.append(user.password)
    assert client.post(address, {"usable_password": "false", "unset-password": "1"}).status_code == 302

    assert len(set(digests)) == 3
    assert told() == [
        ("change", "ada", "root", {"password": [None, "entered"]}),
        ("change", "ada", "ada", {"password": [None, "entered"]}),
        ("change", "ada", "root", {"has_password": [True, False]}),
    ]
    everything = str(list(AuditEntry.objects.values()))
    for secret in (PASSWORD, NEXT, *digests):
        assert secret not in everything


def test_signing_in_changes_no_password(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    ]
    user = User.objects.create_superuser("ada", password=PASSWORD)
    AuditEntry.objects.all().delete()
    before = user.password
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[::-1]
    assert Client().post("/admin/login/", {"username": "ada", "password": PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert user.password != before
    assert user.last_login
    assert told() == []


def test_commands_are_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", username="cli", email="cli@example.com", stdout=StringIO())
    ((action, name, actor, changes),) = told()
    assert (action, name, actor) == ("add", "cli", "system")
    assert (changes["is_superuser"], changes["password"]) == ([None, True], [None, "entered"])


def test_groups_and_their_permissions(client: Client) -> None:
    view, add = (
        Permission.objects.get(content_type__app_label="tenants", codename=f"{what}_account")
        for what in ("view", "add")
    )
    client.post(f"{GROUPS}add/", {"name": "Night shift", "permissions": [view.pk]})
    group = Group.objects.get()
    user = User.objects.create_user("ada")
    group.user_set.add(user)
    client.post(f"{GROUPS}{group.pk}/change/", {"name": "Day shift", "permissions": [view.pk, add.pk]})
    client.post(f"{GROUPS}{group.pk}/delete/", {"post": "yes"})
    rights = ["tenants.add_account", "tenants.view_account"]
    assert told("auth.group") == [
        ("add", "Night shift", "root", {"name": [None, "Night shift"]}),
        ("change", "Night shift", "root", {"permissions": [[], rights[1:]]}),
        ("change", "Day shift", "root", {"name": ["Night shift", "Day shift"]}),
        ("change", "Day shift", "root", {"permissions": [rights[1:], rights]}),
        (
            "delete",
            "Day shift",
            "root",
            {"name": ["Day shift", None], "permissions": [rights, None], "users": [["ada"], None]},
        ),
    ]
    assert told()[-1] == ("change", "ada", "system", {"groups": [[], ["Night shift"]]})


@pytest.mark.parametrize(
    ("act", "changes"),
    [
        (lambda user, one, two: user.groups.clear(), [[["One", "Two"], []]]),
        (lambda user, one, two: user.groups.set([two]), [[["One", "Two"], ["Two"]]]),
        (lambda user, one, two: user.groups.add(one), []),
        (lambda user, one, two: one.user_set.clear(), [[["One", "Two"], ["Two"]]]),
        (lambda user, one, two: one.user_set.remove(user), [[["One", "Two"], ["Two"]]]),
        (lambda user, one, two: one.user_set.add(user), []),
    ],
    ids=["clear", "set", "add", "clear users", "remove user", "add user"],
)
def test_from_either_side(act: Any, changes: list[Any]) -> None:
    user, other = User.objects.create_user("ada"), User.objects.create_user("other")
    one, two = Group.objects.create(name="One"), Group.objects.create(name="Two")
    user.groups.set([one, two])
    other.groups.set([two])
    AuditEntry.objects.all().delete()
    act(user, one, two)
    assert [(name, found["groups"]) for _action, name, _actor, found in told()] == [("ada", one) for one in changes]


def test_users_are_deleted_by_others_and_by_themselves(client: Client, root: User) -> None:
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.create(name="Night shift"))
    AuditEntry.objects.all().delete()
    body = {"action": "delete_selected", "_selected_action": [user.pk, root.pk], "post": "yes"}
    assert client.post(USERS, body).status_code == 302
    assert not User.objects.exists()
    found = {name: (action, actor, changes) for action, name, actor, changes in told()}
    assert set(found) == {"ada", "root"}
    action, actor, changes = found["ada"]
    assert (action, actor, changes["groups"]) == ("delete", "root", [["Night shift"], None])
    assert [(entry.user, entry.via) for entry in AuditEntry.objects.all()] == [(None, "admin")] * 2


def test_operators_and_their_accounts(client: Client) -> None:
    account, user = make_account(name="Mine"), User.objects.create_user("ada")
    AuditEntry.objects.all().delete()
    address = "/admin/tenants/operator/"
    client.post(f"{address}add/", {"user": user.pk, "role": "operator", "accounts": []})
    operator = Operator.objects.get()
    client.post(f"{address}{operator.pk}/change/", {"user": user.pk, "role": "support", "accounts": [account.pk]})
    client.post(f"{address}{operator.pk}/delete/", {"post": "yes"})
    added, changed, deleted = told("tenants.operator")
    assert (added[:3], changed[:3]) == (("add", "ada", "root"), ("change", "ada", "root"))
    assert changed[3] == {"role": ["operator", "support"], "accounts": [[], ["Mine"]]}
    assert (deleted[0], deleted[3]["accounts"]) == ("delete", [["Mine"], None])
    assert told() == [("change", "ada", "root", {"is_staff": [False, True]})]


def test_a_new_account_of_ones_own(client: Client) -> None:
    operator = make_operator()
    AuditEntry.objects.all().delete()
    body = {"name": "New", "host_origin": "https://voxys.example", "host_account_id": "77", "time_zone": "UTC"}
    signed_in(operator).post("/admin/tenants/account/add/", {**body, "trust": "signed_in"})
    name = operator.get_username()
    assert told("tenants.operator") == [("give account", name, name, {"accounts": [None, ["New"]]})]
    assert (
        client.post("/admin/tenants/account/add/", {**body, "name": "Other", "trust": "signed_in"}).status_code == 302
    )
    assert len(told("tenants.operator")) == 1


def test_nothing_is_told_where_nothing_changed(client: Client) -> None:
    user = User.objects.create_user("ada", date_joined="2026-01-01T00:00:00Z")
    user.refresh_from_db()
    AuditEntry.objects.all().delete()
    change(client, user)
    assert told() == []


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPPORT])
@pytest.mark.parametrize("has_all_accounts", [True, False])
def test_only_platform_administrators_see_them(client: Client, role: str, has_all_accounts: bool) -> None:
    account = make_account(name="Mine")
    operator = make_operator(account, role=role, has_all_accounts=has_all_accounts)
    User.objects.create_user("canary")
    group = Group.objects.create(name="canaries")
    with audit.acting(None, "system"):
        audit.record("publish", account)
    entry = AuditEntry.objects.get(object_name="canaries")

    seen = client.get(AUDIT).content.decode()
    assert "canaries" in seen
    assert client.get(f"{AUDIT}{entry.pk}/change/").status_code == 200
    history = client.get(f"{GROUPS}{group.pk}/history/", follow=True)
    assert [row.pk for row in history.context["cl"].result_list] == [entry.pk]

    they = signed_in(operator)
    for query in ("", "?q=canar", "?object_type__exact=auth.user", "?via__exact=system"):
        found = they.get(f"{AUDIT}{query}").context["cl"].result_list
        assert {row.account for row in found} <= {account}
    assert [row.action for row in they.get(AUDIT).context["cl"].result_list] == ["publish"]
    assert they.get(f"{AUDIT}{entry.pk}/change/").status_code == 404
    assert they.get(f"{GROUPS}{group.pk}/history/").status_code == 403
    rows = api_of(operator).get("audit/").json()["results"]
    assert {row["object_type"] for row in rows} == {"tenants.account"}


def test_history_of_nobody_is_404(client: Client) -> None:
    for number in ("4711", "nobody"):
        assert client.get(f"{USERS}{number}/history/").status_code == 404
    assert not Account.objects.exists()
