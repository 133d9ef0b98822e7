import gzip
import json
from typing import Any

from scripts.shopify_schema import LICENCE, reduce
from tests.support.shopify import SCHEMA


def kept() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(gzip.decompress(SCHEMA.read_bytes()))
    return schema


def test_what_is_kept_is_what_the_queries_reach() -> None:
    assert reduce(kept()) == kept()


def test_what_is_kept_comes_with_its_licence() -> None:
    assert "Shopify Inc." in LICENCE.read_text()


def test_types_beside_the_way_keep_their_names_only() -> None:
    types = {entry["name"]: entry for entry in kept()["__schema"]["types"]}
    assert [field["name"] for field in types["Product"]["fields"]] == ["_"]
    assert {"displayFinancialStatus", "suggestedRefund"} <= {field["name"] for field in types["Order"]["fields"]}
