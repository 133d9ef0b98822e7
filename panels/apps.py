from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PanelsConfig(AppConfig):
    name = "panels"
    verbose_name = _("Panels")

    def ready(self) -> None:
        from django.core.signals import request_finished  # noqa: PLC0415

        from panels import checks, preflight, selectors, signals, statistics  # noqa: F401, PLC0415 - models are there only now
        from panels.prefetch import tasks  # noqa: PLC0415
        from tenants.signals import host_event  # noqa: PLC0415
        from tenants.trust import attributes  # noqa: PLC0415

        signals.connect()
        attributes.register(selectors.list_attributes)
        request_finished.connect(statistics.write_openings, dispatch_uid="panels.statistics")
        host_event.connect(tasks.on_host_event, dispatch_uid="panels.prefetch")
