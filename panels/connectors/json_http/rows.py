"""A mapped row, read field by field: what cannot be read is noted and left out, and the rest stays."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from panels.api import Candidate, MatchWord, Money, Word, is_same_email, is_same_phone
from panels.connectors.json_http.fields import ATTRIBUTE
from panels.connectors.json_http.values import Reader, Unreadable, flag_of, link_of, number_of, text_of, texts_of

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Row:
    """One row and its place in the mapping."""

    path: str
    values: Mapping[str, Any]
    inner: Mapping[str, Any]
    reader: Reader

    def text(self, name: str) -> str | None:
        return self._read(name, text_of)

    def texts(self, name: str) -> tuple[str, ...]:
        return self._read(name, texts_of) or ()

    def number(self, name: str) -> int | None:
        return self._read(name, number_of)

    def flag(self, name: str) -> bool | None:
        return self._read(name, flag_of)

    def link(self, name: str) -> str | None:
        return self._read(name, link_of)

    def time(self, name: str) -> dt.datetime | None:
        return self._read(name, self.reader.time)

    def word(self, name: str, kind: str) -> Word | None:
        return self._read(name, lambda value: self.reader.word(kind, value))

    def money(self, name: str, currency: str | None = None) -> Money | None:
        """Return the amount, in the given currency, or the row's own."""
        return self._read(name, lambda value: self.reader.money(value, currency or self.text("currency")))

    def inside(self, name: str) -> "Iterator[Row]":
        """Yield the rows inside of this one."""
        for inner in self.inner.get(name, ()):
            yield Row(f"{self.path}.{name}", inner["fields"], inner["inside"], self.reader)

    def require(self, name: str, value: Value | None) -> Value:
        """Return what a row cannot be shown without. Raises `Unreadable`, noted."""
        if value is None:
            sentence = _("There is nothing here, and without it a row cannot be shown.")
            self.reader.note(f"{self.path}.{name}", sentence)
            self.reader.lost.add(f"{self.path}.{name}")
            raise Unreadable(sentence)
        return value

    def _read(self, name: str, read: Callable[[Any], Value]) -> Value | None:
        try:
            return read(self.values.get(name))
        except Unreadable as error:
            self.reader.note(f"{self.path}.{name}", str(error))
            return None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a row is, as far as it says."""

    customer_id: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    name: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, row: Row, *, name: str) -> "Owner":
        """Return the owner a row names; the customer's name is in the field `name`."""
        attributes = ((key, row.text(key)) for key in row.values if key.startswith(ATTRIBUTE))
        return cls(
            customer_id=row.text("customer_id"),
            emails=row.texts("email"),
            phones=row.texts("phone"),
            name=row.text(name),
            attributes=tuple((key, value) for key, value in attributes if value),
        )

    @property
    def key(self) -> str | None:
        """What tells this customer from another one: the system's id, else the e-mail address."""
        return self.customer_id or (self.emails[0].strip().casefold() if self.emails else None)

    def says(self, key: str) -> bool:
        """Return whether the row says anything that is compared for this kind of value."""
        return bool(self._compared(key))

    def is_same(self, key: str, value: str, *, region: str | None) -> bool:
        """Return whether what the row says is exactly the value that was looked for."""
        if key == "email":
            return any(is_same_email(email, value) for email in self.emails)
        if key == "phone":
            return any(is_same_phone(phone, value, region=region) for phone in self.phones)
        return value in self._compared(key)

    def candidate(self) -> Candidate:
        return Candidate(
            external_id=self.key or "",
            name=self.name,
            email=self.emails[0] if self.emails else None,
            phone=self.phones[0] if self.phones else None,
        )

    def _compared(self, key: str) -> tuple[str, ...]:
        if key == "email":
            return self.emails
        if key == "phone":
            return self.phones
        own = dict(self.attributes).get(key)
        if own is not None:
            return (own,)
        return (self.customer_id,) if self.customer_id else ()


@dataclass(frozen=True, slots=True)
class Found:
    """A row that is the customer's, whose it is, and by which value it was found."""

    row: Row
    owner: Owner
    by: MatchWord
    value: str
