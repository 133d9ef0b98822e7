"""Asking HubSpot: searches, and batches of records and of what belongs to them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar

from django.utils.translation import gettext_noop

from panels.api import ConnectorError, Gaps, OperatorError, Response, SystemClient, TemporaryError, lacks
from panels.connectors.hubspot.needed import NEEDED, TOLD
from panels.connectors.hubspot.row import Row, as_id

# HubSpot's own limits.
BATCH = 100
PAGE = 100
MAX_FILTER_GROUPS = 5
# Ours: nobody reads more, and a call has seconds.
_SEARCH_PAGES = 2
_ASSOCIATION_PAGES = 4
_LOCKED, _MOVING = 423, 477
# For how many seconds HubSpot wants to be left alone, by the limit that was met; it does not always say.
_WAITS = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": 3600.0}
_USED_UP = gettext_noop("%(system)s has answered as much as it does in a day.")
_SCOPE = re.compile(r"[A-Za-z0-9._-]{1,80}")
_MOST_SCOPES = 8

Filter = Mapping[str, Any]


class MissingScopesError(OperatorError):
    """The access token lacks a right. `scopes` are those of which one would do; there is at least one."""

    def __init__(self, system: str, scopes: Sequence[str]) -> None:
        super().__init__(
            gettext_noop("%(system)s refused (missing %(scopes)s). Tell an admin."),
            values={"system": system, "scopes": ", ".join(scopes)},
        )
        self.scopes = tuple(scopes)


class HubSpotClient(SystemClient):
    """Asks one HubSpot account. Everything raises a `ConnectorError`. `gaps` is what could not be read so far."""

    def __init__(self, base: str, *, name: str, headers: Mapping[str, str]) -> None:
        super().__init__(base, name=name, headers=headers)
        self.gaps = Gaps(name)

    def count(self, object_type: str) -> int | None:
        """Return how many records of a type there are; None if HubSpot does not say."""
        answer = self._post("/crm/v3/objects/{type}/search", {"type": object_type}, _search((), ("hs_object_id",), 1))
        total = answer.get("total")
        return total if isinstance(total, int) else None

    def search(self, object_type: str, groups: Sequence[Sequence[Filter]], properties: Sequence[str]) -> list[Row]:
        """Return records that fit one of the groups, all filters of it. What fits is HubSpot's idea: compare again.

        No more than two pages of each five groups are read.
        """
        found: dict[str, Row] = {}
        for some in _batches(groups, MAX_FILTER_GROUPS):
            request = _search(some, properties, PAGE)
            for _page in range(_SEARCH_PAGES):
                answer = self._post("/crm/v3/objects/{type}/search", {"type": object_type}, request)
                found.update((row.id, row) for row in self._rows(object_type, answer))
                after = _next(answer)
                if after is None:
                    break
                request = {**request, "after": after}
        return list(found.values())

    def read(self, object_type: str, ids: Iterable[str], properties: Sequence[str]) -> list[Row]:
        """Return those of the records that there are."""
        rows: dict[str, Row] = {}
        for some in _batches(list(dict.fromkeys(ids)), BATCH):
            request = {
                "inputs": [{"id": object_id} for object_id in some],
                "properties": list(properties),
                "propertiesWithHistory": [],
            }
            answer = self._post("/crm/v3/objects/{type}/batch/read", {"type": object_type}, request)
            rows.update((row.id, row) for row in self._rows(object_type, answer))
        return list(rows.values())

    def associated(self, from_type: str, from_ids: Collection[str], to_type: str) -> dict[str, list[str]]:
        """Return the ids of a type that belong to each of the records, in HubSpot's order."""
        found: dict[str, dict[str, None]] = {object_id: {} for object_id in from_ids}
        inputs: list[dict[str, str]] = [{"id": object_id} for object_id in found]
        types = {"from": from_type, "to": to_type}
        for _page in range(_ASSOCIATION_PAGES):
            following: list[dict[str, str]] = []
            for some in _batches(inputs, BATCH):
                request = {"inputs": list(some)}
                answer = self._post("/crm/v4/associations/{from}/{to}/batch/read", types, request)
                for entry in self._results(answer):
                    source = as_id(_dict(_dict(entry).get("from")).get("id"))
                    theirs = _dict(entry).get("to")
                    ids = [object_id for to in _list(theirs) if (object_id := as_id(_dict(to).get("toObjectId")))]
                    if source is None:
                        raise lacks(self.name, "from.id")
                    if not isinstance(theirs, list) or len(ids) < len(theirs):
                        raise lacks(self.name, "to.toObjectId")
                    if source not in found:
                        continue
                    found[source].update(dict.fromkeys(ids))
                    if after := _next(_dict(entry)):
                        following.append({"id": source, "after": after})
            inputs = following
        return {source: list(ids) for source, ids in found.items()}

    def stages(self, object_type: str) -> dict[str, str]:
        """Return the names of the pipelines' stages by id."""
        answer = self.get("/crm/v3/pipelines/{type}", {"type": object_type})
        stages = [
            _dict(stage) for pipeline in self._results(_dict(answer)) for stage in _list(_dict(pipeline).get("stages"))
        ]
        return {
            stage["id"]: stage["label"]
            for stage in stages
            if isinstance(stage.get("id"), str) and isinstance(stage.get("label"), str)
        }

    def refusal(self, response: Response) -> ConnectorError:
        """Return what HubSpot means: which limit was met, which right is missing."""
        body = self._body_of(response)
        scopes = missing_scopes(body)
        if response.status == HTTPStatus.FORBIDDEN and scopes:
            return MissingScopesError(self.name, scopes)
        if response.status in {_LOCKED, _MOVING}:
            response = replace(response, status=HTTPStatus.SERVICE_UNAVAILABLE)
        error = super().refusal(response)
        if response.status != HTTPStatus.TOO_MANY_REQUESTS or not isinstance(error, TemporaryError):
            return error
        policy = str(body.get("policyName"))
        message = _USED_UP if policy == "DAILY" else error.message
        wait = error.retry_after or _WAITS.get(policy, _WAITS["TEN_SECONDLY_ROLLING"])
        return TemporaryError(message, retry_after=wait, values=error.values)

    def _post(self, path: str, values: Mapping[str, object], body: Any) -> dict[str, Any]:
        answer = self.post(path, values, json=body, is_question=True)
        if not isinstance(answer, dict):
            raise self._no_answer()
        self._require_whole(answer)
        return answer

    def _require_whole(self, answer: dict[str, Any]) -> None:
        """Raise if a part of a batch is missing for another reason than that it does not exist."""
        for problem in _list(answer.get("errors")):
            if scopes := missing_scopes(_dict(problem)):
                raise MissingScopesError(self.name, scopes)
            said = {str(_dict(problem).get(name)).rpartition(".")[2] for name in ("category", "subCategory")}
            if not said & {"OBJECT_NOT_FOUND", "NO_ASSOCIATIONS_FOUND"}:
                raise TemporaryError(
                    gettext_noop("%(system)s has answered in part only."), values={"system": self.name}
                )

    def _rows(self, object_type: str, answer: dict[str, Any]) -> list[Row]:
        rows: list[Row] = []
        for found in self._results(answer):
            row = Row.of(found)
            if row is None:
                raise lacks(self.name, "id" if _dict(_dict(found).get("properties")) else "properties")
            missing = next((name for name in NEEDED.get(object_type, ()) if name not in row.properties), None)
            if missing is not None:
                raise lacks(self.name, missing)
            if any(name not in row.properties for name in TOLD.get(object_type, ())):
                self.gaps.note()
            rows.append(row)
        return rows

    def _results(self, answer: dict[str, Any]) -> list[Any]:
        results = answer.get("results")
        if not isinstance(results, list):
            raise self._no_answer()
        return results

    def _no_answer(self) -> TemporaryError:
        return TemporaryError(
            gettext_noop("%(system)s answered with something that is not its API's."), values={"system": self.name}
        )

    def _body_of(self, response: Response) -> dict[str, Any]:
        try:
            return _dict(self.json(response))
        except ConnectorError:
            return {}


def missing_scopes(problem: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the scopes of which an error says that one is needed; nothing for another error.

    They are where HubSpot has put them over the years.
    """
    if problem.get("category") != "MISSING_SCOPES":
        return ()
    contexts = [problem.get("context"), *(_dict(detail).get("context") for detail in _list(problem.get("errors")))]
    for key in ("requiredGranularScopes", "missingScopes", "requiredScopes"):
        named = [scope for context in contexts for scope in _list(_dict(context).get(key))]
        scopes = dict.fromkeys(scope for scope in named if isinstance(scope, str) and _SCOPE.fullmatch(scope))
        if scopes:
            return tuple(scopes)[:_MOST_SCOPES]
    return ()


def _search(groups: Sequence[Sequence[Filter]], properties: Sequence[str], limit: int) -> dict[str, Any]:
    """Return a search. HubSpot's schema asks for `after`, too; the service has none for a first page."""
    return {
        "filterGroups": [{"filters": [dict(one) for one in group]} for group in groups],
        "properties": list(properties),
        "sorts": [],
        "limit": limit,
    }


def _next(page: Mapping[str, Any]) -> str | None:
    after = _dict(_dict(page.get("paging")).get("next")).get("after")
    return after if isinstance(after, str) and after else None


Item = TypeVar("Item")


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
