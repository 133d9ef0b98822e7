"""How connectors recognise a customer: by which values, in which order, and when two are the same.

Public through `panels.api`.
"""

from typing import NamedTuple

import phonenumbers

from panels.capabilities.words import MatchWord
from tenants.trust.identity import ATTRIBUTE, Identity


class MatchValue(NamedTuple):
    """One `value` to look for, and `by` what a record that has it was matched."""

    by: MatchWord
    value: str


def match_values(who: Identity) -> tuple[MatchValue, ...]:
    """Return what to look for, in the order the operator wants, surest first.

    Ids that an agent has linked come alone: nothing else is looked for then. Look for one kind after the
    other and stop at the first that finds somebody: those after it are weaker.
    """
    if who.linked:
        return tuple(MatchValue(MatchWord.LINK, external_id) for external_id in who.linked)
    values: list[MatchValue] = []
    for key in who.order:
        if key == "identifier" and who.identifier:
            values.append(MatchValue(MatchWord.IDENTIFIER, who.identifier))
        elif key == "email":
            values += [MatchValue(MatchWord.EMAIL, email) for email in who.emails]
        elif key == "phone":
            values += [MatchValue(MatchWord.PHONE, phone) for phone in who.phones]
        elif key.startswith(ATTRIBUTE) and (value := who.attribute(key.removeprefix(ATTRIBUTE))):
            values.append(MatchValue(MatchWord.ATTRIBUTE, value))
    return tuple(values)


def is_same_email(one: str | None, other: str | None) -> bool:
    """Return whether both are the same address. Case does not count, as no mail system makes it count."""
    return bool(one and other) and _plain(one) == _plain(other)


def is_same_phone(one: str | None, other: str | None, *, region: str | None = None) -> bool:
    """Return whether both are the same number, however they are written.

    `region` (ISO 3166, two letters) is where numbers without a country code belong; without it they are
    the same as no other.
    """
    first, second = to_e164(one, region=region), to_e164(other, region=region)
    return first is not None and first == second


def to_e164(number: str | None, *, region: str | None = None) -> str | None:
    """Return the number as "+491512345678", or None for what is no number that exists."""
    if not number:
        return None
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None  # or only within its own town
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _plain(email: str | None) -> str:
    return (email or "").strip().casefold()
