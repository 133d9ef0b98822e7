"""Policies are read as browsers read them."""

import pytest

from tenants.preflight.policies import may_be_embedded, may_embed

HOST, FRAME = "https://voxys.example", "https://apps.firm.example/a/x/"


@pytest.mark.parametrize(
    ("header", "may"),
    [
        ("", True),
        ("script-src 'self'", True),
        ("frame-ancestors 'none'", True),  # of who embeds the host
        ("frame-src *", True),
        ("frame-src https:", True),
        ("frame-src http:", True),
        ("FRAME-SRC https://apps.firm.example", True),
        ("frame-src https://apps.firm.example:443/", True),
        ("frame-src https://apps.firm.example:*", True),
        ("frame-src http://apps.firm.example", True),
        ("frame-src apps.firm.example", True),
        ("frame-src *.firm.example", True),
        ("frame-src 'self' *.example", True),
        ("default-src 'self'; frame-src *", True),
        ("frame-src *; frame-src 'none'", True),
        ("frame-src 'none'", False),
        ("frame-src", False),
        ("frame-src 'self'", False),
        ("default-src 'self'", False),
        ("child-src 'self'; default-src *", False),
        ("frame-src https://firm.example", False),
        ("frame-src *.apps.firm.example", False),
        ("frame-src https://apps.firm.example:8443", False),
        ("frame-src https://apps.firm.example:x", False),
        ("frame-src wss:", False),
        ("frame-src *, default-src 'self'", False),  # two headers
        ("upgrade-insecure-requests, frame-src *", True),
    ],
)
def test_what_a_page_may_embed(header: str, may: bool) -> None:
    assert may_embed(header, HOST, FRAME) == may


def test_a_page_may_embed_its_own() -> None:
    assert may_embed("frame-src 'self'", HOST, f"{HOST}/a/x/")


@pytest.mark.parametrize(
    ("header", "may"),
    [
        (f"frame-ancestors {HOST}", True),
        (f"default-src 'none'; frame-ancestors https://other.example {HOST}; base-uri 'none'", True),
        (f"frame-ancestors {HOST}, upgrade-insecure-requests", True),
        (f"frame-ancestors {HOST}, frame-ancestors {HOST}", True),
        ("", False),
        ("default-src 'none'", False),
        ("frame-ancestors", False),
        ("frame-ancestors 'none'", False),
        (f"frame-ancestors {HOST}.evil.example", False),
        (f"frame-ancestors {HOST}, frame-ancestors 'self'", False),
        (f"frame-ancestors 'none'; frame-ancestors {HOST}", False),
    ],
)
def test_who_may_embed_us(header: str, may: bool) -> None:
    assert may_be_embedded(header, HOST) == may
