"""Operators and API tokens in the Django admin: for platform administrators."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm, MultipleChoiceField
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenants.admin.base import OfAccountsAdmin
from tenants.models import ApiToken, Operator, Scope
from tenants.services_operators import delete_operator, issue_token, revoke_token, save_operator


@admin.register(Operator)
class OperatorAdmin(OfAccountsAdmin):
    """Who works here, as what, for which accounts."""

    is_for_administrators = True
    list_display = ("user", "role", "has_all_accounts")
    list_filter = ("role", "has_all_accounts")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    search_help_text = _("User name or address")
    empty_text = _(
        "Only platform administrators work here so far. Add a user first, with “Staff status”, then an operator."
    )
    autocomplete_fields = ("user", "accounts")
    fields = ("user", "role", "has_all_accounts", "accounts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return admin.ModelAdmin.get_queryset(self, request)

    def save_model(self, request: HttpRequest, obj: Operator, form: ModelForm[Operator], change: bool) -> None:
        save_operator(obj, accounts=form.cleaned_data["accounts"])

    def delete_model(self, request: HttpRequest, obj: Operator) -> None:
        delete_operator(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for operator in queryset:
            delete_operator(operator)


class NewTokenForm(ModelForm[ApiToken]):
    """What a new token is for."""

    scopes = MultipleChoiceField(
        choices=Scope.choices, initial=[Scope.READ], widget=CheckboxSelectMultiple, label=capfirst(_("scopes"))
    )

    class Meta:
        model = ApiToken
        fields = ("name", "scopes", "has_all_accounts", "accounts", "expires_at")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and not cleaned.get("has_all_accounts") and not cleaned.get("accounts"):
            self.add_error("accounts", _("Choose accounts, or all of them."))
        return cleaned


@admin.register(ApiToken)
class ApiTokenAdmin(OfAccountsAdmin):
    """The tokens of the API: everybody's own; platform administrators see and end all of them."""

    list_display = ("name", "user", "last4", "shown_scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    search_help_text = _("Name or user")
    empty_text = _("Programs use the API with a token, for chosen accounts and purposes. Add one.")
    fields = (
        *("name", "user", "last4", "shown_scopes", "made_by", "created_at", "last_used_at", "expires_at"),
        "revoked_at",
    )
    autocomplete_fields = ("accounts",)
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        tokens = admin.ModelAdmin.get_queryset(self, request)
        return tokens if request.user.is_superuser else tokens.filter(user_id=request.user.pk)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs |= {"form": NewTokenForm, "fields": None}
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else NewTokenForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ()

    def save_model(self, request: HttpRequest, obj: ApiToken, form: ModelForm[ApiToken], change: bool) -> None:
        if change:
            return
        owner: Any = request.user
        obj.user = owner
        text = issue_token(obj, form.cleaned_data["accounts"])
        told = _("Copy the token now, it is not shown again: %(token)s") % {"token": text}
        self.message_user(request, told, messages.WARNING)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("scopes"))
    def shown_scopes(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.action(description=_("End the chosen tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        number = sum(revoke_token(token) for token in queryset)
        text = ngettext("%(number)d token ended.", "%(number)d tokens ended.", number) % {"number": number}
        self.message_user(request, text, messages.SUCCESS)
