from django.apps import AppConfig


class VoxysappsConfig(AppConfig):
    name = "voxysapps"
