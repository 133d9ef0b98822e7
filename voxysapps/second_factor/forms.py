"""Forms that take a code."""

import math
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from voxysapps.second_factor.devices import TooManyCodes, WrongCode, set_up, verify

# Anything longer is no code.
_MAX_LENGTH = 40
_SECONDS_PER_MINUTE = 60
_ATTRS = {
    "autocomplete": "one-time-code",
    "autocapitalize": "none",
    "spellcheck": "false",
    "autofocus": True,
    "dir": "ltr",
}


class CodeForm(forms.Form):
    """A code of the user's app, or a recovery code. Once it is valid, the code is used and `device` took it."""

    code = forms.CharField(
        label=_("Code"),
        max_length=_MAX_LENGTH,
        help_text=_("The six digits that your authenticator app shows, or one of your recovery codes."),
        widget=UnfoldAdminTextInputWidget(attrs=_ATTRS),
    )
    device: Any = None

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            self.device = verify(self.user, code)
        except WrongCode:
            raise forms.ValidationError(
                _("This code is wrong or was used already. Wait for the next one and try again.")
            ) from None
        except TooManyCodes as refusal:
            raise forms.ValidationError(_say_when(refusal)) from None
        return code


class SetUpForm(forms.Form):
    """The first code of an app that was just given its secret."""

    code = forms.CharField(
        label=_("Code"),
        max_length=_MAX_LENGTH,
        help_text=_("The six digits that your authenticator app shows now."),
        widget=UnfoldAdminTextInputWidget(attrs={**_ATTRS, "inputmode": "numeric"}),
    )
    device: Any = None
    recovery_codes: list[str]

    def __init__(self, user: User, key: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.key = key

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            self.device, self.recovery_codes = set_up(self.user, self.key, code)
        except WrongCode:
            raise forms.ValidationError(
                _("This is not the code of the secret above. Is the clock of your phone right?")
            ) from None
        return code


def _say_when(refusal: TooManyCodes) -> str:
    seconds = max(1, math.ceil((refusal.until - timezone.now()).total_seconds()))
    if seconds < 2 * _SECONDS_PER_MINUTE:
        return ngettext(
            "Too many wrong codes. Try again in %(number)d second.",
            "Too many wrong codes. Try again in %(number)d seconds.",
            seconds,
        ) % {"number": seconds}
    minutes = math.ceil(seconds / _SECONDS_PER_MINUTE)
    return ngettext(
        "Too many wrong codes. Try again in %(number)d minute.",
        "Too many wrong codes. Try again in %(number)d minutes.",
        minutes,
    ) % {"number": minutes}
