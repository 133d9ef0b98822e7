"""What an operator enters about a company's API."""

import json
import re
import zoneinfo
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from panels.api import SecretField
from panels.connectors.json_http.addresses import Question, read_question
from panels.connectors.json_http.mapping import read_mapping
from panels.connectors.json_http.words import read_words

CAPABILITIES = ("customer", "orders", "payments")
_LONGEST = 12_000
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What the request itself needs, or what says where it goes.
_OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-type"}
)
_BEFORE_SIGNED_IN: Mapping[str, tuple[str, ...]] = {
    "header": ("header_name", "header_value"),
    "basic": ("user", "password"),
    "oauth": ("token_address", "client_id", "client_secret"),
    "sign_in": ("token_address", "user", "password", "sign_in_body", "token_at"),
}


class LinesField(forms.CharField):
    """Several lines, kept as they are: a space at the beginning may mean something."""

    def __init__(self, **options: Any) -> None:
        rows = options.pop("rows", 4)
        widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})
        super().__init__(
            **{"required": False, "strip": False, "max_length": _LONGEST, "widget": widget, "initial": "", **options}
        )

    def clean(self, value: Any) -> Any:
        return str(super().clean(value)).replace("\r\n", "\n")


class AddressField(forms.CharField):
    """An address that requests and secrets go to: a scheme and a host, perhaps a path, and nothing else."""

    def clean(self, value: Any) -> Any:
        address = str(super().clean(value) or "").rstrip("/")
        if not address:
            return address
        try:
            parts = urlsplit(address)
            is_good = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_good = False
        if not is_good or parts.username is not None or parts.query or parts.fragment or set(address) & set("{}\\ ?#"):
            raise ValidationError(_("Enter an address such as https://api.example.com/v1, without a name, ? or #."))
        return address


def _addresses(**options: Any) -> LinesField:
    return LinesField(
        **{
            "rows": 3,
            "label": gettext_lazy("Addresses"),
            "help_text": gettext_lazy(
                "Below the address above, one a line, each for one kind of value: {email}, {phone}, {identifier} (this "
                "system's own customer number) or {attribute:NAME}. For example /orders?email={email} or "
                "/customers/{identifier}/orders. Empty: not asked."
            ),
            **options,
        }
    )


def _graphql(label: Any) -> LinesField:
    return LinesField(
        label=label,
        help_text=gettext_lazy(
            "The query, sent by POST. Values go into its variables, below, and never into its text."
        ),
    )


def _body(label: Any) -> LinesField:
    return LinesField(
        label=label,
        help_text=gettext_lazy(
            "JSON, sent by POST; with a GraphQL query these are its variables. A place is a whole string, such as "
            '{"email": "{email}"}.'
        ),
    )


def _mapping(label: Any, example: str) -> LinesField:
    return LinesField(
        rows=8,
        label=label,
        help_text=format_lazy(
            "{text} {example}",
            text=gettext_lazy(
                "One a line: our field = JMESPath in their row. Only what is not found by itself; nothing after the = "
                "leaves a field out. Every row must say whose it is (customer_id, email, phone or attribute:NAME), and "
                "rows of anybody else are dropped. For example:"
            ),
            example=example,
        ),
    )


def _selects(label: Any) -> forms.BooleanField:
    return forms.BooleanField(
        label=label,
        required=False,
        initial=False,
        help_text=gettext_lazy(
            "Only if rows do not say whose they are. It holds for addresses that have {identifier} or {attribute:NAME} "
            "in their path, such as /customers/{identifier}/orders: there a wrong number finds nothing. In a query "
            "after the ? many systems overlook what they do not know and answer with everybody's rows; and an e-mail "
            "or phone number may be several people's. Rows that do say whose they are, are compared all the same."
        ),
    )


class JsonHttpSettingsForm(forms.Form):
    """A company's API: where it is, how one signs in, what is asked, and how its answers become our records."""

    address = AddressField(
        label=gettext_lazy("Address of the API"),
        max_length=300,
        help_text=gettext_lazy(
            "Such as https://api.example.com/v1. All requests go below it. Another address clears the secrets."
        ),
    )
    headers = LinesField(
        rows=2,
        label=gettext_lazy("Further headers"),
        help_text=gettext_lazy("One a line: Name: value. Nothing secret: these can be read here."),
    )
    auth = forms.ChoiceField(
        label=gettext_lazy("Authentication"),
        initial="none",
        choices=(
            ("none", pgettext_lazy("authentication", "None")),
            ("header", gettext_lazy("A secret in a header")),
            ("basic", gettext_lazy("Name and password (Basic)")),
            ("oauth", gettext_lazy("OAuth 2.0, client credentials")),
            ("sign_in", gettext_lazy("A token for name and password")),
        ),
    )
    header_name = forms.CharField(label=gettext_lazy("Header"), required=False, initial="Authorization", max_length=100)
    header_value = SecretField(
        label=gettext_lazy("Value of the header"),
        required=False,
        help_text=gettext_lazy("All of it, such as “Bearer abc123”."),
    )
    user = forms.CharField(label=gettext_lazy("Name"), required=False, initial="", max_length=200)
    password = SecretField(label=gettext_lazy("Password"), required=False)
    token_address = AddressField(
        label=gettext_lazy("Address for tokens"),
        required=False,
        initial="",
        max_length=300,
        help_text=gettext_lazy("Where tokens are fetched. Another address clears the secrets."),
    )
    client_id = forms.CharField(label=gettext_lazy("Client id"), required=False, initial="", max_length=200)
    client_secret = SecretField(label=gettext_lazy("Client secret"), required=False)
    scope = forms.CharField(label=gettext_lazy("Scope"), required=False, initial="", max_length=500)
    sign_in_body = LinesField(
        rows=3,
        label=gettext_lazy("What is sent for a token"),
        help_text=gettext_lazy('JSON with the strings "{user}" and "{password}".'),
    )
    token_at = forms.CharField(
        label=gettext_lazy("Where the token is"),
        required=False,
        initial="",
        max_length=200,
        help_text=gettext_lazy("In the answer, such as data.token, or in one of its headers, such as header:x-token."),
    )

    customer_addresses = _addresses(label=gettext_lazy("Customer: addresses"))
    customer_graphql = _graphql(gettext_lazy("Customer: GraphQL query"))
    customer_body = _body(gettext_lazy("Customer: body"))
    customer_mapping = _mapping(
        gettext_lazy("Customer: mapping"), "customers = data.people; name = join(' ', [first, last])"
    )
    customer_selects = _selects(gettext_lazy("Customer: the address itself selects by a verified number"))

    orders_addresses = _addresses(label=gettext_lazy("Orders: addresses"))
    orders_graphql = _graphql(gettext_lazy("Orders: GraphQL query"))
    orders_body = _body(gettext_lazy("Orders: body"))
    orders_mapping = _mapping(
        gettext_lazy("Orders: mapping"), "orders = data.orders; total = amounts.gross; items.title = product.label"
    )
    orders_selects = _selects(gettext_lazy("Orders: the address itself selects by a verified number"))

    payments_addresses = _addresses(label=gettext_lazy("Payments: addresses"))
    payments_graphql = _graphql(gettext_lazy("Payments: GraphQL query"))
    payments_body = _body(gettext_lazy("Payments: body"))
    payments_mapping = _mapping(
        gettext_lazy("Payments: mapping"), "payments = data.charges; at = paid_on; invoices.number = label"
    )
    payments_selects = _selects(gettext_lazy("Payments: the address itself selects by a verified number"))

    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        initial="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", gettext_lazy("Three capital letters, such as EUR."))],
        help_text=gettext_lazy("Of amounts whose row names none."),
    )
    amounts = forms.ChoiceField(
        label=gettext_lazy("Amounts"),
        initial="decimal",
        choices=(
            ("decimal", gettext_lazy("Decimal: 12.50")),
            ("minor", gettext_lazy("In the smallest unit: 1250")),
        ),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        initial="UTC",
        max_length=60,
        help_text=gettext_lazy(
            "Of times that name none, such as Europe/Berlin. Times are ISO 8601 or seconds since 1970."
        ),
    )
    phone_region = forms.CharField(
        label=gettext_lazy("Country of phone numbers"),
        required=False,
        initial="",
        validators=[RegexValidator(r"^[A-Z]{2}$", gettext_lazy("Two capital letters, such as DE."))],
        help_text=gettext_lazy("Of numbers that are written without a country code."),
    )
    words = LinesField(
        rows=6,
        label=gettext_lazy("Words for states"),
        help_text=gettext_lazy(
            "One a line: kind: theirs = ours. For example “payment: SETTLED_2 = paid” or “delivery: at depot = "
            "on_its_way”. Kinds: payment, delivery, return, refund, subscription, invoice. What is not listed and not "
            "one of the usual words is shown as they write it."
        ),
    )

    def clean_headers(self) -> str:
        text = str(self.cleaned_data["headers"])
        read_headers(text)
        return text

    def clean_header_name(self) -> str:
        name = str(self.cleaned_data["header_name"] or "Authorization")
        _check_header(name)
        return name

    def clean_header_value(self) -> str:
        return _header_secret(self.cleaned_data["header_value"])

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"])
        if name not in zoneinfo.available_timezones():
            raise ValidationError(_("Enter a time zone such as Europe/Berlin."))
        return name

    def clean_words(self) -> str:
        text = str(self.cleaned_data["words"])
        read_words(text)
        return text

    def clean_sign_in_body(self) -> str:
        text = str(self.cleaned_data["sign_in_body"])
        if text.strip():
            _check_json(text)
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in _BEFORE_SIGNED_IN.get(str(cleaned.get("auth")), ()):
            # A secret that is stored need not be entered again: whoever knows that has made it optional by more.
            if not isinstance(self.fields[name], SecretField) and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This authentication needs it."))
        for capability in CAPABILITIES:
            self._clean_capability(capability, cleaned)
        if not self.errors and not any(question_of(cleaned, capability).addresses for capability in CAPABILITIES):
            self.add_error("customer_addresses", _("Enter an address for customers, orders or payments."))
        return cleaned

    def _clean_capability(self, capability: str, cleaned: Mapping[str, Any]) -> None:
        try:
            question_of(cleaned, capability)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                self.add_error(f"{capability}_{name}", messages)
        try:
            read_mapping(capability, str(cleaned.get(f"{capability}_mapping") or ""))
        except ValidationError as error:
            self.add_error(f"{capability}_mapping", error)


def question_of(settings: Mapping[str, Any], capability: str) -> Question:
    """Return what the capability asks. Raises ValidationError."""
    parts = (str(settings.get(f"{capability}_{name}") or "") for name in ("addresses", "graphql", "body"))
    return read_question(*parts)


def read_headers(text: str) -> dict[str, str]:
    """Return the further headers. Raises ValidationError."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not value.strip().isascii() or not value.strip().isprintable():
            raise ValidationError(_("“%(line)s” is not of the form: Name: value.") % {"line": line[:60]})
        _check_header(name.strip())
        found[name.strip()] = value.strip()
    return found


def _check_header(name: str) -> None:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
        raise ValidationError(_("“%(name)s” is no header that can be set.") % {"name": name[:60]})


def _header_secret(value: Any) -> str:
    text = str(value or "")
    if not text.isascii() or (text and not text.isprintable()):
        raise ValidationError(_("Headers hold plain letters, digits and signs only."))
    return text


def _check_json(text: str) -> None:
    try:
        is_object = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise ValidationError(_("Enter an object in JSON."))
