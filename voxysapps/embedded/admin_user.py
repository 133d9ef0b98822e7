"""The user that signs in to the admin of a run."""

from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model

from voxysapps.embedded.files import generated_secret

USERNAME = "admin"


@dataclass(frozen=True)
class AdminUser:
    username: str
    password: str | None
    """None where somebody has changed it."""


def ensure_admin_user(run_dir: Path) -> AdminUser:
    """Return the admin user, created on the first run; a password that was changed stays."""
    password = generated_secret(run_dir / "admin_password", length=12)
    users = get_user_model().objects
    user = users.filter(username=USERNAME).first()
    if user is None:
        users.create_superuser(username=USERNAME, email="admin@example.com", password=password)
    elif not user.check_password(password):
        return AdminUser(USERNAME, None)
    return AdminUser(USERNAME, password)
