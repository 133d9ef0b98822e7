"""What an operator enters to connect Stripe."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from panels.api import SecretField

_KEY = re.compile(r"(rk|sk)_(live|test)_[A-Za-z0-9]+", re.ASCII)


class StripeSettingsForm(forms.Form):
    """Stripe's address is always the same, so the key is all there is."""

    key = SecretField(
        label=_("Key"),
        help_text=_(
            "A restricted key (rk_live_…) with the right to read Customers, Charges and Refunds, Payment Intents, "
            "Payment Methods, Subscriptions, Invoices, Disputes and Products. You make one in Stripe's Dashboard under "
            "Developers, API keys. Customer identifiers and attributes must be Stripe's customer ids (cus_…)."
        ),
    )

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if key.startswith("pk_"):
            raise ValidationError(_("This is a publishable key, which cannot read. Enter a restricted key (rk_…)."))
        if not _KEY.fullmatch(key):
            raise ValidationError(_("A key of Stripe begins with rk_live_, rk_test_, sk_live_ or sk_test_."))
        return key
