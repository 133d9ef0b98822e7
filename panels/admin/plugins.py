"""The page of installed plugins, and to which accounts each is offered: for platform administrators."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from panels.models import PluginOffer
from panels.plugins import is_known, list_plugins
from panels.services_offers import delete_offer, save_offer
from tenants.admin.base import OfAccountsAdmin
from tenants.refused_forms import refusal_of

_BUTTONS = {"show_save_and_add_another": False, "show_save_and_continue": False}


class OfferForm(ModelForm[PluginOffer]):
    """To whom one plugin is offered."""

    class Meta:
        model = PluginOffer
        fields = ("audience", "accounts")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("audience") == PluginOffer.Audience.ALL:
            cleaned["accounts"] = ()
        return cleaned


@admin.register(PluginOffer)
class PluginOfferAdmin(OfAccountsAdmin):
    """All plugins, also those that nothing was decided about; each has a page for that."""

    is_for_administrators = True
    form = OfferForm
    autocomplete_fields = ("accounts",)
    fields = ("plugin", "audience", "accounts")
    readonly_fields = ("plugin",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return admin.ModelAdmin.get_queryset(self, request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # From the list, where each plugin has its link; there is none to be added but those.
        return "kind" in request.GET and super().has_add_permission(request, obj)

    @admin.display(description=_("plugin"))
    def plugin(self, offer: PluginOffer) -> str:
        """What it is about; of a new decision, the address names it."""
        return str(offer)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None:
            return form
        kind, slug = _named(request)

        class NewOfferForm(form):  # type: ignore[misc, valid-type]
            """A decision about the plugin that the address names."""

            def __init__(self, *args: Any, **more: Any) -> None:
                super().__init__(*args, **more)
                self.instance.kind, self.instance.slug = kind, slug

        return NewOfferForm

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show what is installed; there is nothing to be done to many at once."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(self.opts.verbose_name_plural),
            "opts": self.opts,
            "plugins": list_plugins(),
            "add": reverse("admin:panels_pluginoffer_add"),
        }
        return render(request, "panels/plugins.html", context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Decide about the plugin that the address names."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind, slug = _named(request)
        decided = PluginOffer.objects.filter(kind=kind, slug=slug).first()
        if decided is not None:
            if request.method == "POST":
                told = _("This was saved by somebody else at the same time. Try again.")
                self.message_user(request, told, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:panels_pluginoffer_change", args=[decided.pk]))
        if not is_known(kind, slug):
            raise Http404
        response = super().add_view(request, form_url, {**(extra_context or {}), **_BUTTONS})
        refusal = refusal_of(request)
        if refusal is None:
            return response
        # Somebody else has decided meanwhile: there is nothing to be added any longer.
        self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **_BUTTONS})

    def save_model(self, request: HttpRequest, obj: PluginOffer, form: ModelForm[PluginOffer], change: bool) -> None:
        save_offer(obj, form.cleaned_data["accounts"])

    def delete_model(self, request: HttpRequest, obj: PluginOffer) -> None:
        delete_offer(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for offer in queryset:
            delete_offer(offer)


def _named(request: HttpRequest) -> tuple[str, str]:
    return request.GET.get("kind", ""), request.GET.get("slug", "")
