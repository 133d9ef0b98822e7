"""What every connector must be, as tests: subclass `ConnectorContract`, say what its system answers, run pytest."""

import base64
import inspect
import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any, ClassVar, NoReturn
from urllib.parse import unquote, urlsplit

import msgspec
import pytest
from django.utils import translation

from panels import deprecation, registry
from panels.capabilities import CAPABILITIES, Answer
from panels.connectors.base import Connector
from panels.errors import ConnectorError, OperatorError
from panels.settings_forms import check_settings, clean_settings, secret_names, split
from panels.testing import faults, hostile, sources
from panels.testing.http import Asked, Http, Reply
from panels.testing.rendering import ADA, BOB
from tenants.trust.identity import Identity
from voxysapps.outgoing import budget

# Nobody, and with nothing that resembles Ada or Bob.
NOBODY = Identity(
    contact_id=99, name="Nobody", identifier="nobody-99", emails=("nobody@nowhere.invalid",), phones=("+15550100999",)
)
_NAME = "Contract shop"
_SHORTEST = 2
_EMAILS = ("x{}", "{}x", "x.{}", "{}.evil.example", "_{}", "{}%", "*")


class ConnectorContract:
    """Tests of one connector. Set `connector` and `settings`, and say in `serve` what the system answers.

    The system knows two customers, `identity` and `other`, each with something for every capability, and nobody
    else.
    """

    #: The connector's class.
    connector: ClassVar[type[Connector]]
    #: What an operator enters, secrets included: invented ones.
    settings: ClassVar[Mapping[str, Any]] = {}
    #: A customer whom the system knows, and another one.
    identity: ClassVar[Identity] = ADA
    other: ClassVar[Identity] = BOB
    #: The capabilities that the settings give answers for; None: all that the connector has.
    capabilities: ClassVar[tuple[str, ...] | None] = None
    #: How many spoilt answers a test tries for a capability, evenly picked where there are more.
    most_spoilt: ClassVar[int] = 200
    #: Whether the system's answers tell whose they are, so that somebody else's can be dropped. False only for a
    #: system that is asked by the exact key, and whose answers hold nothing to be compared.
    answers_tell_whose: ClassVar[bool] = True

    def serve(self, http: Http) -> None:
        """Say what the system answers. Left as it is, any request fails: for connectors that ask nobody."""

    # --- the package ---------------------------------------------------------------------------------

    def test_is_installed(self) -> None:
        """The entry point names the class, and the product would load it."""
        slug, value = self.connector.slug, f"{self.connector.__module__}:{self.connector.__qualname__}"
        points = {point.name: point for point in entry_points(group=registry.CONNECTORS_GROUP)}
        if slug not in points or points[slug].value != value:
            _fail(
                "The product does not find the connector. Put this into pyproject.toml, and run `pip install -e .` "
                f'again:\n[project.entry-points."{registry.CONNECTORS_GROUP}"]\n{slug} = "{value}"'
            )
        try:
            registry.load(points[slug], Connector)
        except registry.PluginError as error:
            _fail(str(error))

    def test_capabilities_have_methods(self) -> None:
        """Each capability it declares is one there is, and has a method; and no method is forgotten."""
        for capability in self.connector.capabilities:
            if capability not in CAPABILITIES:
                _fail(f"There is no capability “{capability}”. There are: {', '.join(CAPABILITIES)}.")
            if getattr(self.connector, capability, None) is getattr(Connector, capability, None):
                _fail(f"It declares “{capability}”: write the method `{capability}(self, who)`.")
        for capability in set(CAPABILITIES) - set(self.connector.capabilities):
            if getattr(self.connector, capability) is not getattr(Connector, capability):
                _fail(f"It has a method `{capability}`: add “{capability}” to `capabilities`, or nobody asks for it.")

    def test_settings_are_valid(self) -> None:
        """The form takes the settings, and asks for no others."""
        plain, secrets = split(self.connector.SettingsForm, self.settings)
        try:
            check_settings(self.connector.SettingsForm, plain, secrets)
        except Exception as error:  # noqa: BLE001 - a form of somebody's may raise anything
            _fail(f"SettingsForm does not take the test's `settings`: {error}.")

    def test_destination_names_where_secrets_go(self) -> None:
        """A setting that decides where secrets are sent clears them when it changes."""
        with self._system() as http:
            self._everything()
        secrets = self._secrets
        lacking = {
            name
            for name, value in self._entered.items()
            if name not in self.connector.destination and name not in secret_names(self.connector.SettingsForm)
            for asked in http.asked
            if _is_sent(secrets, asked) and isinstance(value, str) and _leads_to(value, asked.origin)
        }
        if lacking:
            _fail(
                f"Secrets are sent where {', '.join(sorted(lacking))} says. Set "
                f"`destination = {tuple(sorted(lacking))!r}`: whoever changes the address must enter "
                "the secrets again, or could have them sent to themselves."
            )

    def test_uses_nothing_deprecated(self) -> None:
        """It works with the next major version of the panel API as well."""
        found = [
            f"{place}: {said}"
            for place, said in deprecation.uses_of(deprecation.NAMES, sources.python_files(self.connector))
        ]
        if found:
            _fail("\n".join(found))

    # --- whose data ----------------------------------------------------------------------------------

    def test_answers_every_capability(self) -> None:
        """Each gives the right kind of answer, which can be stored, with something about the customer."""
        with self._system() as http:
            for capability, answer in self._everything():
                if answer.is_empty:
                    _fail(
                        f"“{capability}” finds nothing of {_name(self.identity)}: let `serve` answer for that customer."
                    )
        http.check()

    def test_two_customers_are_not_mixed(self) -> None:
        """No record of the one is among the other's."""
        for capability in self._capabilities:
            with self._system():
                mine, theirs = self._ask(capability, self.identity), self._ask(capability, self.other)
            if theirs.is_empty:
                _fail(
                    f"“{capability}” finds nothing of {_name(self.other)}: let `serve` answer for that customer, too."
                )
            if both := _ids(mine) & _ids(theirs):
                _fail(f"“{capability}” gives both customers {', '.join(sorted(both))}.")
            for who, answer in ((self.identity, theirs), (self.other, mine)):
                if told := [text for text in _private(who) if text in _text(answer)]:
                    _fail(f"“{capability}” tells one customer's {told[0]} with the other's records.")

    def test_only_exact_matches_count(self) -> None:
        """Rows that the system returns for parts of words, or by mistake, are somebody else's, and are dropped."""
        if not self.answers_tell_whose:
            pytest.skip("The system's answers do not tell whose they are.")
        for capability in self._capabilities:
            with self._system() as http:
                replies = _record(http)
                mine = self._ask(capability, self.identity)
                for who in self._lookalikes():
                    http.spoil = _replay(replies)
                    answer = self._ask_or_none(capability, who)
                    if answer is not None and (not answer.is_empty or answer.candidates) and _ids(answer) & _ids(mine):
                        _fail(
                            f"Asked for {_name(who)}, the system returned the rows of {_name(self.identity)}, and "
                            f"“{capability}” gives them. Compare what comes with what was looked for: is_same_email, "
                            "is_same_phone, or the id."
                        )

    def test_nobody_has_nothing(self) -> None:
        """Somebody whom the system does not know gives an empty answer, and no error."""
        for capability in self._capabilities:
            with self._system():
                answer = self._ask(capability, NOBODY)
            if not answer.is_empty or answer.candidates:
                _fail(f"“{capability}” finds something of somebody whom the system does not know.")

    def test_nothing_is_kept_between_two_connections(self) -> None:
        """What was asked for one account's connection is asked again for another's, with that one's secrets."""
        secrets = secret_names(self.connector.SettingsForm)
        others = {name: str(value)[::-1] if name in secrets else value for name, value in self._entered.items()}
        for capability in self._capabilities:
            with self._system() as http:
                replies = _record(http)
                self._ask(capability, self.identity)
                once, http.spoil = len(http.asked), _replay(replies)
                http.asked.clear()
                self._ask_or_none(capability, self.identity, others)
            if any(_is_sent(self._secrets, asked) for asked in http.asked):
                _fail(f"“{capability}” sends one connection's secret for another. Keep nothing outside the instance.")
            if len(http.asked) < once or (once == 0 and self._asks_by_http):
                _fail(
                    f"“{capability}” makes {once} requests for one connection and {len(http.asked)} for the next: it "
                    "keeps answers in the class or the module, and they reach other accounts. The platform caches for "
                    "you."
                )

    # --- what systems and customers may do -----------------------------------------------------------

    def test_hostile_answers_are_survived(self) -> None:
        """Whatever texts are in the system's answers, the connector answers, or raises one of its three errors."""
        self._spoil_answers(
            lambda body: [*hostile.with_hostile_strings(body), *hostile.with_one_hostile_string(body, formed=True)],
            "hostile",
        )

    def test_odd_answers_are_survived(self) -> None:
        """Where something is missing in the system's answers or of another kind, it answers or raises properly."""
        self._spoil_answers(
            lambda body: [*hostile.with_one_missing(body), *hostile.with_one_of_another_kind(body)], "odd"
        )

    def test_hostile_customers_are_survived(self) -> None:
        """Whatever the customer is known by, the system is asked at the same places, and nothing else is raised."""
        with self._system() as http:
            self._everything()
            origins = {asked.origin for asked in http.asked}
            http.asked.clear()
            for text in (
                *hostile.HOSTILE.values(),
                "../injected?injected=1&injected=1#injected",
                "injected\r\nInjected: 1",
            ):
                who = Identity(
                    contact_id=5, name=text, identifier=text, emails=(f"{text}@example.com",), phones=(text,),
                    attributes=(("shop_id", text),), linked=(text,) if text else (),
                )  # fmt: skip
                for capability in self._capabilities:
                    self._ask_or_none(capability, who, when=f"the customer is known by {text[:40]!r}")
            for asked in http.asked:
                steps = asked.path.split("/")
                if (
                    asked.origin not in origins
                    or {"..", "injected"} & set(steps)
                    or "injected" in asked.params
                    or "injected" in asked.headers
                ):
                    _fail(
                        f"What a customer is known by leads elsewhere: {asked.method} {asked.origin}{asked.path}. Put "
                        "values into paths with SystemClient's `values`, and into queries with `params`."
                    )

    @pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
    def test_faults_are_told(self, fault: faults.Fault, caplog: pytest.LogCaptureFixture) -> None:
        """Whatever goes wrong is one of the three errors, with a sentence for agents and without secrets."""
        caplog.set_level(logging.DEBUG)
        with self._system() as http:
            for capability in self._capabilities:
                http.spoil = None
                http.asked.clear()
                self._ask(capability, self.identity)
                requests = len(http.asked)
                for first in range(min(requests, 4)):
                    http.asked.clear()
                    http.spoil = fault.from_request(first)
                    error = self._error_of(capability, f"{fault.says} (from request {first + 1} on)")
                    if error is not None:
                        self._judge(error, fault, capability)
                    elif first == 0:
                        _fail(
                            f"“{capability}” answers although {fault.says}. Raise a ConnectorError, or use "
                            "SystemClient."
                        )
        self._assert_secret(caplog.text, "the log")

    def test_check_answers_in_a_sentence(self) -> None:
        """The operator who saves the connection is told what answers, or what is to be mended."""
        with self._system() as http:
            said = self._connector().check()
            if not isinstance(said, str) or not said.rstrip().endswith((".", "!", "。")):
                _fail(f"check() returned {said!r}: return one sentence saying what answers.")
            self._assert_secret(said, "check()'s sentence")
            if not http.asked:
                return
            http.check()
            http.spoil = next(fault for fault in faults.FAULTS if fault.name == "wrong key").spoil
            try:
                self._connector().check()
            except OperatorError as error:
                if problem := faults.sentence_problem(error, self._secrets):
                    _fail(f"{problem}.")
            except Exception as error:  # noqa: BLE001 - this is what is to be found
                _fail(f"check() raised {error!r} when the system answers 401. Raise OperatorError.")
            else:
                _fail("check() is content although the system answers 401: ask something that needs the key.")

    def test_secrets_are_kept(self, caplog: pytest.LogCaptureFixture) -> None:
        """No secret is in an answer, in the log, in an address, or in what the connector says of itself."""
        caplog.set_level(logging.DEBUG)
        with self._system() as http:
            for _capability, answer in self._everything():
                self._assert_secret(_text(answer), "an answer")
            connector = self._connector()
            self._assert_secret(f"{connector!r} {connector}", "repr() of the connector")
            self._assert_secret(repr(connector.explain()), "explain()")
            for asked in http.asked:
                self._assert_secret(unquote(asked.path), "the path of a request")
        self._assert_secret(caplog.text, "the log")

    # --- how the tests do it -------------------------------------------------------------------------

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        kind = getattr(cls, "connector", None)
        if cls.__name__.startswith("Test") and not (inspect.isclass(kind) and issubclass(kind, Connector)):
            raise TypeError(f"{cls.__qualname__} needs `connector = YourConnector`, the class of the one it tests.")
        if cls.serve is ConnectorContract.serve:
            # It asks nobody: nothing can go wrong on the way.
            setattr(cls, "test_faults_are_told", None)  # noqa: B010 - a type checker objects to the plain way

    @property
    def _asks_by_http(self) -> bool:
        return type(self).serve is not ConnectorContract.serve

    @property
    def _capabilities(self) -> tuple[str, ...]:
        return self.connector.capabilities if self.capabilities is None else self.capabilities

    @cached_property
    def _entered(self) -> dict[str, Any]:
        return clean_settings(self.connector.SettingsForm, self.settings)

    @property
    def _secrets(self) -> list[str]:
        return [
            str(self.settings[name]) for name in secret_names(self.connector.SettingsForm) if self.settings.get(name)
        ]

    def _system(self) -> Any:
        http = Http()
        self.serve(http)
        return http.in_place_of_the_network()

    def _connector(self, settings: Mapping[str, Any] | None = None) -> Connector:
        return self.connector(self._entered if settings is None else settings, name=_NAME)

    def _ask(self, capability: str, who: Identity, settings: Mapping[str, Any] | None = None) -> Any:
        """Return the answer as the platform gets it; fail where it is none that can be stored."""
        kind = self.connector
        known = who.only(kind.looks_for or kind.recognises_by)
        if who.attributes and "attribute" in kind.recognises_by:
            known = msgspec.structs.replace(known, attributes=who.attributes)
        if who.linked:
            known = msgspec.structs.replace(known, linked=who.linked)
        with budget(kind.timeout, trace_id="connector-contract"):
            answer = getattr(self._connector(settings), capability)(known)
        expected: type[Answer] = CAPABILITIES[capability]
        if not isinstance(answer, expected):
            _fail(f"“{capability}” returned {type(answer).__name__}: return panels.api.{expected.__name__}.")
        try:
            back = msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=expected)
        except (msgspec.MsgspecError, TypeError, ValueError) as error:
            _fail(f"What “{capability}” returned cannot be stored: {error}. Give each field what its type says.")
        if back != answer:
            _fail(f"What “{capability}” returned changes when it is stored: give each field what its type says.")
        if named := [record.external_id for record in _records(answer) if record.source]:
            _fail(f"“{capability}” names a source for {named[0]}: leave `source` to the platform.")
        return answer

    def _ask_or_none(
        self, capability: str, who: Identity, settings: Mapping[str, Any] | None = None, *, when: str = ""
    ) -> Any:
        """Return the answer, or None where the connector raises as it may; fail where it raises anything else."""
        try:
            return self._ask(capability, who, settings)
        except ConnectorError as error:
            if problem := faults.sentence_problem(error, self._secrets):
                _fail(f"{problem}, {when}.")
            return None
        except Exception as error:  # noqa: BLE001 - this is what is to be found
            _fail(
                f"“{capability}” raised {type(error).__name__}: {error} ({sources.place_of(error)}), when "
                f"{when or 'it was asked'}. Raise TemporaryError, FinalError or OperatorError with a sentence, or "
                "leave out what cannot be read."
            )

    def _everything(self) -> Iterable[tuple[str, Any]]:
        return [(capability, self._ask(capability, self.identity)) for capability in self._capabilities]

    def _error_of(self, capability: str, when: str) -> ConnectorError | None:
        try:
            self._ask(capability, self.identity)
        except ConnectorError as error:
            return error
        except Exception as error:  # noqa: BLE001 - this is what is to be found
            _fail(
                f"“{capability}” raised {type(error).__name__}: {error} ({sources.place_of(error)}), when {when}. Ask "
                "through SystemClient, which raises the right one."
            )
        return None

    def _judge(self, error: ConnectorError, fault: faults.Fault, capability: str) -> None:
        if not isinstance(error, fault.errors):
            expected = " or ".join(kind.__name__ for kind in fault.errors)
            _fail(f"“{capability}” raises {type(error).__name__} when {fault.says}. Raise {expected}.")
        if fault.name == "too many requests" and getattr(error, "retry_after", None) != faults.RETRY_AFTER:
            _fail(f"“{capability}” does not pass on Retry-After: TemporaryError(…, retry_after={faults.RETRY_AFTER}).")
        for locale in ("en", "de", "ar"):
            with translation.override(locale):
                if problem := faults.sentence_problem(error, [*self._secrets, *_private(self.identity)]):
                    _fail(f"{problem}, when {fault.says}.")

    def _lookalikes(self) -> Iterator[Identity]:
        """Yield whoever is not the customer, and resembles: a part of the e-mail, a digit more or less."""
        yield NOBODY
        yield self.other
        for pattern in _EMAILS:
            yield Identity(contact_id=98, emails=tuple(pattern.format(email) for email in self.identity.emails))
        for phone in self.identity.phones:
            for near in (f"{phone}0", phone[:-1]):
                yield Identity(contact_id=98, phones=(near,))
        if self.identity.identifier:
            yield Identity(contact_id=98, identifier=f"{self.identity.identifier}0")

    def _spoil_answers(self, changes: Any, kind: str) -> None:
        for capability in self._capabilities:
            with self._system() as http:
                replies = _record(http)
                self._ask(capability, self.identity)
                cases = [
                    (number, mutation)
                    for number, (_asked, reply) in enumerate(replies)
                    if (body := _json(reply)) is not None
                    for mutation in changes(body)
                ]
                step = max(1, -(-len(cases) // self.most_spoilt))
                for number, mutation in cases[::step]:
                    http.asked.clear()
                    http.spoil = _with_reply(number, mutation.data)
                    asked = replies[number][0]
                    when = f"in answer {number + 1} ({asked.method} {asked.path}) {mutation.change}"
                    self._ask_or_none(capability, self.identity, when=when)

    def _assert_secret(self, text: str, place: str) -> None:
        if found := [secret for secret in self._secrets if secret in text]:
            _fail(f"A secret ({found[0][:3]}…) is in {place}, where others read it.")


def _record(http: Http) -> list[tuple[Asked, Reply]]:
    """Let the system answer as it does, and return the list of what it answers from now on."""
    replies: list[tuple[Asked, Reply]] = []

    def note(number: int, asked: Asked, answer: Any) -> Reply:
        reply: Reply = answer()
        replies.append((asked, reply))
        return reply

    http.spoil = note
    return replies


def _replay(replies: list[tuple[Asked, Reply]]) -> Any:
    """Answer whatever is asked with what was answered before, at the same place where there is one."""
    left = list(replies)

    def answer(number: int, asked: Asked, own: Any) -> Reply:
        same = [pair for pair in left if (pair[0].method, pair[0].path) == (asked.method, asked.path)]
        if not left:
            left.extend(replies)
        pair = (same or left or [(asked, Reply({}, 404))])[0]
        if pair in left:
            left.remove(pair)
        return pair[1]

    return answer


def _with_reply(place: int, body: Any) -> Any:
    """Answer the request at that place with another body, and all others as the system does."""

    def answer(number: int, asked: Asked, own: Any) -> Reply:
        reply: Reply = own()
        return Reply(body, reply.status, reply.headers) if number == place else reply

    return answer


def _json(reply: Reply) -> Any:
    if not isinstance(reply.body, bytes):
        return reply.body
    try:
        return msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        return None


def _records(answer: Answer) -> list[Any]:
    groups = (
        getattr(answer, name) for name in answer.__struct_fields__ if name not in {"windows", "caveats", "candidates"}
    )
    return [one for group in groups if isinstance(group, tuple) for one in group if hasattr(one, "external_id")]


def _ids(answer: Answer) -> set[str]:
    """Return the ids of the answer's records, each with the kind of record."""
    return {f"{type(one).__name__} {one.external_id}" for one in (*_records(answer), *answer.candidates)}


def _text(answer: Answer) -> str:
    return msgspec.json.encode(answer).decode()


def _private(who: Identity) -> list[str]:
    return [*who.emails, *who.phones]


def _name(who: Identity) -> str:
    return str(next(iter((*who.emails, *who.phones)), who.identifier or "nobody"))


def _is_sent(secrets: Iterable[str], asked: Asked) -> bool:
    told = f"{asked.headers} {asked.params} {asked.path} {asked.body!r} {_basic(asked)}"
    return any(secret in told for secret in secrets)


def _basic(asked: Asked) -> str:
    """Return what HTTP's basic authentication says, decoded."""
    kind, _space, packed = asked.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    return base64.b64decode(packed + "==", validate=False).decode(errors="replace")


def _leads_to(value: str, origin: str) -> bool:
    """Return whether a setting's value is, or is a part of, the host that was asked."""
    host = urlsplit(origin).hostname or ""
    own = (urlsplit(value).hostname if "//" in value else value) or ""
    # A word such as a region of two letters is in many a host's name by chance.
    return len(own) > _SHORTEST and own.lower() in host


def _fail(sentence: str) -> NoReturn:
    pytest.fail(sentence, pytrace=False)
