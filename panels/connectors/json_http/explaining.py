"""What an operator who tries the connection is shown of how it went: raw answers, and what could not be mapped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from panels.api import Detail
from panels.connectors.json_http.addresses import Address
from panels.connectors.json_http.evaluation import Evaluated
from panels.connectors.json_http.values import Reader

RAW_CHARACTERS = 4_000
_SHORTEST_HIDDEN = 4


@dataclass(slots=True)
class Exchange:
    """One request of this call, its answer and what became of it. `answer` is empty where nobody was found."""

    capability: str
    address: Address
    value: str
    status: int
    answer: bytes = b""
    evaluated: dict[str, Evaluated] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def details(exchanges: Sequence[Exchange], reader: Reader, secrets: Sequence[str]) -> tuple[Detail, ...]:
    """Return each raw answer, shortened and without our secrets, and each error by field."""
    found: list[Detail] = []
    errors: dict[str, str] = {}
    for exchange in exchanges:
        asked = exchange.address.path.replace("{value}", f"{{{exchange.address.key}}}")
        title = _("Answer of %(address)s (%(status)d)") % {"address": asked, "status": exchange.status}
        rows = [(kind, str(len(made.rows))) for kind, made in exchange.evaluated.items()]
        found.append(Detail(title, text=_shortened(exchange.answer, secrets), rows=tuple(rows)))
        errors.update(exchange.errors)
    errors.update(reader.errors)
    if errors:
        rows = [(path, _hidden(sentence, secrets)) for path, sentence in sorted(errors.items())]
        found.append(Detail(_("What could not be mapped"), rows=tuple(rows), is_problem=True))
    return tuple(found)


def _shortened(answer: bytes, secrets: Sequence[str]) -> str:
    if not answer:
        return ""
    try:
        text = json.dumps(json.loads(answer), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = answer.decode(errors="replace")
    text = _hidden(text, secrets)
    return text if len(text) <= RAW_CHARACTERS else f"{text[:RAW_CHARACTERS]}\n…"


def _hidden(text: str, secrets: Sequence[str]) -> str:
    """Return the text without secrets of ours: some systems send back what they were sent."""
    # Of "Bearer abc" the end is the secret.
    for secret in {part for whole in secrets for part in (whole, whole.rpartition(" ")[2])}:
        if len(secret) >= _SHORTEST_HIDDEN:
            text = text.replace(secret, "•••")
            # As it stands inside of a text in JSON.
            text = text.replace(json.dumps(secret, ensure_ascii=False)[1:-1], "•••")
    return text
