"""Forms for what operators enter about accounts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.models import Account
from tenants.services import prove


class AccountForm(forms.ModelForm[Account]):
    """An account, with the token of its host's API: entered, tried and never shown again."""

    host_token = forms.CharField(
        label=_("administrator's API token"),
        required=False,
        strip=True,
        max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_("From the administrator's profile in Voxys. It is tried while saving, and never shown again."),
    )
    hook_secret = forms.CharField(
        label=_("webhook secret"),
        required=False,
        strip=True,
        max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_("What Voxys shows beside the webhook; hosts before 4.13 have none. Never shown again."),
    )

    class Meta:
        model = Account
        exclude = ()  # noqa: DJ006 - the admin names the fields

    def clean(self) -> dict[str, Any]:
        """Try the token against the host; a destination that changes needs it again."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned.get("host_token"):
            try:
                prove(self._candidate(cleaned), cleaned["host_token"])
            except ValidationError as error:
                raise ValidationError({"host_token": error.messages}) from None
        return cleaned

    def _candidate(self, cleaned: dict[str, Any]) -> Account:
        """Return the account as it would be saved, without what was given for another destination."""
        names = ("host_origin", "host_api", "host_account_id")
        account = Account(pk=self.instance.pk)
        for name in names:
            setattr(account, name, cleaned.get(name, getattr(self.instance, name)))
        return account
