"""The application as a run on one machine serves it."""

import time

from django.conf import settings

from voxysapps.edition import loaded_file, present
from voxysapps.embedded.files import STATE_FILE, write_private
from voxysapps.wsgi import application

__all__ = ["application"]

# Loaded while `prepare` still works on the database; its last act is to write this file.
while not (settings.RUN_DIR / STATE_FILE).exists():
    time.sleep(0.02)

if settings.EMBEDDED_WORKER:
    # Imported here: only the run without a Redis has a worker in its web process.
    from voxysapps.embedded.worker import start_worker_thread

    start_worker_thread()

if present().code:
    # Whoever waits to take the former process away sees it now.
    write_private(loaded_file(settings.RUN_DIR), present().code)
