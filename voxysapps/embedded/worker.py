"""A Celery worker and beat in threads, for the run where everything is one process."""

import threading

from celery.beat import EmbeddedService
from django.conf import settings

from voxysapps.celery import app


def start_worker_thread() -> None:
    """Start the worker and beat; they end with the process."""
    worker = app.WorkController(
        pool="threads",
        concurrency=8,
        queues=["interactive", "prefetch"],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    threading.Thread(target=worker.start, name="celery-worker", daemon=True).start()
    schedule = str(settings.RUN_DIR / "beat")
    beat = EmbeddedService(app, thread=True, schedule_filename=schedule)
    threading.Thread(target=beat.run, name="celery-beat", daemon=True).start()
