"""What the source must not hold: read, not run."""

import ast
import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import unfold
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from voxysapps.bridge import assets
from voxysapps.cache import MsgpackSerializer
from voxysapps.celery import app as celery_app
from voxysapps.headers import ADMIN_POLICY, POLICY, STYLE_HASHES

UNFOLD = Path(unfold.__file__).parent / "templates"
INSIDE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
ROOT = Path(__file__).parents[2]
OURS = ("voxysapps", "tenants", "panels")
PYTHON = sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py"))
TEMPLATES = sorted(path for folder in OURS for path in (ROOT / folder).rglob("templates/**/*.html"))
SCRIPTS = sorted(
    path for folder in OURS for path in (ROOT / folder).rglob("static/**/*") if path.suffix in (".js", ".css")
)

# They make objects, and so run code, out of bytes.
UNSAFE_FORMATS = {
    "pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "jsonpickle",
}  # fmt: skip
# Mail goes where the environment says.
NETWORK = {
    "socket", "ssl", "asyncio", "http.client", "urllib.request", "urllib3", "requests", "httpx", "httpx2", "httpcore",
    "httpcore2", "aiohttp", "ftplib", "telnetlib",
}  # fmt: skip
# `make run` finds its ports and looks after its own processes; nobody else can tell them where to connect.
# The stand-in host sends webhooks, and is off in production.
MAY_USE_THE_NETWORK = (
    "voxysapps/outgoing.py",
    "voxysapps/embedded/",
    "voxysapps/simulator/",
    "voxysapps/lookups.py",
    "panels/testing/",
)
# What is marked as HTML there is made of constants and numbers, or is our own script.
MAY_MARK_SAFE = {
    "panels/badges.py", "panels/kit/markup.py", "panels/sparkline.py", "voxysapps/bridge/templates/bridge/frame.html",
}  # fmt: skip


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield every module that is imported, and what is imported from it as one of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def forbidden_imports(source: str, modules: set[str]) -> set[str]:
    found = set(imports(ast.parse(source)))
    return {name for name in found if any(name == module or name.startswith(f"{module}.") for module in modules)}


def calls_of(source: str, names: set[str]) -> set[str]:
    return {
        node.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    }


def offenders(paths: Iterable[Path], find: Callable[[str], object]) -> dict[str, object]:
    """Return what `find` finds in each file, by its path."""
    found = {relative(path): find(path.read_text(encoding="utf-8")) for path in paths}
    return {path: what for path, what in found.items() if what}


def rules_of(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (rule.split() for rule in policy.split(";"))}


def digest_of(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def test_nothing_makes_objects_or_code_of_bytes() -> None:
    found = offenders(PYTHON, lambda source: forbidden_imports(source, UNSAFE_FORMATS))
    # Files of accounts, written by whoever runs our commands; they are read and written as plain values only.
    assert found == {
        "panels/declarations/yaml_files.py": {"yaml", "yaml.SafeLoader"},
        "panels/declarations/dumping.py": {"yaml"},
    }
    assert offenders(PYTHON, lambda source: calls_of(source, {"eval", "exec", "compile", "__import__"})) == {}


def test_one_way_out() -> None:
    """Whatever asks others by itself would pass by the checks of addresses, times and sizes."""
    found = offenders(PYTHON, lambda source: forbidden_imports(source, NETWORK))
    assert {path for path in found if not path.startswith(MAY_USE_THE_NETWORK)} == set()


def test_html_is_escaped() -> None:
    marks = re.compile(r"mark_safe\(|\|\s*safe\b|SafeString\(|autoescape off|\|safeseq")
    assert offenders([*PYTHON, *TEMPLATES], marks.findall).keys() == MAY_MARK_SAFE


def test_templates_have_neither_handlers_nor_styles_inside() -> None:
    assert offenders(TEMPLATES, re.compile(r"\s(?:on[a-z]+|hx-on[^=]*|style)\s*=").findall) == {}


def test_no_policy_is_softened() -> None:
    found = offenders([*PYTHON, *TEMPLATES, *SCRIPTS], re.compile(r"'unsafe-(?:inline|eval|hashes)'").findall)
    assert found.keys() == {"voxysapps/headers.py"}


def test_the_admins_policy_is_softened_for_alpine_only() -> None:
    """Expressions in Unfold's own markup, and style attributes; neither scripts nor style sheets inside."""
    rules, strict = rules_of(ADMIN_POLICY), rules_of(POLICY)
    assert rules.pop("script-src") == ["'self'", "'unsafe-eval'"]
    assert rules.pop("style-src") == ["'self'", *STYLE_HASHES]
    assert rules.pop("style-src-attr") == ["'unsafe-inline'"]
    assert rules == {name: sources for name, sources in strict.items() if name not in ("script-src", "style-src")}


def test_the_policy_knows_the_style_that_unfold_has_inside() -> None:
    """A new Unfold may have another: then its hash in the policy is to be made anew."""
    (style,) = INSIDE.findall((UNFOLD / "admin/change_list.html").read_text(encoding="utf-8"))
    assert f"'{digest_of(style)}'" in STYLE_HASHES


def test_scripts_make_no_code_of_text() -> None:
    ours = [path for path in SCRIPTS if "htmx" not in path.name]
    assert offenders(ours, re.compile(r"\beval\(|new Function|document\.write|setTimeout\(\s*['\"`]").findall) == {}


def test_these_tests_would_notice() -> None:
    assert forbidden_imports("from pickle import loads", UNSAFE_FORMATS) == {"pickle", "pickle.loads"}
    assert forbidden_imports("import urllib.request as r", NETWORK) == {"urllib.request"}
    assert forbidden_imports("from urllib import request", NETWORK) == {"urllib.request"}
    assert forbidden_imports("from urllib.parse import urlsplit", NETWORK) == set()
    assert calls_of("x = eval('1')", {"eval"}) == {"eval"}
    assert min(len(PYTHON), len(TEMPLATES), len(SCRIPTS)) > 5


def test_cache_and_queue_speak_json_or_msgpack() -> None:
    assert celery_app.conf.accept_content == ["json"]
    assert (celery_app.conf.task_serializer, celery_app.conf.result_serializer) == ("json", "json")
    assert celery_app.conf.event_serializer == "json"
    assert "json" in settings.SESSION_SERIALIZER.lower()
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it raises, it does not unpickle
        MsgpackSerializer().loads(
            b"\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93"
        )


@pytest.mark.parametrize("policy", [assets.policy(), POLICY])
def test_policies_are_strict(policy: str) -> None:
    rules = rules_of(policy)
    assert rules["default-src"] == ["'none'"]
    assert rules["connect-src"] == ["'self'"]
    assert set(rules["form-action"]) <= {"'self'", "'none'"}
    assert set(rules["base-uri"]) <= {"'self'", "'none'"}
    assert set(rules["img-src"]) <= {"'self'", "data:"}
    for name in ("script-src", "style-src"):
        assert all(source == "'self'" or source.startswith("'sha256-") for source in rules[name])
    assert "nonce" not in policy


# --- who may call what -----------------------------------------------------------------------------------

# Views under /a/ that need no context, since they show no customer's data.
OPEN_TO_ANYBODY = {"frame", "sign-in", "sign-in-answer", "sign-in-revoke", "sign-out"}
NEED_A_POSTED_CONTEXT = {"panels:context"}


def views(patterns: list[URLPattern | URLResolver], space: str = "", route: str = "") -> Iterator[tuple[str, str, Any]]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space, here)
        else:
            yield f"{space}{pattern.name}", here, pattern.callback


def test_views_of_frames_are_closed_unless_named_here() -> None:
    of_frames = [(name, view) for name, route, view in views(get_resolver().url_patterns) if route.startswith("a/")]
    access = {name: getattr(view, "frame_access", "token") for name, view in of_frames}
    assert {name for name, kind in access.items() if kind == "anyone"} == OPEN_TO_ANYBODY
    assert {name for name, kind in access.items() if kind == "posted"} == NEED_A_POSTED_CONTEXT
    assert set(access.values()) <= {"anyone", "posted", "token"}


def test_only_frames_and_webhooks_do_without_csrf_tokens() -> None:
    """They carry no cookie that a browser would send by itself; nor does the stand-in host, off in production.

    The API looks at its own tokens only: a session opens nothing there.
    """
    assert settings.REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] == ["tenants.rest.access.TokenAuthentication"]
    exempt = {route for _name, route, view in views(get_resolver().url_patterns) if getattr(view, "csrf_exempt", False)}
    assert {route for route in exempt if not route.startswith(("a/", "api/", "hooks/", "simulator/"))} == set()
