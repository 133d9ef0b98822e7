"""The frame's stylesheet against the panels' templates, and against what the frame allows."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from rcssmin import cssmin

from voxysapps.bridge.assets import style

CSS = (settings.BASE_DIR / "voxysapps/bridge/static/bridge/frame.css").read_text()
# Loaded after the frame's first paint.
KIT_CSS = (settings.BASE_DIR / "voxysapps/bridge/static/bridge/kit.css").read_text()
RULES = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
KIT_RULES = re.sub(r"/\*.*?\*/", "", KIT_CSS, flags=re.DOTALL)
TEMPLATES = sorted((settings.BASE_DIR / "panels/templates").rglob("*.html"))
CODE = [settings.BASE_DIR / "panels" / name for name in ("badges.py", "sparkline.py", "shell.py")]
KIT = sorted((settings.BASE_DIR / "panels/kit").glob("*.py"))
# Names for tests and scripts to find things by; what is in them is styled.
UNSTYLED = {"vx-confirm", "vx-timeline"}
TONES = ("neutral", "progress", "good", "look", "act")


def tokens(selector: str) -> dict[str, str]:
    """Return the custom properties of the first rule with the selector."""
    block = RULES.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--vx-[a-z-]+): ([^;]+);", block))


LIGHT = tokens(":root")
DARK = {**LIGHT, **tokens(':root[data-theme="dark"]')}


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast ratio of two colours written as #rgb or #rrggbb."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_it_is_small_and_loads_nothing() -> None:
    assert len(style().encode()) < 20_000
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "</" not in CSS


def test_what_comes_later_is_small_too_and_loads_nothing() -> None:
    assert len(cssmin(KIT_CSS).encode()) < 6_000
    assert "url(" not in KIT_CSS
    assert "@import" not in KIT_CSS


@pytest.mark.parametrize("rules", [RULES, KIT_RULES], ids=["frame", "kit"])
def test_it_knows_no_left_and_right(rules: str) -> None:
    assert re.findall(r"(?:margin|padding|border|inset)-(?:left|right)|[^-]\b(?:left|right):|float:", rules) == []
    assert re.findall(r"text-align: (?:left|right)", rules) == []
    sides = re.findall(r"(?:margin|padding): [^\s;]+ ([^\s;]+) [^\s;]+ ([^\s;]+);", rules)
    assert [pair for pair in sides if pair[0] != pair[1]] == []


def test_dark_is_the_same_by_attribute_and_by_the_systems_wish() -> None:
    assert tokens(':root[data-theme="dark"]') == tokens(":root:not([data-theme])")
    assert set(tokens(':root[data-theme="dark"]')) == set(LIGHT) - {"--vx-row"}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable(theme: dict[str, str]) -> None:
    pairs = [
        (theme[text], theme[ground])
        for text in ("--vx-text", "--vx-soft", "--vx-accent")
        for ground in ("--vx-page", "--vx-card", "--vx-hover")
    ]
    pairs += [(theme[f"--vx-{tone}"], theme[f"--vx-{tone}-fill"]) for tone in TONES]
    pairs += [(theme[f"--vx-{tone}"], theme["--vx-card"]) for tone in TONES]
    pairs += [(theme["--vx-progress"], theme["--vx-accent-fill"]), (theme["--vx-text"], theme["--vx-accent-fill"])]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_and_focus_are_visible(theme: dict[str, str]) -> None:
    pairs = [(theme[mark], theme["--vx-card"]) for mark in ("--vx-accent", "--vx-edge")]
    assert [pair for pair in pairs if contrast(*pair) < 3] == []


def test_every_variable_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"(--vx-[a-z-]+):", RULES))
    assert set(re.findall(r"var\((--vx-[a-z-]+)", RULES + KIT_RULES)) - defined == set()


@pytest.mark.parametrize("path", TEMPLATES + CODE + KIT, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_every_class_of_the_panels_is_styled(path: Path) -> None:
    written = re.findall(r'"(vx-[^"]*)"' if path in KIT else r'class="([^"]*)"', path.read_text())
    used = set(re.findall(r"vx-[a-z_-]*[a-z]", re.sub(r"{[{%].*?[%}]}", " ", " ".join(written))))
    styled = set(re.findall(r"\.(vx-[a-z_-]+)", RULES + KIT_RULES))
    toned = {name for name in used if name.rpartition("--")[2] in TONES}
    assert used - toned - styled - UNSTYLED == set()
    assert all(f'[class*="--{name.rpartition("--")[2]}"]' in RULES for name in toned)


def test_it_minds_what_people_ask_their_system_for() -> None:
    for query in ("prefers-color-scheme: dark", "prefers-reduced-motion: reduce", "forced-colors: active"):
        assert f"@media ({query})" in RULES
