"""What a file must not be is told in a sentence with its place, and never with what stands there."""

import pytest

from panels.declarations.reading import read_declarations
from panels.declarations.yaml_files import MAX_BYTES
from tests.panels.declarations.support import CANARY


def problems(content: str | bytes) -> list[str]:
    return [str(problem) for problem in read_declarations(content).problems]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("accounts: [{name: x, apps: [{title: a}, {title: 5}]}]", "accounts[0].apps[1].title: Expected `str`"),
        ("accounts: [{name: 17}]", "accounts[0].name: Expected `str`, got `int`. What YAML takes for a number, or"),
        ("accounts: [{name: no}]", "accounts[0].name: Expected `str`, got `bool`. What YAML takes for a number, or"),
        ("accounts: [{name: x, colour: red}]", "accounts[0]: Object contains unknown field `colour`"),
        ("accounts: [{name: x, host_account_id: 0}]", "accounts[0].host_account_id: Expected `int` >= 1"),
        ("accounts: [{name: x, host_account_id: 7}]", "accounts[0].host_account_id: Give host_origin and"),
        ("accounts: [{name: x, trust: null}]", "accounts[0].trust: Expected `str`, got `null`"),
        ("accounts: [{}]", "accounts[0]: Object missing required field `name`"),
        ("accounts: [{name: x, name: y}]", "a name is there twice"),
        ("accounts: [{name: x}, {name: x}]", "accounts[1] (x): name: “x” is there twice"),
        ("accounts: [{name: x, apps: [{title: a}, {title: a}]}]", "accounts[0].apps[1].title: “a” is there twice"),
        ("accounts: [{name: x, connections: [{name: a}, {name: a}]}]", "accounts[0].connections[1].name: “a”"),
        ("accounts: [{name: x, apps: [{title: a, was: b}, {title: b}]}]", "accounts[0].apps: “was” names"),
        ("accounts: [{name: x, connections: [{name: a, settings: {b: .nan}}]}]", "connections[0].settings: A value"),
        ("accounts: [{name: x, connections: [{name: a, settings: {b: {1: 2}}}]}]", "connections[0].settings: A value"),
        ('accounts: [{name: "\\0"}]', "accounts[0]: There is a character"),
        ("accounts: &a []\nothers: *a", "an alias (*name) is used"),
        ("!!python/name:os.system x", "a tag (!name) is used"),
        ("[" * 5_000, "nested too deep"),
        ("{accounts: ", "no YAML, in the object at line"),
        ("accounts: 0b_", "no YAML that can be read"),
        ("- a", "it has to be an object with a list “accounts”"),
        (b"\xff\xfe", "no text in UTF-8"),
        ("#" * (MAX_BYTES + 1), "too large"),
    ],
)
def test_what_is_wrong_is_told(content: str | bytes, told: str) -> None:
    assert any(told in problem for problem in problems(content)), problems(content)


@pytest.mark.parametrize(
    "content",
    [
        f"accounts: [{{name: x, host_token: {CANARY}}}]",
        f"accounts: [{{name: x, hook_secret: {{value: {CANARY}}}}}]",
        f"accounts: [{{name: x, connections: [{{name: a, secrets: {{token: {CANARY}}}}}]}}]",
        f"accounts: [{{name: x, host_token: {{env: '{CANARY} '}}}}]",
    ],
)
def test_secret_in_the_file_is_refused_and_not_quoted(content: str) -> None:
    (told,) = problems(content)
    assert "Secrets do not belong into the file" in told
    assert CANARY not in told


def test_broken_yaml_with_a_secret_does_not_quote_it() -> None:
    (told,) = problems(f"accounts:\n - name: x\n   host_token: {CANARY}: {CANARY}\n")
    assert "line 3" in told
    assert CANARY not in told


def test_one_bad_account_leaves_the_others() -> None:
    declarations = read_declarations("accounts: [{name: a}, {name: 5}, {name: c}]")
    assert [(one.where, one.account.name) for one in declarations.accounts] == [
        ("accounts[0]", "a"),
        ("accounts[2]", "c"),
    ]
    assert [problem.where for problem in declarations.problems] == ["accounts[1].name"]


def test_dates_stay_text() -> None:
    content = "accounts: [{name: x, connections: [{name: a, settings: {since: 2026-01-01}}]}]"
    (one,) = read_declarations(content).accounts
    assert one.account.connections[0].settings == {"since": "2026-01-01"}  # type: ignore[index]


def test_two_hosts_may_have_accounts_of_one_name() -> None:
    place = "host_origin: 'https://{}.example', host_account_id: 1"
    content = f"accounts: [{{name: x, {place.format('a')}}}, {{name: x, {place.format('b')}}}]"
    assert len(read_declarations(content).accounts) == 2
    assert len(problems(content.replace("b.example", "a.example"))) == 2
