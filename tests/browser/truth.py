"""What is true: the rows of each customer, asked of the platform past the browser."""

import json
import re
import time
from functools import cache
from typing import Any
from urllib.request import Request, urlopen

from tests.support.product import Product

_ROW = re.compile(r'id="(vx-\d+-[^"]+)"')


class Truth:
    """The demonstration account's data, as posted contexts bring them."""

    def __init__(self, product: Product) -> None:
        self._base_url = product.base_url
        self._account: dict[str, Any] = product.state["accounts"][0]
        self.rows = cache(self._rows)

    def app_key(self, title: str) -> str:
        return next(str(app["key"]) for app in self._account["apps"] if app["title"] == title)

    def conversation(self, number: int) -> dict[str, Any]:
        return next(one for one in self._account["conversations"] if one["id"] == number)

    def _rows(self, key: str, conversation: int) -> list[str]:
        contact = self.conversation(conversation)["contact"]
        return self.rows_of(key, contact, conversation=conversation)

    def rows_of(self, key: str, contact: dict[str, Any], *, conversation: int | None = None) -> list[str]:
        """Return the ids of the rows that the app shows for the contact, once it has its data."""
        give_up = time.monotonic() + 10
        while 'data-state="loading"' in (html := self._post(key, contact, conversation)):
            assert time.monotonic() < give_up, "the platform goes on loading"
            time.sleep(0.1)
        return sorted(row for row in _ROW.findall(html) if "-title-" not in row)

    def _post(self, key: str, contact: dict[str, Any], conversation: int | None) -> str:
        data = {
            "conversation": conversation and {"id": conversation, "account_id": self._account["host_account_id"]},
            "contact": contact,
            "currentAgent": self._account["agents"][0],
        }
        request = Request(  # noqa: S310 -- our own server
            f"{self._base_url}/a/{key}/context", data=json.dumps({"event": "appContext", "data": data}).encode()
        )
        with urlopen(request, timeout=10) as response:  # noqa: S310 -- our own server
            return str(response.read().decode())
