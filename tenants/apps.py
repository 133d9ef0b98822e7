from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from tenants.models import Account  # noqa: PLC0415 - models come with the registry
        from tenants.webhooks import receivers  # noqa: PLC0415

        for signal in (post_save, post_delete):
            signal.connect(receivers.account_changed, sender=Account, dispatch_uid=f"tenants.receivers.{id(signal)}")
