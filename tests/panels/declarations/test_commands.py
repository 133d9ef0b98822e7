"""`manage.py apply`: what is shown, what is written down, and how it ends."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tenants.models import Account, AuditEntry
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.panels.declarations.support import CANARY, ProvingHost
from tests.panels.declarations.test_applying import FILE, SECRETS

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "accounts.yaml"
    path.write_text(FILE)
    return path


def test_difference_is_shown_applied_and_then_nothing_is_left(
    host: ProvingHost, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("apply", str(file), "--dry-run")
    shown = capsys.readouterr().out
    assert shown.startswith("accounts[0] (Fernweh):\n  + account Fernweh")
    assert shown.endswith("Nothing was changed.\n")
    assert not Account.objects.exists()
    call_command("apply", str(file))
    assert capsys.readouterr().out == shown.removesuffix("Nothing was changed.\n")
    assert set(AuditEntry.objects.values_list("via", "actor")) == {("command", "manage.py apply")}
    call_command("apply", str(file))
    assert capsys.readouterr().out == "Nothing to change.\n"
    assert CANARY not in shown


def test_errors_end_with_1_and_the_rest_is_done(file: Path, tmp_path: Path, host: ProvingHost) -> None:
    file.write_text(FILE + "  - {name: 5}\n  - {name: Nobody}\n")
    with pytest.raises(CommandError) as raised:
        call_command("apply", str(file))
    assert raised.value.returncode == 1
    first, second = str(raised.value).splitlines()
    assert first.startswith("accounts[1].name: ")
    assert second.startswith("accounts[2] (Nobody): name: Not found.")
    assert Account.objects.get().name == "Fernweh"


def test_only_one_account(file: Path, host: ProvingHost) -> None:
    place = "host_origin: 'https://voxys.example', host_account_id: 5"
    file.write_text(FILE + f"  - {{name: Other, {place}}}\n  - {{name: 5}}\n")
    call_command("apply", str(file), "--only", "Other")
    assert Account.objects.get().name == "Other"
    file.write_text(FILE)
    with pytest.raises(CommandError, match="has no account “Nobody”"):
        call_command("apply", str(file), "--only", "Nobody")


def test_the_platforms_own_secrets_are_sent_nowhere(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", CANARY)
    file.write_text(FILE.replace("FERNWEH_TOKEN", "ENCRYPTION_KEYS"))
    with pytest.raises(CommandError, match="There is no value for “ENCRYPTION_KEYS”"):
        call_command("apply", str(file))


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("apply", str(tmp_path / "gone.yaml"))


def test_yaml_export_is_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = make_account(locale="de")
    shop = make_connection(account, connector="demo", settings={"shop": "2026-01-01", "latency": 5})
    make_placement(make_app(account), shop)
    call_command("export_accounts", "--yaml")
    path = tmp_path / "all.yaml"
    path.write_text(capsys.readouterr().out)
    call_command("apply", str(path))
    assert capsys.readouterr().out == "Nothing to change.\n"
