"""How members of the panel API are taken away: with a warning that says what to do."""

import sys
import types
import warnings
from pathlib import Path
from typing import Any, ClassVar

import pytest

from panels import api
from panels.deprecation import (
    Deprecation,
    PanelDeprecationWarning,
    deprecated,
    deprecated_names,
    uses_of,
    warn_of_overrides,
)

OLD = Deprecation("1.1", "Use `Money`.", target="panels.capabilities.money:Money")
SENTENCE = "is deprecated since panel API 1.1 and will be gone in 2.0. Use `Money`."


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module with a deprecated name, as `panels.api` would have one."""
    made = types.ModuleType("old_api")
    made.__getattr__ = deprecated_names("old_api", {"Amount": OLD})  # type: ignore[method-assign]
    monkeypatch.setitem(sys.modules, "old_api", made)
    return made


def test_deprecated_name_is_there_and_warns_where_it_is_read(module: Any) -> None:
    with pytest.warns(PanelDeprecationWarning, match=f"old_api.Amount {SENTENCE}") as caught:
        assert module.Amount is api.Money
    assert caught[0].filename == __file__


def test_import_of_a_deprecated_name_warns(module: Any) -> None:
    with pytest.warns(PanelDeprecationWarning, match="old_api.Amount is deprecated"):
        from old_api import Amount  # type: ignore[import-not-found]  # noqa: PLC0415 - the import is what is tested
    assert Amount is api.Money


def test_name_that_never_was_is_an_error(module: Any) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Sum'"):
        module.Sum  # noqa: B018 - reading it is what is tested
    with pytest.raises(AttributeError, match=r"'panels\.api' has no attribute 'Sum'"):
        api.Sum  # type: ignore[attr-defined]  # noqa: B018 - likewise


def test_deprecated_function_works_and_warns_each_caller() -> None:
    @deprecated(Deprecation("1.2", "Use `new`."))
    def old(number: int) -> int:
        """Return the next number."""
        return number + 1

    with pytest.warns(PanelDeprecationWarning, match=r"old\(\) is deprecated since panel API 1.2") as caught:
        assert old(1) == 2
    assert caught[0].filename == __file__
    assert old.__doc__ == "Return the next number."


def test_class_that_defines_a_deprecated_member_is_told() -> None:
    class Base:
        OLD_MEMBERS: ClassVar = {"lines": Deprecation("1.3", "Call it `skeleton_lines`.")}

        def __init_subclass__(cls) -> None:
            warn_of_overrides(cls, Base.OLD_MEMBERS)

    with pytest.warns(
        PanelDeprecationWarning, match=r"Old\.lines is deprecated .* Call it `skeleton_lines`\."
    ) as caught:

        class Old(Base):
            lines = 4

    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        class New(Base):
            skeleton_lines = 4


def test_uses_are_found_in_sources(tmp_path: Path) -> None:
    source = tmp_path / "panel.py"
    source.write_text(
        "from panels.api import Amount, Panel\nfrom panels import api\n\nx = api.Amount\ny = other.Amount\n"
    )
    found = list(uses_of({"Amount": OLD}, [source]))
    assert [place for place, _sentence in found] == ["panel.py:1", "panel.py:4"]
    assert {sentence for _place, sentence in found} == {f"panels.api.Amount {SENTENCE}"}


def test_production_does_not_show_it() -> None:
    """As all DeprecationWarnings, it is for those who test."""
    assert issubclass(PanelDeprecationWarning, DeprecationWarning)
