"""Under which names what answers."""

import pytest
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from tests.factories import make_app

pytestmark = pytest.mark.django_db

FRAMES, ADMIN = "apps.example.com", "admin.example.com"


@pytest.fixture
def apart(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = [FRAMES, ADMIN, ".wild.example.com"]
    settings.ADMIN_HOSTS = [ADMIN, "ops.wild.example.com"]


def status(path: str, host: str) -> int:
    return Client().get(path, headers={"host": host}).status_code


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("host", [ADMIN, "ADMIN.example.com", f"{ADMIN}:8443", f"{ADMIN}.", "ops.wild.example.com"])
def test_frames_and_webhooks_do_not_answer_under_an_admin_host(host: str) -> None:
    app = make_app()
    response = Client().get(f"/a/{app.key}/", headers={"host": host})
    assert (response.status_code, response.json()["code"]) == (404, "unknown_app")
    assert status("/hooks/any/", host) == 404
    assert status("/admin/login/", host) == 200


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("host", [FRAMES, f"{FRAMES}:8443", "eu.wild.example.com"])
def test_only_frames_and_webhooks_answer_under_other_names(host: str) -> None:
    app = make_app()
    for _ in range(2):  # the second time from memory
        assert status(f"/a/{app.key}/", host) == 200
    for path in ("/", "/admin/login/", "/simulator/", "/api/v1/", "/not/there/yet/"):
        assert status(path, host) == 404


@pytest.mark.usefixtures("apart")
def test_an_admin_host_alone_leads_to_the_admin() -> None:
    assert Client().get("/", headers={"host": ADMIN}).headers["Location"] == "/admin/"


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("host", [FRAMES, ADMIN])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_supervisors_are_answered_under_every_name(path: str, host: str) -> None:
    assert status(path, host) == 200


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("path", ["/a/some-key/", "/admin/login/"])
def test_names_that_are_not_ours_are_refused(path: str) -> None:
    assert status(path, "attacker.example") == 400


@override_settings(ADMIN_HOSTS=[], ALLOWED_HOSTS=[FRAMES, ADMIN])
@pytest.mark.parametrize("host", [FRAMES, ADMIN])
def test_without_an_admin_host_there_is_no_admin(host: str) -> None:
    app = make_app()
    assert status("/admin/login/", host) == 404
    assert status(f"/a/{app.key}/", host) == 200


@override_settings(ADMIN_HOSTS=["*"], ALLOWED_HOSTS=[FRAMES])
def test_both_sides_answer_under_every_name_where_that_is_set() -> None:
    app = make_app()
    assert (status("/admin/login/", FRAMES), status(f"/a/{app.key}/", FRAMES)) == (200, 200)


@override_settings(ADMIN_HOSTS=[ADMIN], ALLOWED_HOSTS=[".example.com"])
def test_remembered_names_are_bounded() -> None:
    app, client = make_app(), Client()
    for number in range(250):
        client.get(f"/a/{app.key}/", headers={"host": f"n{number}.example.com"})
    assert client.get(f"/a/{app.key}/", headers={"host": ADMIN}).status_code == 404
    middleware = client.handler._middleware_chain  # type: ignore[attr-defined]
    while not hasattr(middleware, "hosts"):
        middleware = getattr(middleware, "__wrapped__", None) or middleware.get_response
    assert len(middleware.hosts._frame_hosts) == 200
