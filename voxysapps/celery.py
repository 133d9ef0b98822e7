"""The Celery application. Start workers with `celery -A voxysapps worker -Q interactive,prefetch`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxysapps.settings")

app = Celery("voxysapps")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Parts of an app that have tasks of their own.
_PARTS = ("preflight", "rest", "trust", "trust.sign_in", "viewing", "webhooks")
app.autodiscover_tasks([f"tenants.{part}" for part in _PARTS], force=False)
app.autodiscover_tasks(["panels.prefetch", "panels.actions"], force=False)
