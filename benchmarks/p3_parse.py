"""P3: decoding and checking the whole context, beside a REST framework serializer of the same depth."""

import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django
from django.conf import settings

from benchmarks import contexts
from benchmarks.results import Result
from voxysapps.context import parse_app_context

ROUNDS = 25
# So that both sides of a round take about as long.
OURS_PER_ROUND = 60
THEIRS_PER_ROUND = 3


def run() -> list[Result]:
    if not settings.configured:
        settings.configure(USE_TZ=True)
        django.setup()
    raw = contexts.whole()
    decode = serializer()
    same_result(raw, decode(raw))
    for _ in range(3):
        decode(raw)
        seconds(lambda: parse_app_context(raw), OURS_PER_ROUND)
    ratios = [
        seconds(lambda: decode(raw), THEIRS_PER_ROUND) / seconds(lambda: parse_app_context(raw), OURS_PER_ROUND)
        for _ in range(ROUNDS)
    ]
    what = f"CPU per context of {len(raw)} B: DRF serializer / parse_app_context"
    return [Result("P3", what, median(ratios), 20, "higher", ROUNDS)]


def serializer() -> Callable[[bytes], Any]:
    # The serializers can be imported only now that there are settings.
    from benchmarks.p3_serializers import Data, check_completeness  # noqa: PLC0415

    check_completeness()

    def decode(raw: bytes) -> Any:
        data = Data(data=json.loads(raw)["data"])
        data.is_valid(raise_exception=True)
        return data.validated_data

    return decode


def same_result(raw: bytes, theirs: Any) -> None:
    """Raise when the two sides do not decode the same: then the comparison means nothing."""
    ours = parse_app_context(raw).conversation
    if ours is None:
        raise SystemExit("The payload has no conversation.")
    conversation = theirs["conversation"]
    of_ours = [ours.id, ours.created_at, *((each.id, each.content, each.created_at) for each in ours.messages)]
    messages = ((each["id"], each["content"], each["created_at"]) for each in conversation["messages"])
    if of_ours != [conversation["id"], conversation["created_at"], *messages]:
        raise SystemExit("The serializer does not decode what the parser decodes.")


def seconds(call: Callable[[], object], times: int) -> float:
    """Return the processor time of one call."""
    before = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - before) / times
