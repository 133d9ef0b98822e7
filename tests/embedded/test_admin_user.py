from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from voxysapps.embedded.admin_user import AdminUser, ensure_admin_user

pytestmark = pytest.mark.django_db


def test_admin_user_is_created_once_with_the_kept_password(tmp_path: Path) -> None:
    first = ensure_admin_user(tmp_path)
    assert ensure_admin_user(tmp_path) == first
    assert first.password == (tmp_path / "admin_password").read_text().strip()
    user = get_user_model().objects.get()
    assert user.is_superuser
    assert user.check_password(first.password)


def test_changed_password_stays_and_is_not_told(tmp_path: Path) -> None:
    ensure_admin_user(tmp_path)
    user = get_user_model().objects.get()
    user.set_password("an operator's own")
    user.save()
    assert ensure_admin_user(tmp_path) == AdminUser("admin", None)
    assert get_user_model().objects.get().check_password("an operator's own")
