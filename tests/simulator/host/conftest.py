from wsgiref.simple_server import WSGIRequestHandler as WithUnderscores

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _server_of_tests(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests' server be asked, and see the header `api_access_token`, which Django's own drops."""
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8", "::1/128"]
    monkeypatch.setattr(WSGIRequestHandler, "get_environ", WithUnderscores.get_environ)
