"""The frame: the document that the host's iframe loads. The same for every agent, without customer data."""

import gzip
import hashlib
from collections import OrderedDict
from typing import Any

import msgspec
from django.http import HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.views.decorators.http import require_safe

from panels.configuration import AppPlan
from panels.fragments import Section
from panels.locales import request_locale
from panels.requests import FrameRequest
from panels.shell import render_sections
from tenants.models import Trust
from tenants.requests import shows_no_data
from voxysapps.bridge import assets
from voxysapps.bridge.texts import bridge_texts

# Long enough to switch tabs without a request, short enough for a changed app to show soon.
MAX_AGE_SECONDS = 300
# JSON inside <script>: a "</script>" in a translation must not end it.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@require_safe
@shows_no_data
def frame(request: FrameRequest, app_key: str) -> HttpResponse:
    """Answer with the frame document, from memory while the app is unchanged."""
    plan = request.plan
    document = _documents.get(plan, request_locale(request, request.account))
    headers = {
        "Cache-Control": f"private, max-age={MAX_AGE_SECONDS}",
        "Content-Security-Policy": f"{assets.policy()}; frame-ancestors {' '.join(plan.account.host_origins)}",
        "ETag": document.etag,
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Language, Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("If-None-Match") == document.etag:
        return HttpResponseNotModified(headers=headers)
    body = document.body
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = document.compressed
    return HttpResponse(body, headers={**headers, "Content-Length": str(len(body))})


class _Document:
    """One rendered frame document."""

    def __init__(self, html: str) -> None:
        self.body = html.encode()
        # mtime: the same document compresses to the same bytes in every process.
        self.compressed = gzip.compress(self.body, mtime=0)
        self.etag = f'W/"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'


class _Documents:
    """The frame documents of the apps asked for lately."""

    MAX = 1_000

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[AppPlan, _Document]] = OrderedDict()

    def get(self, plan: AppPlan, locale: str) -> _Document:
        key = (plan.app.key, locale)
        kept = self._kept.get(key)
        if kept is not None and kept[0] is plan:
            return kept[1]
        document = _Document(_render(plan, locale))
        self._kept[key] = (plan, document)
        if len(self._kept) > self.MAX:
            self._kept.popitem(last=False)
        return document


_documents = _Documents()


def _render(plan: AppPlan, locale: str) -> str:
    signs_in = plan.account.trust == Trust.SIGNED_IN
    waiting = [Section(placement, "loading") for placement in plan.placements]
    with translation.override(locale):
        context: dict[str, Any] = {
            "locale": locale,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "origins": msgspec.json.encode(plan.account.host_origins).decode(),
            "needs": " ".join(sorted(plan.needs)),
            "zone": plan.account.time_zone,
            "account": plan.account.pk,
            "needs_session": signs_in,
            "htmx": static("bridge/htmx.min.js"),
            "kit": static("bridge/kit.css"),
            "sign_in": static("bridge/sign-in.js"),
            "sign_in_style": static("bridge/sign-in.css"),
            **_acting(plan),
            "title": plan.app.title,
            "early": assets.early_script(),
            "bridge": assets.bridge_script(),
            "style": assets.style(),
            "skeleton": render_sections(waiting, locale).decode(),
            "texts": msgspec.json.encode(bridge_texts(signs_in=signs_in, acts=plan.acts)).decode().translate(_ESCAPES),
        }
        return render_to_string("bridge/frame.html", context)


def _acting(plan: AppPlan) -> dict[str, Any]:
    """Return what the page fetches after its first paint, where a panel has more than data to show."""
    if not plan.acts:
        return {}
    assets = {
        placement.slug: {
            "styles": [static(name) for name in placement.panel.styles],
            "scripts": [static(name) for name in placement.panel.scripts],
        }
        for placement in plan.placements
        if placement.panel and (placement.panel.styles or placement.panel.scripts)
    }
    return {
        "acting": static("bridge/acting.js"),
        "assets": msgspec.json.encode(assets).decode(),
    }
