from django.apps import AppConfig
from django.conf import settings


class SimulatorConfig(AppConfig):
    name = "voxysapps.simulator"

    def ready(self) -> None:
        if settings.DEVELOPMENT:
            # Imported here: its models are there only now, and in production nobody looks on.
            from voxysapps.observing import install  # noqa: PLC0415
            from voxysapps.outgoing import install_toll  # noqa: PLC0415
            from voxysapps.simulator.development.recorder import Recorder  # noqa: PLC0415

            recorder = Recorder()
            install(recorder)
            install_toll(recorder.pass_toll)
