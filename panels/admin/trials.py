"""The page that tries a connection with a sample customer, before it is saved or after."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from unfold import widgets

from panels.forms import ConnectionForm
from panels.matching import to_e164
from panels.models import Connection
from panels.trials import Trial, try_customer
from tenants.admin.account_pages import page_context
from tenants.admin.base import OfAccountsAdmin
from tenants.trust.identity import ATTRIBUTE, Identity

# Among the fields of a connection's own page, these are the sample's.
PREFIX = "sample"
# Sent by a connection's own page: what is entered there is tried, and not what is saved.
EDITED = "_edited"


class SampleForm(forms.Form):
    """A customer to try a connection with. What it holds is never stored or logged."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        widget=widgets.UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("With the country code, such as +49 30 123456."),
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    identifier = forms.CharField(
        label=gettext_lazy("Identifier"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("The contact's identifier in Voxys, verified or not."),
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, attributes: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prefix = PREFIX
        self._attributes = attributes
        for name in attributes:
            widget = widgets.UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
            label = _("Attribute %(name)s") % {"name": name}
            self.fields[f"{ATTRIBUTE}{name}"] = forms.CharField(
                label=label, required=False, max_length=255, widget=widget
            )

    def clean_phone(self) -> str | None:
        entered = self.cleaned_data["phone"]
        if entered and to_e164(entered) is None:
            raise forms.ValidationError(_("Enter a number with its country code, such as +49 30 123456."))
        return to_e164(entered)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Enter something by which the sample customer is known."))
        return cleaned

    def to_identity(self) -> Identity:
        """Return the sample as a connector is given a customer."""
        said = self.cleaned_data
        attributes = ((name, said.get(f"{ATTRIBUTE}{name}")) for name in self._attributes)
        return Identity(
            emails=(said["email"],) if said["email"] else (),
            phones=(said["phone"],) if said["phone"] else (),
            identifier=said["identifier"] or None,
            attributes=tuple((name, value) for name, value in attributes if value),
        )


def attributes_of(connection: Connection | None) -> list[str]:
    """Return the custom attributes by which the connection looks for customers."""
    keys = connection.match_by if connection else []
    return [key.removeprefix(ATTRIBUTE) for key in keys if key.startswith(ATTRIBUTE)]


class TrialMixin(OfAccountsAdmin):
    """Adds the trial to the pages of connections."""

    change_form_after_template = "panels/trial_fields.html"

    def get_urls(self) -> list[URLPattern]:
        shown = self.admin_site.admin_view
        return [
            path("add/try/", shown(self.try_new_view), name="panels_connection_try_new"),
            path("<path:object_id>/try/", shown(self.try_view), name="panels_connection_try"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the fields of the sample below a connection's own."""
        row = self.get_object(request, object_id) if object_id else None
        address = (
            reverse("admin:panels_connection_try", args=[row.pk])
            if row
            else f"{reverse('admin:panels_connection_try_new')}?{request.GET.urlencode()}"
        )
        is_allowed = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        more = {"sample": SampleForm(attributes_of(row)), "try_address": address, "edited": EDITED}
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), **(more if is_allowed else {})}
        )

    @method_decorator([never_cache, sensitive_post_parameters()])
    def try_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Try a saved connection, as it is or as it is being edited. Of another's account: 404."""
        connection = self.get_visible(request, object_id)
        if not self.has_change_permission(request, connection):
            raise PermissionDenied
        return self._show_trial(request, connection)

    @method_decorator([never_cache, sensitive_post_parameters()])
    def try_new_view(self, request: HttpRequest) -> HttpResponse:
        """Try a connection that is being added."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._show_trial(request, None)

    def _show_trial(self, request: HttpRequest, saved: Connection | None) -> HttpResponse:
        is_edited = request.method == "POST" and (saved is None or EDITED in request.POST)
        sample = SampleForm(attributes_of(saved), request.POST if request.method == "POST" else None)
        form: ConnectionForm | None = None
        connection = saved
        if is_edited:
            form_class: Any = self.get_form(request, saved, change=saved is not None)
            form = form_class(request.POST, instance=saved)
            form.asks = form.is_shown_again = False
            connection = form.instance if form.is_valid() else None
        trials: list[Trial] | None = None
        if connection is not None and sample.is_valid():
            trials = try_customer(connection, sample.to_identity(), form.entered_secrets if form else None)
        context = {
            "sample": sample,
            "trials": trials,
            "is_edited": is_edited,
            "errors": [
                (form.fields[name].label if name in form.fields else "", messages)
                for name, messages in form.errors.items()
            ]
            if form
            else [],
        }
        named = saved or Connection(name=request.POST.get("name", ""))
        page = page_context(self, request, _("Try with a sample customer"), named, **context)
        return render(request, "panels/trial.html", page)
