from django.apps import AppConfig


class VoxysappsConfig(AppConfig):
    name = "voxysapps"

    def ready(self) -> None:
        from voxysapps import checks  # noqa: F401, PLC0415 - registers them
