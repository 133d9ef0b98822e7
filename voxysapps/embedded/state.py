"""state.json: what a script needs to know about the product that runs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voxysapps.embedded.admin_user import AdminUser
from voxysapps.embedded.files import STATE_FILE, write_private


def write_state(run_dir: Path, *, base_url: str, admin: AdminUser, accounts: Sequence[Mapping[str, Any]]) -> None:
    state = {
        "base_url": base_url,
        "simulator_url": f"{base_url}/simulator/",
        "mailbox_url": f"{base_url}/simulator/mailbox/",
        "admin": {"url": f"{base_url}/admin/", "username": admin.username, "password": admin.password},
        "accounts": accounts,
    }
    write_private(run_dir / STATE_FILE, json.dumps(state, indent=2, ensure_ascii=False) + "\n")
