"""How far demonstration orders have come, and their parcels."""

import random
from datetime import datetime, timedelta

import msgspec

from panels.api import DeliveryWord, Fulfilment, ItemCount, LineItem, TrackingEvent
from panels.connectors.demo import catalogue
from panels.connectors.demo.people import Person

# What an order may look like that many days after it was placed, with weights.
_STORIES: tuple[tuple[int, tuple[tuple[DeliveryWord, int], ...]], ...] = (
    (1, ((DeliveryWord.NOT_SHIPPED, 5), (DeliveryWord.PREPARING, 4), (DeliveryWord.ON_HOLD, 1))),
    (3, ((DeliveryWord.ON_ITS_WAY, 5), (DeliveryWord.SHIPPED, 3), (DeliveryWord.PART_SHIPPED, 2))),
    (
        9,
        (
            (DeliveryWord.ON_ITS_WAY, 5),
            (DeliveryWord.DELIVERED, 4),
            (DeliveryWord.DELAYED, 2),
            (DeliveryWord.READY_TO_COLLECT, 1),
            (DeliveryWord.PROBLEM, 1),
        ),
    ),
    (10_000, ((DeliveryWord.DELIVERED, 16), (DeliveryWord.COMPLETED, 2), (DeliveryWord.NOT_NEEDED, 1))),
)
_MOVING = {
    DeliveryWord.ON_ITS_WAY: "Arrived at the parcel centre",
    DeliveryWord.PART_SHIPPED: "Departed from the parcel centre",
    DeliveryWord.DELAYED: "Delayed on the way: sorting took longer",
    DeliveryWord.PROBLEM: "Delivery failed: nobody was there",
    DeliveryWord.READY_TO_COLLECT: "Waiting at the parcel shop",
}


def choose_story(person: Person, place: int, age: int, dice: random.Random) -> DeliveryWord:
    if place == 0 and "problem" in person.words:
        return DeliveryWord.PROBLEM
    if place == 0 and "delayed" in person.words:
        return DeliveryWord.DELAYED
    if place == 1 and person.words & {"dispute", "inquiry"}:
        return DeliveryWord.COMPLETED
    words = next(words for limit, words in _STORIES if age <= limit)
    return dice.choices([word for word, _ in words], [weight for _, weight in words])[0]


def make_parcels(
    person: Person, ship: DeliveryWord, placed_at: datetime, items: tuple[LineItem, ...], dice: random.Random
) -> tuple[Fulfilment, ...]:
    if ship in {DeliveryWord.NOT_SHIPPED, DeliveryWord.ON_HOLD, DeliveryWord.COMPLETED, DeliveryWord.NOT_NEEDED}:
        return ()
    sent = items[:-1] if ship is DeliveryWord.PART_SHIPPED else items
    carrier = dice.choice(person.home.carriers)
    tracking = f"{dice.randrange(10**11, 10**12)}"
    shipped_at = min(placed_at + timedelta(hours=dice.randrange(9, 34)), person.today - timedelta(minutes=40))
    delivered_at = None
    if ship is DeliveryWord.DELIVERED:
        late = placed_at + timedelta(hours=dice.randrange(50, 120))
        delivered_at = min(late, person.today - timedelta(minutes=dice.randrange(20, 600)))
    return (
        Fulfilment(
            external_id=tracking,
            word=DeliveryWord.ON_ITS_WAY if ship is DeliveryWord.PART_SHIPPED else ship,
            carrier=carrier,
            numbers=(tracking,),
            urls=(catalogue.HOSTILE_URL if "hostile" in person.words else f"https://track.example/{tracking}",),
            shipped_at=None if ship is DeliveryWord.PREPARING else shipped_at,
            eta=_eta(person.today, ship, dice),
            delivered_at=delivered_at,
            last_event=_last_event(person, ship, delivered_at, dice),
            items=tuple(ItemCount(title=item.title, quantity=item.quantity) for item in sent),
        ),
    )


def _eta(today: datetime, ship: DeliveryWord, dice: random.Random) -> datetime | None:
    """Return when the parcel is due: noon of some day; nothing where the carrier says nothing."""
    noon = today + timedelta(hours=12)
    if ship in {DeliveryWord.ON_ITS_WAY, DeliveryWord.PART_SHIPPED, DeliveryWord.SHIPPED}:
        return noon + timedelta(days=dice.randrange(1, 4))
    if ship is DeliveryWord.DELAYED:
        return noon - timedelta(days=1)
    return None


def _last_event(
    person: Person, ship: DeliveryWord, delivered_at: datetime | None, dice: random.Random
) -> TrackingEvent | None:
    place = person.home.city
    if delivered_at:
        return TrackingEvent(text="Delivered, left with the recipient", at=delivered_at, place=place)
    text = catalogue.HOSTILE_TEXT if "hostile" in person.words else _MOVING.get(ship)
    if text is None or ship not in _MOVING:
        return None
    hours = dice.randrange(2, 30) if ship is not DeliveryWord.DELAYED else dice.randrange(60, 110)
    return TrackingEvent(text=text, at=person.today - timedelta(hours=hours), place=place)


def mark_shipped(
    items: tuple[LineItem, ...], parcels: tuple[Fulfilment, ...], ship: DeliveryWord
) -> tuple[LineItem, ...]:
    """Return the items, each saying how many of it have left."""
    sent = {item.title for parcel in parcels if parcel.shipped_at for item in parcel.items}
    everything = ship is DeliveryWord.COMPLETED
    return tuple(
        msgspec.structs.replace(item, shipped=item.quantity if everything or item.title in sent else 0)
        for item in items
    )
