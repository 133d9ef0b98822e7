"""Using changed templates without starting anew: they are read again, and nothing made of the former ones is shown."""

import threading

from django.conf import settings
from django.template.autoreload import reset_loaders

from panels import registry
from panels.configuration import forget_plans
from voxysapps.edition import Edition, adopt, present, read_edition

_lock = threading.Lock()


def keep_up() -> Edition:
    """Use the templates and static files as they are now; return what this process then works with.

    A process that has loaded other code than there is now stays as it is: it is about to go.
    """
    if not settings.EDITION.code:
        return present()
    newest = read_edition(settings.RUN_DIR)
    if _can_use(newest):
        with _lock:
            if _can_use(newest):
                adopt(newest)
                reset_loaders()
                registry.code_version.cache_clear()
                forget_plans()
    return present()


def _can_use(newest: Edition) -> bool:
    return newest.code > present().code and newest.loaded == present().loaded
