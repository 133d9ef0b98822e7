from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    name = "voxysapps.simulator"
