"""Parcels of an order."""

from panels.api import DeliveryWord, Fulfilment, ItemCount, TrackingEvent
from panels.connectors.shopify.reading import Node, listed, moment, nodes, number_of, plain, text, whole
from panels.connectors.shopify.words import parcel_word


def make_parcels(order: Node) -> tuple[Fulfilment, ...]:
    """Return the order's parcels, without those that were called off."""
    parcels = (_parcel(parcel) for parcel in nodes(order, "parcels"))
    return tuple(parcel for parcel in parcels if parcel is not None)


def parcel_words(order: Node) -> list[DeliveryWord]:
    """Return where all the parcels are, those that are not read in full, too."""
    words = (parcel_word(text(parcel, "displayStatus"), text(parcel, "status")) for parcel in _all(order))
    return [word for word in words if word is not None]


def tells_parcels(order: Node) -> bool:
    """Return whether the order tells of its parcels, if there are any. One without a scan has null for its state."""
    parcels = [*nodes(order, "fulfillments"), *nodes(order, "parcels")]
    return listed(order, "fulfillments") is not None and all("displayStatus" in parcel for parcel in parcels)


def _all(order: Node) -> list[Node]:
    listed = nodes(order, "fulfillments")
    return listed if len(listed) >= len(nodes(order, "parcels")) else nodes(order, "parcels")


def _parcel(parcel: Node) -> Fulfilment | None:
    word = parcel_word(text(parcel, "displayStatus"), text(parcel, "status"))
    if word is None:
        return None
    tracking = [entry for entry in nodes(parcel, "trackingInfo") if text(entry, "number")]
    return Fulfilment(
        external_id=number_of(parcel, "id") or "",
        word=word,
        carrier=next((name for entry in tracking if (name := text(entry, "company"))), None),
        numbers=tuple(text(entry, "number") or "" for entry in tracking),
        urls=tuple(text(entry, "url") or "" for entry in tracking),
        shipped_at=moment(parcel, "inTransitAt") or moment(parcel, "createdAt"),
        eta=moment(parcel, "estimatedDeliveryAt"),
        delivered_at=moment(parcel, "deliveredAt"),
        last_event=_last_event(parcel),
        items=tuple(
            ItemCount(title=title, quantity=quantity)
            for entry in nodes(parcel, "fulfillmentLineItems")
            if (title := text(entry, "lineItem", "title")) and (quantity := whole(entry, "quantity"))
        ),
    )


def _last_event(parcel: Node) -> TrackingEvent | None:
    for event in nodes(parcel, "events"):
        said, at = text(event, "message") or plain(text(event, "status")), moment(event, "happenedAt")
        if said and at:
            place = ", ".join(part for key in ("city", "country") if (part := text(event, key)))
            return TrackingEvent(text=said, at=at, place=place or None)
    return None
