"""Forms for what operators enter about accounts and dashboard apps."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable
from typing import Any, ClassVar

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from tenants.host.choices import Choices, agents_of, inboxes_of, teams_of
from tenants.models import Account, DashboardApp, Notice
from tenants.notices import close_notice
from tenants.services import ACCOUNT_SECRETS, save_account, save_dashboard_app, validate_account
from tenants.watchful_forms import WatchfulForm

_MAX_OVERLAP_HOURS = 24 * 30


# What stands before the path, as the address bar has it.
_PASTED = re.compile(r"(https?://[^/?#@\s]+)(?:[/?#]|$)", re.IGNORECASE)
# The same without the scheme, which browsers hide.
_BARE = re.compile(r"((?:[^\W_]|-)+(?:\.(?:[^\W_]|-)+)+(?::\d+)?)(?:[/?#]|$)")
# What is below an API's address, as manuals and other programs' settings have it.
_BELOW_API = re.compile(r"(?:/+|/+api(?:/+v\d+)?/*)$")


def _time_zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(zoneinfo.available_timezones())]


class LinesField(forms.CharField):
    """A list, entered one a line."""

    widget = UnfoldAdminTextareaWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs["rows"] = 3

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


class KeepOldField(forms.IntegerField):
    """For how many hours the secrets that are replaced stay good."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {
            "label": gettext_lazy("Keep replaced secrets for, in hours"),
            "required": False,
            "initial": 0,
            "min_value": 0,
            "max_value": _MAX_OVERLAP_HOURS,
            "widget": UnfoldAdminIntegerFieldWidget,
            "help_text": gettext_lazy("During a rotation the old value stays good beside the new one for so long."),
        }
        super().__init__(**{**defaults, **kwargs})

    def clean(self, value: Any) -> dt.timedelta | None:
        """Return the time; None where the old value ends at once."""
        hours = super().clean(value)
        return dt.timedelta(hours=hours) if hours else None


class AccountForm(WatchfulForm):
    """An account, with the token of its host's API: entered, tried and never shown again.

    Browsers would fill in the password with which the operator has signed in, were it not for "new-password".
    """

    host_token = forms.CharField(
        label=gettext_lazy("Administrator's API token"),
        required=False,
        strip=True,
        max_length=300,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=gettext_lazy(
            "From the administrator's profile in Voxys. It is tried while saving, and never shown again."
        ),
    )
    hook_secret = forms.CharField(
        label=gettext_lazy("Webhook secret"),
        required=False,
        strip=True,
        max_length=300,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=gettext_lazy(
            "Publishing fills it in. By hand: what Voxys shows beside the webhook; hosts before 4.13 have none."
        ),
    )
    keep_old_hours = KeepOldField()

    extra_host_origins = LinesField(
        label=gettext_lazy("Further host addresses"),
        help_text=gettext_lazy("Other addresses under which agents open the same installation, one a line."),
    )

    time_zone = forms.ChoiceField(
        label=capfirst(gettext_lazy("time zone")), initial="UTC", choices=_time_zones, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Account
        exclude = ()
        help_texts: ClassVar = {
            "host_origin": gettext_lazy("As in the address bar of Voxys, such as https://app.voxys.example"),
            "locale": gettext_lazy("Such as de or pt-BR. Leave empty to follow each agent's browser."),
        }

    def clean_host_origin(self) -> str:
        """Return scheme and name of an address that was pasted whole; what is none stays, to be refused."""
        entered: str = self.cleaned_data["host_origin"].strip()
        if bare := _BARE.match(entered):
            return f"https://{_with_name_in_ascii(bare[1].lower())}"
        pasted = _PASTED.match(entered)
        return _with_name_in_ascii(pasted[1].lower()) if pasted else entered

    def clean_host_api(self) -> str:
        """Return the address without the slash at its end, and without what we add ourselves."""
        return _BELOW_API.sub("", self.cleaned_data["host_api"].strip())

    @property
    def entered_secrets(self) -> dict[str, str]:
        """The secrets that were entered, by name."""
        return {name: value for name in ACCOUNT_SECRETS if (value := self.cleaned_data.get(name))}

    def save_by_service(self) -> None:
        """Save what was found good."""
        overlap = self.cleaned_data.get("keep_old_hours")
        save_account(self.instance, self.entered_secrets, keep_old_for=overlap, is_validated=True)

    def _post_clean(self) -> None:
        """Try what was entered at the host; another destination than before needs the token again."""
        super()._post_clean()  # type: ignore[misc]  # Django's, which its stubs leave out
        if not self.errors:
            try:
                validate_account(self.instance, self.entered_secrets)
            except ValidationError as error:
                self._update_errors(error)  # type: ignore[attr-defined]  # likewise
        ask_for_secrets_again(self, ACCOUNT_SECRETS)


def _with_name_in_ascii(origin: str) -> str:
    """Return the origin as a browser tells it, which spells names like münchen.example otherwise than it shows them.

    What is no name stays, to be refused.
    """
    scheme, separator, place = origin.rpartition("://")
    name, colon, port = place.partition(":")
    if name.isascii():
        return origin
    try:
        return f"{scheme}{separator}{idna.encode(name, uts46=True).decode()}{colon}{port}"
    except idna.IDNAError:
        return origin


def ask_for_secrets_again(form: forms.BaseForm, names: Iterable[str]) -> None:
    """Say by each secret that was entered into a form with errors that it must be entered once more.

    It is never shown, so the field is empty then, and what is saved next would lack it.
    """
    if form.errors:
        for name in names:
            if name in form.fields and name not in form.errors and form.cleaned_data.get(name):
                form.add_error(name, _("Enter this once more: what is secret is not kept in a page with errors."))


class HostIdsField(forms.TypedMultipleChoiceField):
    """Things of the host, chosen by name where it tells them, else entered as numbers."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=[], required=False, **kwargs)
        self._is_told = True

    def offer(self, known: Choices | None, stored: list[int]) -> None:
        """Offer what the host has, and what is stored though it has it no longer."""
        self._is_told = known is not None
        if known is None:
            self.widget = UnfoldAdminTextInputWidget()
            self.help_text = _("The host did not tell its list. Enter numbers with commas between them.")
            return
        gone = [(id_, _("%(id)s (not in the host)") % {"id": id_}) for id_ in stored if id_ not in dict(known)]
        self.choices = [*known, *gone]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if not self._is_told and isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        if self._is_told:
            return super().to_python(value)
        return [part.strip() for part in str(value or "").split(",") if part.strip()]

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) if self._is_told else str(value).isdecimal()


class DashboardAppForm(WatchfulForm):
    """A dashboard app, with inboxes, teams and agents chosen by their names in the host."""

    inboxes = HostIdsField(
        label=gettext_lazy("Inboxes"), help_text=gettext_lazy("None chosen: conversations of every inbox.")
    )
    teams = HostIdsField(
        label=gettext_lazy("Teams"), help_text=gettext_lazy("None chosen: conversations of every team, and of none.")
    )
    draft_agents = HostIdsField(
        label=gettext_lazy("Agents who see the draft"),
        help_text=gettext_lazy("The others read that the tab is not ready yet."),
    )

    class Meta:
        model = DashboardApp
        exclude = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known_of in (("inboxes", inboxes_of), ("teams", teams_of), ("draft_agents", agents_of)):
            field = self.fields.get(name)
            if isinstance(field, HostIdsField) and self.instance.pk:
                field.offer(known_of(self.instance.account), getattr(self.instance, name))

    def save_by_service(self) -> None:
        """Save what was found good."""
        save_dashboard_app(self.instance)


class NoticeForm(forms.ModelForm[Notice]):
    """A notice: all there is to do is to close it."""

    class Meta:
        model = Notice
        fields = ("is_resolved",)

    def save_by_service(self) -> None:
        """Close what was marked as resolved."""
        if self.instance.is_resolved:
            close_notice(self.instance)


class OverlapForm(forms.Form):
    """For how long the key that is replaced stays good."""

    hours = forms.IntegerField(
        label=gettext_lazy("Keep the old one good for, in hours"),
        initial=24,
        min_value=0,
        max_value=_MAX_OVERLAP_HOURS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("0: it ends at once. Publish afterwards, so that the host uses the new one."),
    )
