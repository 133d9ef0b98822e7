from django.apps import AppConfig


class VoxysappsConfig(AppConfig):
    name = "voxysapps"

    def ready(self) -> None:
        from voxysapps import checks  # noqa: F401, PLC0415 - registers them
        from voxysapps.admin_rows import make_rows_cheap  # noqa: PLC0415 - Unfold's tags come with the registry

        make_rows_cheap()
