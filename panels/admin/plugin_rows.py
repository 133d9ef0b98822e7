"""What the pages of connections and placements have in common."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from panels.forms import PREFIX, form_for
from panels.settings_forms import secret_names, settings_form
from tenants.admin.base import OfAccountsAdmin
from tenants.admin.secrets import secrets_table


class PluginRowAdmin(OfAccountsAdmin):
    """Rows with the settings of a plugin: the form is made for each plugin."""

    plugin_form: ClassVar[Any]
    # What is asked besides where secrets are stored.
    secret_fields: ClassVar[tuple[str, ...]] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        row = obj or self.new_row(request)
        form_class = settings_form(row)
        may_enter = obj is None or self.has_change_permission(request, obj)
        # What is only entered is empty to those who look: as if nothing were stored.
        hidden = () if may_enter or form_class is None else secret_names(form_class)
        names = tuple(PREFIX + name for name in form_class.base_fields if name not in hidden) if form_class else ()
        shown: list[tuple[Any, dict[str, Any]]] = [(None, {"fields": self.get_own_fields(obj)})]
        if names:
            shown.append((_("Settings"), {"fields": names}))
        if obj and obj.secrets.exists():
            asked = self.secret_fields if may_enter else ()
            shown.append((_("Stored secrets"), {"fields": ("stored_secrets", *asked)}))
        return shown

    def get_own_fields(self, obj: Any) -> tuple[str, ...]:
        """Return our fields, before the plugin's."""
        raise NotImplementedError

    def new_row(self, request: HttpRequest) -> Any:
        """Return what an empty page begins with."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = form_for(self.plugin_form, obj or self.new_row(request))
        return super().get_form(request, obj, change, **{**kwargs, "form": form})

    @admin.display(description=_("stored secrets"))
    def stored_secrets(self, row: Any) -> SafeString | str:
        form_class = settings_form(row)
        labels = {name: field.label or name for name, field in form_class.base_fields.items()} if form_class else {}
        return secrets_table(row, labels)
