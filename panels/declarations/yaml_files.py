"""Plain YAML of bounded size and depth, without what makes a short file long or a name mean two things."""

from collections import Counter
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import yaml
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:  # the one in C is ten times as fast, and not everywhere
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_BYTES = 1_000_000
_MAX_DEPTH = 20
# What .xlsx, .ods and .zip begin with.
_ARCHIVE = b"PK\x03\x04"


class Unreadable(Exception):
    """Nothing of the file can be used. The text says why and quotes nothing: it may hold a misplaced secret."""


class _Loader(_Base):
    """Without dates, which JSON does not have, and with a name twice in one object being an error."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = Counter(key.value for key, _value in node.value if isinstance(key, yaml.ScalarNode))
        if any(times > 1 for times in names.values()):
            raise yaml.constructor.ConstructorError(problem=_("a name is there twice"), problem_mark=node.start_mark)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def load(content: str | bytes) -> Any:
    """Return what the YAML says. Raises `Unreadable`."""
    text = text_of(content)
    try:
        _check_events(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe one
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        # PyYAML says what it expected; only of what it has found it quotes a character.
        why = (error.problem or "").partition(", but")[0]
        raise Unreadable(_("no YAML, in the object at line %(line)s: %(why)s.") % {"line": line, "why": why}) from None
    except (yaml.YAMLError, ValueError):
        raise Unreadable(_("no YAML that can be read.")) from None


def text_of(content: str | bytes) -> str:
    """Return the file's text. Raises `Unreadable`."""
    if len(content) > MAX_BYTES:
        raise Unreadable(_("too large. At most %(size)s bytes are read.") % {"size": MAX_BYTES})
    if not isinstance(content, str) and content.startswith(_ARCHIVE):
        raise Unreadable(_("a workbook or an archive. Save the table as “CSV UTF-8”."))
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    # UTF-16 without its mark is UTF-8, too, with a NUL for every other character.
    if text is None or text[1:2] == "\0":
        raise Unreadable(_("no text in UTF-8. Save it in this encoding; spreadsheets call it “CSV UTF-8”."))
    return text


def _check_events(text: str) -> None:
    """Refuse what could take all memory or the stack, before anything is built of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(_("an alias (*name) is used. Write out what it stands for."))
        if getattr(event, "tag", None) is not None:
            raise Unreadable(_("a tag (!name) is used. Plain values are enough."))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise Unreadable(_("nested too deep."))
