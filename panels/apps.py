from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PanelsConfig(AppConfig):
    name = "panels"
    verbose_name = _("Panels")

    def ready(self) -> None:
        from panels import checks, preflight, signals  # noqa: F401, PLC0415 - models are there only now

        signals.connect()
