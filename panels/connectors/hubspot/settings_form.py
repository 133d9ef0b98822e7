"""What an operator enters for a HubSpot account."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from panels.api import SecretField


class HubSpotSettingsForm(forms.Form):
    """The access token, what is read with it, and what HubSpot's records leave open."""

    token = SecretField(
        label=_("Access token"),
        help_text=_(
            "Of a private app: in HubSpot under Development, Legacy apps, Create, Private. It begins with “pat-”."
        ),
    )
    currency = forms.CharField(
        label=_("Currency of the account"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as EUR."))],
        help_text=_("Three capital letters, such as EUR. It holds for records that name no currency."),
    )
    country = forms.CharField(
        label=_("Country of telephone numbers"),
        required=False,
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, such as DE."))],
        help_text=_(
            "Two capital letters, such as DE: where numbers without a country code belong. Without it, "
            "they match nobody."
        ),
    )
    account_id = forms.CharField(
        label=_("Hub ID"),
        required=False,
        max_length=20,
        validators=[RegexValidator(r"^[0-9]+$", _("Digits only."))],
        help_text=_("The number in HubSpot's own addresses. With it, records link to HubSpot."),
    )
    cancelled = forms.CharField(
        label=_("Words for cancelled orders"),
        required=False,
        max_length=200,
        initial="Cancelled, Canceled",
        help_text=_(
            "Names of the pipeline stages that mean an order is cancelled, as they are called in HubSpot, with commas."
        ),
    )
    deals = forms.BooleanField(
        label=_("Open deals"),
        required=False,
        initial=True,
        help_text=_("Shown among a customer's tags. The token needs crm.objects.deals.read."),
    )
    tickets = forms.BooleanField(
        label=_("Open tickets"),
        required=False,
        initial=True,
        help_text=_("Shown in a customer's note. The token needs tickets."),
    )
    payments = forms.BooleanField(
        label=_("Payments, invoices and subscriptions"),
        required=False,
        initial=True,
        help_text=_(
            "The token needs crm.objects.commercepayments.read, crm.objects.invoices.read and "
            "crm.objects.subscriptions.read."
        ),
    )

    def clean_token(self) -> Any:
        token = self.cleaned_data["token"]
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise forms.ValidationError(_("This is no access token: it has letters, digits and dashes only."))
        return token
