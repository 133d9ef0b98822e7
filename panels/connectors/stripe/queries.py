"""Stripe's search language, for values that anybody may have typed."""

import phonenumbers


def quoted(value: str) -> str:
    """Return the value as one string of a query, whatever it holds."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def by_email(email: str) -> str:
    """Return the query for customers with this address. Search does not tell upper from lower case."""
    return f"email:{quoted(email)}"


def by_phone(number: str) -> str:
    """Return the query for customers with this number (E.164), in the two ways in which it is mostly written."""
    spellings = dict.fromkeys([number, _international(number)])
    return " OR ".join(f"phone:{quoted(spelling)}" for spelling in spellings)


def _international(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
