"""A Celery worker in a thread, for the run where everything is one process."""

import threading

from voxysapps.celery import app


def start_worker_thread() -> None:
    """Start the worker; it ends with the process."""
    worker = app.WorkController(
        pool="threads",
        concurrency=4,
        queues=["interactive", "prefetch"],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    threading.Thread(target=worker.start, name="celery-worker", daemon=True).start()
