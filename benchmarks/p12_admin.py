"""P12: the admin's lists with 10 000 accounts, each with a row in them, beside the same lists with ten.

Two processes, each with a database of its own, show the same page in turn; each round gives one ratio of
processor time, and the median of the ratios counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Self

from benchmarks.results import Result
from benchmarks.servers import without_settings
from voxysapps.embedded.files import BASE_DIR

ROUNDS = 15
FEW, MANY = 10, 10_000
# What is measured: an address, and what it is. Searches and filters have as many hits in either list, so that the
# number of accounts is compared and not the number of rows.
_TYPING = "/admin/autocomplete/?app_label=tenants&model_name=dashboardapp&field_name=account&term=Needle"
_EACH = "as an operator of each of them"
_FEW = "as an operator of three of them"
PAGES = {
    "P12a": ("opening the list (20 rows of them / 10)", "administrator", "/admin/tenants/account/"),
    "P12b": ("searching it", "administrator", "/admin/tenants/account/?q=Needle"),
    "P12c": ("filtering it", "administrator", "/admin/tenants/account/?is_active__exact=0"),
    "P12d": ("finding an account by typing", "administrator", _TYPING),
    "P12e": (f"searching it, {_EACH}", "operator", "/admin/tenants/account/?q=Needle"),
    "P12f": (f"the overview after signing in, {_EACH}", "operator", "/admin/"),
    "P12g": (f"opening the list (20 rows / 10), {_EACH}", "operator", "/admin/tenants/account/"),
    "P12h": (f"finding an account by typing, {_EACH}", "operator", _TYPING),
    "P12i": (f"opening all tabs (20 rows / 10), {_EACH}", "operator", "/admin/tenants/dashboardapp/"),
    "P12j": (f"searching tabs, {_EACH}", "operator", "/admin/tenants/dashboardapp/?q=Needle"),
    "P12k": (f"opening all placements (20 rows / 10), {_EACH}", "operator", "/admin/panels/placement/"),
    "P12l": (f"opening all connections (20 rows / 10), {_EACH}", "operator", "/admin/panels/connection/"),
    "P12m": (f"searching connections, {_EACH}", "operator", "/admin/panels/connection/?q=Needle"),
    "P12n": ("opening the audit (20 rows / 10)", "administrator", "/admin/tenants/auditentry/"),
    "P12o": (f"searching the audit, {_EACH}", "operator", "/admin/tenants/auditentry/?q=Needle"),
    "P12p": (f"opening the view records (20 rows / 10), {_EACH}", "operator", "/admin/tenants/viewrecord/"),
    "P12q": (f"searching view records, {_EACH}", "operator", "/admin/tenants/viewrecord/?q=7"),
    "P12r": (f"opening the notices (20 rows / 10), {_EACH}", "operator", "/admin/tenants/notice/"),
    "P12s": (f"the overview after signing in, {_FEW}", "operator-of-few", "/admin/"),
    "P12t": (f"searching connections, {_FEW}", "operator-of-few", "/admin/panels/connection/?q=Needle"),
}


class Admin:
    """A process that shows pages of the admin to an administrator, and to operators of all accounts and of three."""

    def __init__(self, folder: Path, accounts: int) -> None:
        folder.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.admin_pages", str(accounts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=BASE_DIR,
            env={
                **without_settings(os.environ),
                "RUN_DIR": str(folder),
                "DEBUG": "0",
                "LOG_LEVEL": "ERROR",
                "STATIC_ROOT": str(folder / "static"),
            },
        )
        self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate("", timeout=30)

    def seconds(self, who: str, address: str) -> float:
        """Return the processor time of one showing."""
        assert self._process.stdin  # noqa: S101 - tells the type checker
        self._process.stdin.write(f"{who} {address}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> float:
        assert self._process.stdout  # noqa: S101 - likewise
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("The process that shows the admin has ended.")
        return float(json.loads(line))


def run() -> list[Result]:
    with (
        tempfile.TemporaryDirectory(prefix="voxys-bench-") as folder,
        Admin(Path(folder) / "few", FEW) as few,
        Admin(Path(folder) / "many", MANY) as many,
    ):
        return [
            Result(
                id_, f"CPU of {what}: {MANY:,} accounts / {FEW}", _ratio(few, many, who, address), 1.5, "lower", ROUNDS
            )
            for id_, (what, who, address) in PAGES.items()
        ]


def _ratio(few: Admin, many: Admin, who: str, address: str) -> float:
    for admin in (few, many):
        for _time in range(3):
            admin.seconds(who, address)
    return median(many.seconds(who, address) / few.seconds(who, address) for _round in range(ROUNDS))
