"""What every page of the admin about accounts has in common: operators meet their own accounts only."""

from functools import cache
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import CASCADE, ForeignKey, ManyToManyField, Model, QuerySet
from django.forms import ModelChoiceField, ModelForm, ModelMultipleChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from unfold.admin import checkbox
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm

from tenants.admin.paging import UncountedPaginator
from tenants.models import Account
from tenants.refused_forms import RowRefused, note_refusal, refusal_of, refused
from tenants.selectors import is_platform_administrator, may_read, may_write, visible
from tenants.services import delete
from tenants.watchful_forms import SEEN, digest_of
from voxysapps.admin_base import ModelAdmin

Row = TypeVar("Row", bound=Model)


class _VisibleAccountsForm(AutocompleteDropdownForm):  # type: ignore[misc]  # Unfold has no types
    """The choice of an account: the name of one that is not the operator's is not shown either."""

    def __init__(self, request: HttpRequest, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, name, *args, **kwargs)
        field = self.fields[name]
        assert isinstance(field, ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = visible(Account.objects.all(), request.user)


class AccountFilter(AutocompleteSelectFilter):  # type: ignore[misc]  # likewise
    """Rows of one account, found by typing its name: there may be thousands."""

    form_class = _VisibleAccountsForm


@cache
def _checkbox(language: str) -> str:
    """Return Unfold's checkbox with a place for the row's number, labelled in the language."""
    return str(checkbox.render(ACTION_CHECKBOX_NAME, "{}"))


def history_of(row: Any) -> HttpResponseRedirect:
    """Return the way to the audit of the row."""
    name = row._meta.label_lower  # noqa: SLF001 - Django's own name for it
    query = urlencode({"object_type__exact": name, "object_id__exact": row.pk})
    return HttpResponseRedirect(f"{reverse('admin:tenants_auditentry_changelist')}?{query}")


class OfAccountsAdmin(ModelAdmin[Any]):
    """Rows that belong to accounts, or accounts themselves.

    Lists, filters, searches, choices, actions and pages begin with the rows of the operator's accounts; another
    one's row is 404. Support looks only. What changes is written down by the services, and the history of a
    row is the audit's.
    """

    # Whether operators change these rows by hand at all.
    is_editable: ClassVar[bool] = True
    # Whether only platform administrators see them.
    is_for_administrators: ClassVar[bool] = False
    # What an empty list will have, and how it gets there.
    empty_text: ClassVar[str | Promise] = ""
    show_full_result_count = False
    # Rows are most of what a list costs; more are a search or a click away.
    list_per_page = 20
    list_filter_submit = True
    compressed_fields = True
    warn_unsaved_form = True
    change_form_before_template = "tenants/seen.html"

    class Media:
        css: ClassVar = {"all": ("tenants/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(super().get_queryset(request), request.user)

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Paginator[Any]:
        """Return the pages of a list, or of what is found by typing, which is asked for with every letter."""
        is_typing = request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
        return UncountedPaginator(*args, **kwargs) if is_typing else super().get_paginator(request, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row; what is shown of it may ask whether the user changes it."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.may_change = self.has_change_permission(request, row)
        return row

    @admin.display(description=ModelAdmin.action_checkbox.short_description)  # type: ignore[attr-defined]
    def action_checkbox(self, obj: Any) -> SafeString:
        """Return the row's checkbox; Unfold's renders a template for each."""
        return format_html(_checkbox(get_language() or ""), obj.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may_read(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_read(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_editable and self._may_read(request) and may_write(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_editable and self._may_read(request) and may_write(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_editable and self._may_read(request) and may_write(request.user)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        self._limit(db_field, request, kwargs)
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        self._limit(db_field, request, kwargs)
        field: ModelMultipleChoiceField[Any] | None = super().formfield_for_manytomany(db_field, request, **kwargs)
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        """Let the form save by the service it belongs to."""
        form.save_by_service()  # type: ignore[attr-defined]  # forms of these admins have it

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show and save the row.

        What only the service finds wrong, such as another's simultaneous save, is said in the form like what the form
        finds: nothing was saved then, and what was entered stays.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            note_refusal(request, error)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form; of a page that was refused while saving, one that says so."""
        form = super().get_form(request, obj, change, **kwargs)
        error = refusal_of(request)
        return form if error is None or isinstance(error, RowRefused) else refused(form, error)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Show the page, which says when it is saved what it began with (`WatchfulForm`)."""
        if obj is not None:
            # A form with errors has written into the row already.
            stored = self.get_object(request, str(obj.pk)) if request.method == "POST" else obj
            context |= {"seen": digest_of(stored), "seen_name": SEEN} if stored else {}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Ask whether the row may go, and say what else changes by it, or why it stays."""
        try:
            response = super().delete_view(request, object_id, extra_context)
        except ValidationError as error:
            self.message_user(request, self.why_not_deleted(error), messages.ERROR)
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[object_id]))
        row = self.get_object(request, object_id) if request.method == "GET" else None
        told = self.what_else_changes(row) if row and self.has_delete_permission(request, row) else ""
        if told:
            # The page is rendered after this.
            self.message_user(request, str(told), messages.WARNING)
        return response

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *rest: Any) -> HttpResponse | None:
        """Do what was chosen to the chosen rows; what may not be deleted stays, and it is said why."""
        try:
            return super().response_action(request, queryset, *rest)
        except ValidationError as error:
            self.message_user(request, self.why_not_deleted(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def why_not_deleted(self, error: ValidationError) -> str:
        """Return what is said where a service refuses to delete rows."""
        return " ".join(error.messages)

    def what_else_changes(self, row: Any) -> str | Promise:
        """Return what an operator should know before the row is deleted."""
        return ""

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Go on with the account's next step on its own page."""
        account_id = getattr(obj, "account_id", None)
        if account_id is None:
            return super().response_post_save_add(request, obj)
        return HttpResponseRedirect(reverse("admin:tenants_account_change", args=[account_id]))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            delete(row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what goes with the rows, by number only: an account may have a million view records."""
        rows = list(objs)
        counts = {self.opts.verbose_name_plural: len(rows)}
        for relation in self.opts.related_objects:
            if relation.on_delete is not CASCADE:
                continue
            model: Any = relation.related_model
            number = model._default_manager.filter(**{f"{relation.field.name}__in": rows}).count()  # noqa: SLF001 - likewise
            if number:
                counts[model._meta.verbose_name_plural] = number  # noqa: SLF001 - likewise
        return [f"{capfirst(self.opts.verbose_name)}: {row}" for row in rows], counts, set(), []

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the audit of this row."""
        return history_of(self.get_visible(request, object_id))

    def get_visible(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row of this number, if it is one of the operator's accounts; else 404."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return row

    # Django would write its own history, without from and to.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None: ...  # type: ignore[override]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None: ...  # type: ignore[override]

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None: ...  # type: ignore[override]

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        # Django would redirect to its index with a sentence that names what was asked for.
        raise Http404

    def _may_read(self, request: HttpRequest) -> bool:
        if self.is_for_administrators:
            return is_platform_administrator(request.user)
        return may_read(request.user)

    def _limit(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        model = db_field.remote_field.model
        names = {field.name for field in model._meta.get_fields()}  # noqa: SLF001 - likewise
        if model is Account or "account" in names:
            rows = kwargs.get("queryset", model._default_manager.all())  # noqa: SLF001 - likewise
            kwargs["queryset"] = visible(rows, request.user)
