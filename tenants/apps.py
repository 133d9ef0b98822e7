from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = _("Platform")

    def ready(self) -> None:
        from tenants.models import Account, AccountSecret  # noqa: PLC0415 - models come with the registry
        from tenants.users_audit import connect  # noqa: PLC0415
        from tenants.webhooks import receivers  # noqa: PLC0415

        connect()
        for signal in (post_save, post_delete):
            for model in (Account, AccountSecret):
                name = f"tenants.receivers.{model.__name__}.{id(signal)}"
                signal.connect(receivers.account_changed, sender=model, dispatch_uid=name)
