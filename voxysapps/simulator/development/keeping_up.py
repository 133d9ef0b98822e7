"""Using changed templates without starting anew: they are read again, and nothing made of the former ones is shown."""

import threading

from django.conf import settings
from django.template.autoreload import reset_loaders

from panels import registry
from panels.configuration import forget_plans
from voxysapps.generation import Generation, adopt, present, read_generation

_lock = threading.Lock()


def keep_up() -> Generation:
    """Use the templates and static files as they are now; return what this process then works with.

    A process that has loaded other code than there is now stays as it is: it is about to go.
    """
    if not settings.GENERATION.code:
        return present()
    newest = read_generation(settings.RUN_DIR)
    if _can_use(newest):
        with _lock:
            if _can_use(newest):
                adopt(newest)
                reset_loaders()
                registry.code_version.cache_clear()
                forget_plans()
    return present()


def _can_use(newest: Generation) -> bool:
    return newest.code > present().code and newest.loaded == present().loaded
