"""The WSGI application that the web server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxysapps.settings")

application = get_wsgi_application()

from panels.registry import load_all  # noqa: E402 - models are there only now

# Loaded now, so that no request waits for a plugin to be imported. What is broken is in the log.
load_all()
