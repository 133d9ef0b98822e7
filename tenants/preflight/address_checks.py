"""How we are reached: by agents' browsers, and by the host's webhooks. And whether mail leaves."""

import hashlib
import hmac
import smtplib
import time
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.models import DashboardApp, SignInMethod, Trust
from tenants.preflight.policies import may_be_embedded, may_embed
from tenants.preflight.registry import Flight, Result, amber, green, red, register
from tenants.publishing.addresses import frame_url, hook_url, public_url
from tenants.secrets import HOOK_SECRET, get_secret
from tenants.webhooks.planner import arrived_at
from voxysapps.outgoing import OutgoingError, Response, send
from voxysapps.sealing import SealBroken

_PROXY_ADVICE = gettext_lazy("Look at the proxy before this server, at its certificate, and at PUBLIC_URL.")
# A page of the host's dashboard that needs no session.
_HOST_PAGE = "/app/login"
# Nobody waits for an event of this name; it shows that a delivery would be let in.
_TEST_EVENT = b'{"event":"voxys_preflight"}'
_QUIET = timedelta(days=7)


@register(gettext_lazy("Our own address"), order=40)
def we_are_reachable(flight: Flight) -> Iterator[Result]:
    """Browsers need https, with a certificate they trust."""
    try:
        url = public_url()
    except ValidationError as error:
        yield red(" ".join(error.messages), _("Set PUBLIC_URL in the environment and restart."))
        return
    answer = _ask(f"{url}/healthz")
    if isinstance(answer, Result):
        yield answer
    elif answer.status != HTTPStatus.OK:
        yield red(_("%(url)s answers %(status)d.") % {"url": url, "status": answer.status}, _address_advice(answer))
    elif url.startswith("http://"):
        yield amber(_("%(url)s answers, without https.") % {"url": url}, _("Good for trying things out only."))
    else:
        yield green(_("%(url)s answers.") % {"url": url})


@register(gettext_lazy("Frames"), order=50)
def frames_are_allowed(flight: Flight) -> Iterator[Result]:
    """What a browser is told about who may embed the account's frames, after any proxy."""
    account = flight.account
    app = DashboardApp.objects.for_account(account).filter(is_enabled=True).order_by("position", "pk").first()
    if app is None:
        yield amber(_("There is no tab yet."), _("Press “Set up tabs” on the account's page."))
        return
    try:
        answer = _ask(frame_url(app))
    except ValidationError:
        return  # said above
    if isinstance(answer, Result):
        yield answer
        return
    if answer.status != HTTPStatus.OK:
        yield red(_("The frame answers %(status)d.") % {"status": answer.status}, _frame_advice(flight, answer))
        return
    policy = answer.headers.get("content-security-policy", "")
    missing = [origin for origin in account.host_origins if not may_be_embedded(policy, origin)]
    if missing:
        yield red(
            _("Browsers would not show our frames in %(origins)s.") % {"origins": ", ".join(missing)},
            _(
                "A proxy changes our headers, or PUBLIC_URL leads to another server: let our Content-Security-Policy"
                " through, and add none."
            ),
        )
    elif "x-frame-options" in answer.headers:
        yield amber(
            _("A proxy adds X-Frame-Options: old browsers would not show our frames."),
            _("Take X-Frame-Options out of the proxy's settings; Content-Security-Policy says who may embed us."),
        )
    else:
        yield green(_("May be embedded by %(origins)s.") % {"origins": ", ".join(account.host_origins)})
    yield from _host_lets_in(flight, frame_url(app))


def _host_lets_in(flight: Flight, frame: str) -> Iterator[Result]:
    """The host itself sends no policy; a proxy before it may (host-contract 2.3)."""
    page = flight.account.host_origin
    try:
        answer = send("GET", page + _HOST_PAGE, headers={"Accept": "text/html"})
    except OutgoingError:
        return  # whether the host answers is said above
    policy = answer.headers.get("content-security-policy", "")
    if answer.status == HTTPStatus.OK and not may_embed(policy, page, frame):
        yield amber(
            _("The Content-Security-Policy of %(page)s lets no frames of ours in: agents may see empty tabs.")
            % {"page": page},
            _("Let whoever runs that server add %(url)s to “frame-src” there.") % {"url": public_url()},
        )


@register(gettext_lazy("Webhooks"), order=70)
def webhooks_arrive(flight: Flight) -> Iterator[Result]:
    """A delivery as the host would send it is let in, and the host has sent some lately."""
    account = flight.account
    if account.published_at is None:
        yield amber(_("The webhook was not published yet."), _("Press “Publish” on the account's page."))
        return
    try:
        url, secret = hook_url(account), get_secret(account, HOOK_SECRET)
    except ValidationError:
        return  # said above
    except SealBroken:
        yield red(_("The stored secret cannot be opened any longer."), _("Publish again, or enter the secret anew."))
        return
    if secret is None and not account.accepts_unsigned_hooks:
        yield red(
            _("No secret is stored for webhooks, so none is accepted."),
            _("Publish again. Where the host cannot sign, switch on “Accept unsigned webhooks”."),
        )
        return
    answer = _ask(url, body=_TEST_EVENT, secret=secret)
    if isinstance(answer, Result):
        yield answer
    elif answer.status != HTTPStatus.OK:
        yield red(_("A test delivery was answered %(status)d.") % {"status": answer.status}, str(_PROXY_ADVICE))
    else:
        yield _arrivals(flight)


@register(gettext_lazy("Mail"), order=80)
def mail_can_leave(flight: Flight) -> Iterator[Result]:
    """Agents who sign in by mail need one."""
    account = flight.account
    if account.trust != Trust.SIGNED_IN or account.sign_in_method == SignInMethod.NOTE:
        yield green(_("Not needed: no codes are mailed for this account."))
        return
    if not settings.EMAIL_URL:
        if settings.SIMULATOR:
            yield green(_("Mails go to the simulator's mailbox."))
        else:
            yield red(_("No mail can leave."), _("Set EMAIL_URL in the environment, or let agents sign in by note."))
        return
    try:
        connection = get_connection(fail_silently=False)
        connection.open()
        connection.close()
    except (OSError, smtplib.SMTPException):
        yield red(_("The mail server does not let us in."), _("Look at EMAIL_URL: server, port, user and password."))
    else:
        yield green(_("The mail server lets us in."))


def _arrivals(flight: Flight) -> Result:
    at, published_at = arrived_at(flight.account.pk), flight.account.published_at
    if at is None:
        if published_at is None or timezone.now() - published_at < _QUIET:
            return green(_("A test delivery was accepted. None of the host's own has come yet."))
        return amber(_("A test delivery was accepted, but none of the host's own has come."), _quiet_advice())
    ago = {"time": timesince(at)}
    if timezone.now() - at > _QUIET:
        return amber(
            _("A test delivery was accepted, but the host's last one came %(time)s ago.") % ago, _quiet_advice()
        )
    return green(_("A test delivery was accepted. The host's last one came %(time)s ago.") % ago)


def _quiet_advice() -> str:
    return _(
        "Write in a conversation and run this again. If none comes, look at the webhook in Voxys, and whether that"
        " server may reach this one."
    )


def _address_advice(answer: Response) -> str:
    if answer.status == HTTPStatus.BAD_REQUEST:
        return _("Add the name in PUBLIC_URL to ALLOWED_HOSTS, and let the proxy pass the Host header on.")
    return str(_PROXY_ADVICE)


def _frame_advice(flight: Flight, answer: Response) -> str:
    account = flight.account
    if answer.status == HTTPStatus.NOT_FOUND and not (account.is_active and account.is_proved):
        return _("Frames answer once the account is active and its token proved.")
    return str(_PROXY_ADVICE)


def _ask(url: str, *, body: bytes | None = None, secret: str | None = None) -> Response | Result:
    """Ask our own address as somebody outside would, with what a signed delivery has."""
    headers = {"Accept": "*/*"}
    if body is not None:
        now = str(int(time.time()))
        signature = hmac.new((secret or "").encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        headers |= {"Content-Type": "application/json"}
        headers |= {"X-Chatwoot-Timestamp": now, "X-Chatwoot-Signature": f"sha256={signature}"} if secret else {}
    try:
        return send("GET" if body is None else "POST", url, headers=headers, body=body, follow_redirects=False)
    except OutgoingError as error:
        if error.kind == "refused_address":
            return amber(
                _("%(url)s lies in a private network, so it was not asked.") % {"url": url},
                _("Add that network to OUTGOING_NETWORKS, if this server may ask itself."),
            )
        return red(_(str(error)), str(_PROXY_ADVICE))
