"""Parcels: from WooCommerce's fulfilments, or from where plugins for tracking numbers keep them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from panels.api import DeliveryWord, Fulfilment, ItemCount
from panels.connectors.woocommerce.values import Row, as_id, as_int, as_row, as_rows, as_text, as_web_address, meta

# Shipment Tracking, Advanced Shipment Tracking and what is compatible with them.
_TRACKING_ITEMS = "_wc_shipment_tracking_items"
# Plugins that know one parcel per order: their keys of number, address and carrier.
_SINGLE = (
    ("_tracking_number", "_tracking_url", "_tracking_provider"),
    ("tracking_number", "tracking_url", "tracking_provider"),
    ("_aftership_tracking_number", "", "_aftership_tracking_provider_name"),
    ("ywot_tracking_code", "", "ywot_carrier_name"),
)
_CARRIERS = {"fedex": "FedEx", "evri": "Evri", "postnl": "PostNL", "postnord": "PostNord", "inpost": "InPost"}
_LONGEST_ACRONYM = 4


def read_fulfilments(rows: Iterable[Row], order: Row) -> tuple[Fulfilment, ...]:
    """Return WooCommerce's own fulfilments of the order. Their dates are in no certain zone, so they have none."""
    titles = _titles(order)
    return tuple(_fulfilment(row, titles) for row in rows if as_id(row.get("id")) and not row.get("date_deleted"))


def read_tracking(order: Row) -> tuple[Fulfilment, ...]:
    """Return the parcels that a plugin has noted with the order."""
    kept = meta(order)
    listed = tuple(parcel for row in as_rows(kept.get(_TRACKING_ITEMS)) if (parcel := _tracked(row)))
    if listed:
        return listed
    for number_key, url_key, carrier_key in _SINGLE:
        if number := as_text(kept.get(number_key)):
            url = as_web_address(kept.get(url_key))
            return (_shipped(number, number, url, as_text(kept.get(carrier_key))),)
    return ()


def count_shipped(rows: Iterable[Row]) -> Counter[int] | None:
    """Return how many of each of the order's lines are in fulfilments that are gone; None without fulfilments."""
    rows = [row for row in rows if not row.get("date_deleted")]
    counts: Counter[int] = Counter()
    for row in rows:
        if row.get("is_fulfilled") is True:
            for item in as_rows(meta(row).get("_items")):
                counts[as_id(item.get("item_id"))] += max(as_int(item.get("qty")) or 0, 0)
    return counts if rows else None


def _fulfilment(row: Row, titles: Mapping[int, str]) -> Fulfilment:
    kept = meta(row)
    number, url = as_text(kept.get("_tracking_number")), as_web_address(kept.get("_tracking_url"))
    provider = kept.get("_provider_name") or kept.get("_shipment_provider") or kept.get("_shipping_provider")
    words = {True: DeliveryWord.SHIPPED, False: DeliveryWord.NOT_SHIPPED}
    fulfilled = row.get("is_fulfilled")
    return Fulfilment(
        external_id=str(as_id(row.get("id"))),
        word=words[fulfilled] if isinstance(fulfilled, bool) else DeliveryWord.UNKNOWN,
        carrier=_carrier(as_text(provider)),
        numbers=(number,) if number else (),
        urls=(url,) if number and url else (),
        items=tuple(
            ItemCount(title=titles[as_id(item.get("item_id"))], quantity=quantity)
            for item in as_rows(kept.get("_items"))
            if as_id(item.get("item_id")) in titles and (quantity := as_int(item.get("qty"))) and quantity > 0
        ),
    )


def _tracked(row: Row) -> Fulfilment | None:
    number = as_text(row.get("tracking_number"))
    if number is None:
        return None
    url = as_web_address(row.get("custom_tracking_link")) or as_web_address(row.get("tracking_link"))
    carrier = as_text(row.get("custom_tracking_provider")) or as_text(row.get("tracking_provider"))
    return _shipped(as_text(row.get("tracking_id")) or number, number, url, carrier, _day(row.get("date_shipped")))


def _shipped(
    external_id: str, number: str, url: str | None, carrier: str | None, at: datetime | None = None
) -> Fulfilment:
    return Fulfilment(
        external_id=external_id,
        word=DeliveryWord.SHIPPED,
        carrier=_carrier(carrier),
        numbers=(number,),
        urls=(url,) if url else (),
        shipped_at=at,
    )


def _day(value: object) -> datetime | None:
    """Return the moment of a number of seconds, which is how the plugins write dates."""
    seconds = as_int(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds and seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _carrier(name: str | None) -> str | None:
    """Return the carrier's name for what may be a slug: "royal-mail", "ups"."""
    if name is None or name != name.lower():
        return name
    if name in _CARRIERS:
        return _CARRIERS[name]
    words = name.replace("_", "-").split("-")
    return " ".join(
        word.upper() if len(words) == 1 and len(word) <= _LONGEST_ACRONYM else word.title() for word in words
    )


def _titles(order: Row) -> dict[int, str]:
    rows = as_rows(as_row(order).get("line_items"))
    return {as_id(row.get("id")): title for row in rows if (title := as_text(row.get("name")))}
