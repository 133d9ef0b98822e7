"""What an operator enters to connect a shop."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from panels.api import SecretField

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com")


class ShopField(forms.CharField):
    """A shop's own address at Shopify, kept as "name.myshopify.com" however it was entered."""

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "").strip().lower()
        return text.removeprefix("https://").removesuffix("/")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not _SHOP.fullmatch(value):
            raise ValidationError(
                _("Enter the shop's address at Shopify, such as my-shop.myshopify.com: not its own domain, no path.")
            )


class ShopifySettingsForm(forms.Form):
    """The shop, and the app that may read it."""

    shop = ShopField(
        label=_("Shop"),
        max_length=100,
        help_text=_("The shop's address at Shopify: my-shop.myshopify.com (Settings, Domains)."),
    )
    client_id = forms.CharField(
        label=_("Client ID"),
        required=False,
        max_length=100,
        help_text=_("Of an app made in Shopify's Dev Dashboard. Leave it empty for an app that has an access token."),
    )
    token = SecretField(
        label=_("Client secret or access token"),
        help_text=_(
            "With a client ID, the app's client secret; without one, its Admin API access token (shpat_…). The app "
            "needs read_customers, read_orders and read_all_orders. To recognise customers by an identifier or an "
            "attribute, these must hold Shopify's number of the customer."
        ),
    )

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise ValidationError(_("This has characters that no token has. Copy it again."))
        return token

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if str(cleaned.get("token") or "").startswith("shpss_") and not cleaned.get("client_id"):
            self.add_error("client_id", _("This is a client secret. Enter the client ID that belongs to it."))
        return cleaned
