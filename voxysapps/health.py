"""Liveness and readiness, for supervisors and load balancers."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError

from voxysapps.cache import cache_is_down
from voxysapps.celery import app


def alive(request: HttpRequest) -> HttpResponse:
    """Answer that this process serves requests."""
    return HttpResponse("ok", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, cache and broker are reachable, else 503 naming what is not."""
    checks = {"database": _database(), "cache": _cache(), "broker": _broker()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database() -> bool:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache() -> bool:
    cache.get("readyz")
    return not cache_is_down()


def _broker() -> bool:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
