"""The plugin sets the product up in the same way whatever environment an author's tests are run in."""

import re

from panels.testing import plugin
from voxysapps.embedded.files import BASE_DIR


def test_nothing_that_the_settings_read_comes_from_the_environment() -> None:
    settings = (BASE_DIR / "voxysapps" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', settings))
    assert "SECURE_SSL_REDIRECT" in read
    assert read == {*plugin._GIVEN, *plugin._LEFT_OUT}
