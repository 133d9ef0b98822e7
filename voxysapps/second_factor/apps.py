from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SecondFactorConfig(AppConfig):
    name = "voxysapps.second_factor"
    verbose_name = _("Second factor")

    def ready(self) -> None:
        from voxysapps.second_factor import checks  # noqa: F401, PLC0415 - registers them
