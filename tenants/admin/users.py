"""The people who use the admin, and their groups: for platform administrators."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from tenants.admin.base import history_of
from tenants.selectors import is_platform_administrator
from voxysapps.admin_base import ModelAdmin
from voxysapps.second_factor.devices import reset

# Devices hold secrets: their owners manage them on pages of their own.
for _model in (User, Group, TOTPDevice, StaticDevice):
    admin.site.unregister(_model)


class _ForAdministrators:
    """Whoever may change users may become any of them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_platform_administrator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_administrator(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_platform_administrator(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_administrator(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_administrator(request.user)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the audit of this row."""
        if not is_platform_administrator(request.user):
            raise PermissionDenied
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]  # the admin's
        if row is None:
            raise Http404
        return history_of(row)


@admin.register(User)
class UserAdmin(_ForAdministrators, DjangoUserAdmin[User], ModelAdmin[User]):
    """Who may use the admin."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_superuser", "is_active", "has_second_factor")
    list_filter = ("is_active", "is_superuser", "is_staff", "groups")
    actions = ("reset_second_factors",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_device=Exists(devices))

    @admin.display(description=_("second factor"), boolean=True, ordering="has_device")
    def has_second_factor(self, user: Any) -> bool:
        return bool(user.has_device)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what goes with the users: also their API tokens, which nobody deletes otherwise."""
        shown, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return shown, counts, set(), protected

    @admin.action(description=_("Reset the second factor of the chosen users"), permissions=["change"])
    def reset_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let others in again who have lost their phone. One's own takes a code, on the page for it."""
        others = [user for user in queryset if user != request.user]
        if len(others) < queryset.count():
            self.message_user(request, _("Your own second factor is changed on its page."), messages.WARNING)
        number = sum(map(reset, others))
        text = ngettext("%(number)d second factor reset.", "%(number)d second factors reset.", number)
        self.message_user(request, text % {"number": number}, messages.SUCCESS if number else messages.INFO)


@admin.register(Group)
class GroupAdmin(_ForAdministrators, DjangoGroupAdmin, ModelAdmin[Group]):
    """Permissions that several users have in common."""
