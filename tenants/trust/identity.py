"""Who the customer is, as far as the host has confirmed it."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from msgspec import Struct, msgpack, structs

# By what a customer is recognised: "identifier", "email", "phone", or a custom attribute of the contact,
# such as "attribute:shop_id".
MatchKey = str
ATTRIBUTE = "attribute:"
ORDER: tuple[MatchKey, ...] = ("identifier", "email", "phone")


class Identity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The values of a confirmed contact by which an outside system may know the customer.

    `emails` are as the host has them, `phones` in E.164. `identifier_verified` is true when the host
    vouches for `identifier` (its `hmac_verified`, host-contract 2.5); everything else is what a website
    visitor typed, so a match by it is shown as "identity not verified". `attributes` are the contact's
    custom attributes that the account's connections look for, by name. `order` is in which order to look.
    `linked` are a system's own ids of the customers whom an agent has chosen there. Anything may be missing.
    """

    contact_id: int | None = None
    name: str | None = None
    identifier: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    identifier_verified: bool | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    order: tuple[MatchKey, ...] = ORDER
    linked: tuple[str, ...] = ()

    def only(self, keys: Sequence[MatchKey]) -> "Identity":
        """Return the identity with nothing to look for but `keys`, in their order."""
        return structs.replace(
            self,
            identifier=self.identifier if "identifier" in keys else None,
            emails=self.emails if "email" in keys else (),
            phones=self.phones if "phone" in keys else (),
            attributes=tuple(pair for pair in self.attributes if f"{ATTRIBUTE}{pair[0]}" in keys),
            order=tuple(keys),
        )

    def attribute(self, name: str) -> str | None:
        """Return the contact's custom attribute, or None where it is missing or nobody looks for it."""
        return dict(self.attributes).get(name)

    @property
    def is_anonymous(self) -> bool:
        """Whether there is nothing to look for."""
        return not (self.identifier or self.emails or self.phones or self.attributes or self.linked)

    def digest(self) -> str:
        """Return the customer's part of cache keys: the same for the same values, telling nothing of them.

        A contact whose e-mail changes is another customer here, so no old person's data is shown.
        """
        return hashlib.blake2b(msgpack.encode(self), digest_size=12, key=settings.SECRET_KEY.encode()[:64]).hexdigest()


def identifier_digests(account_id: int, *values: str | None) -> tuple[str, ...]:
    """Return a keyed digest of each value there is: what is kept of identifiers where they are only compared.

    The same value gives another digest in another account. Case and surrounding space do not count.
    """
    key = settings.SECRET_KEY.encode()[:64]
    person = b"%d" % account_id
    return tuple(
        hashlib.blake2b(
            value.strip().lower().encode(errors="replace"), digest_size=12, key=key, person=person
        ).hexdigest()
        for value in values
        if value and value.strip()
    )
