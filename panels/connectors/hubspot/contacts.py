"""Finding the contacts of a customer, in the operator's order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

import phonenumbers

from panels.api import Candidate, Identity, MatchWord, is_same_email, is_same_phone, match_values, to_e164, untold
from panels.connectors.hubspot.client import Filter, HubSpotClient
from panels.connectors.hubspot.row import Row

CONTACTS = "contacts"
# So many values of one kind are looked for, and so many people shown.
_VALUES = 5
MAX_CONTACTS = 10
_LONGEST = 320
_PHONES = ("phone", "mobilephone", "hs_whatsapp_phone_number")
# HubSpot's own, without the country code; made to be searched.
_SEARCHABLE_PHONES = ("hs_searchable_calculated_phone_number", "hs_searchable_calculated_mobile_number")
# HubSpot's own, with the country code where it could tell.
_CALCULATED_PHONES = ("hs_calculated_phone_number", "hs_calculated_mobile_number")
PROPERTIES = (
    "firstname", "lastname", "email", "hs_additional_emails", *_PHONES, *_CALCULATED_PHONES, "createdate",
    "hs_language", "hs_timezone", "hs_email_optout", "lifecyclestage", "hs_lead_status", "address", "city", "state",
    "zip", "country", "hs_country_region_code", "hs_merged_object_ids",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact, and by what it was recognised."""

    row: Row
    by: MatchWord
    value: str

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def name(self) -> str | None:
        return " ".join(filter(None, (self.row.text("firstname"), self.row.text("lastname")))) or None

    @property
    def emails(self) -> tuple[str, ...]:
        return emails_of(self.row)

    @property
    def phones(self) -> tuple[str, ...]:
        numbers = {to_e164(number) or number: number for name in _PHONES if (number := self.row.text(name))}
        return tuple(numbers.values())

    def as_candidate(self) -> Candidate:
        """Return what tells it from others."""
        return Candidate(
            external_id=self.id,
            name=self.name,
            email=next(iter(self.emails), None),
            phone=next(iter(self.phones), None),
        )


def find_contacts(client: HubSpotClient, who: Identity, *, country: str | None) -> tuple[Contact, ...]:
    """Return everybody whom the first kind of value that finds somebody finds. Raises a `ConnectorError`."""
    for by, group in groupby(match_values(who), key=lambda match: match.by):
        values = list(dict.fromkeys(match.value for match in group))[:_VALUES]
        if by is MatchWord.EMAIL:
            contacts = _by_email(client, values)
        elif by is MatchWord.PHONE:
            contacts = _by_phone(client, values, country)
        else:
            contacts = _by_id(client, by, values)
        if contacts:
            return contacts[:MAX_CONTACTS]
    return ()


def emails_of(row: Row) -> tuple[str, ...]:
    """Return every address of a contact, the first one first."""
    first = row.text("email")
    return tuple(dict.fromkeys([*([first] if first else []), *row.texts("hs_additional_emails")]))


def _by_id(client: HubSpotClient, by: MatchWord, values: list[str]) -> tuple[Contact, ...]:
    ids = [value.strip() for value in values if value.isascii() and value.strip().isdecimal()]
    rows = client.read(CONTACTS, ids, PROPERTIES) if ids else []

    def is_meant(row: Row, value: str) -> bool:
        return value in {row.id, *row.texts("hs_merged_object_ids")}

    return _matching(rows, by, ids, is_meant)


def _by_email(client: HubSpotClient, values: list[str]) -> tuple[Contact, ...]:
    groups: list[list[Filter]] = []
    for email in values:
        if len(email) > _LONGEST:
            continue
        groups.append([{"propertyName": "email", "operator": "EQ", "value": email}])
        if "*" not in email:  # a wildcard of this operator
            groups.append([{"propertyName": "hs_additional_emails", "operator": "CONTAINS_TOKEN", "value": email}])
    rows = client.search(CONTACTS, groups, PROPERTIES)
    is_told = (emails_of(row) and {"email", "hs_additional_emails"} <= row.properties.keys() for row in rows)
    if not all(is_told):
        raise untold(client.name, "email")

    def has_email(row: Row, value: str) -> bool:
        return any(is_same_email(value, email) for email in emails_of(row))

    return _matching(rows, MatchWord.EMAIL, values, has_email)


def _by_phone(client: HubSpotClient, values: list[str], country: str | None) -> tuple[Contact, ...]:
    groups: list[list[Filter]] = []
    numbers = [number for value in values if (number := to_e164(value))]
    for number in numbers:
        national, written = _ways_to_write(number)
        groups += [[{"propertyName": name, "operator": "EQ", "value": national}] for name in _SEARCHABLE_PHONES]
        groups += [[{"propertyName": name, "operator": "IN", "values": written}] for name in _PHONES]
    rows = client.search(CONTACTS, groups, PROPERTIES)
    recorded = (*_PHONES, *_CALCULATED_PHONES)
    if not all(row.text(*recorded) for row in rows):
        raise untold(client.name, "phone")

    def has_phone(row: Row, value: str) -> bool:
        region = (row.text("hs_country_region_code") or "").upper() or country
        return any(is_same_phone(value, row.text(name), region=region) for name in recorded)

    return _matching(rows, MatchWord.PHONE, numbers, has_phone)


def _matching(
    rows: Iterable[Row], by: MatchWord, values: Iterable[str], is_meant: Callable[[Row, str], bool]
) -> tuple[Contact, ...]:
    """Return the rows that really have one of the values, with it."""
    found = ((row, next((value for value in values if is_meant(row, value)), None)) for row in rows)
    return tuple(Contact(row, by, value) for row, value in found if value is not None)


def _ways_to_write(number: str) -> tuple[str, list[str]]:
    """Return a number of E.164 without its country code, and as people write it."""
    parsed = phonenumbers.parse(number)
    formats = phonenumbers.PhoneNumberFormat
    local = phonenumbers.format_number(parsed, formats.NATIONAL)
    digits = number.removeprefix("+")
    written = [
        number,
        phonenumbers.format_number(parsed, formats.INTERNATIONAL),
        local,
        "".join(filter(str.isdecimal, local)),
        digits,
        f"00{digits}",
    ]
    return phonenumbers.national_significant_number(parsed), list(dict.fromkeys(written))
