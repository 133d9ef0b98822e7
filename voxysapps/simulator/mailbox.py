"""A mailbox for everybody: where a run without a mail server sends its mails, so that they can be read."""

from collections.abc import Sequence
from http import HTTPStatus

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from voxysapps.simulator.models import Mail
from voxysapps.simulator.policies import PLAIN_POLICY
from voxysapps.simulator.switch import when_simulating

MAX_MAILS = 200


class EmailBackend(BaseEmailBackend):
    """Keeps mails in the database, the newest `MAX_MAILS` of them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many mails were kept."""
        mails = [
            Mail(
                sender=str(message.from_email),
                recipients=[str(address) for address in message.recipients()],
                subject=str(message.subject),
                body=str(message.body),
            )
            for message in email_messages
            if message.recipients()
        ]
        with transaction.atomic():
            Mail.objects.bulk_create(mails)
            kept = Mail.objects.order_by("-id").values_list("id", flat=True)[MAX_MAILS - 1 : MAX_MAILS]
            Mail.objects.filter(id__lt=min(kept, default=0)).delete()
        return len(mails)


@when_simulating()
def page(request: HttpRequest) -> HttpResponseBase:
    """Return the mailbox; its script fetches the mails."""
    config = {"mails": reverse("simulator:mails"), "read": reverse("simulator:mail-read", args=[0])}
    response = render(request, "simulator/mailbox.html", {"config": config})
    response["Content-Security-Policy"] = PLAIN_POLICY
    response["Cache-Control"] = "no-store"
    return response


@when_simulating()
def mails(request: HttpRequest) -> HttpResponseBase:
    """Return the mails, the newest first; with `?to=` those to one address, with `?count` only how many are unread."""
    response: HttpResponse
    if "count" in request.GET:
        response = JsonResponse({"unread": Mail.objects.filter(is_read=False).count()})
    else:
        wanted = request.GET.get("to", "").strip().lower()
        rows = [mail for mail in Mail.objects.all() if not wanted or wanted in map(str.lower, mail.recipients)]
        unread = sum(not mail.is_read for mail in rows)
        response = JsonResponse({"unread": unread, "mails": [_record(mail) for mail in rows]})
    response["Cache-Control"] = "no-store"
    return response


@when_simulating("POST")
def read(request: HttpRequest, mail_id: int) -> HttpResponseBase:
    """Note that somebody has read the mail."""
    # Pages of other sites cannot send this without being allowed to.
    if request.content_type != "application/json":
        raise Http404
    mail = get_object_or_404(Mail, pk=mail_id)
    mail.is_read = True
    mail.save(update_fields=["is_read"])
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _record(mail: Mail) -> dict[str, object]:
    return {
        "id": mail.pk,
        "from": mail.sender,
        "to": mail.recipients,
        "subject": mail.subject,
        "body": mail.body,
        "sent_at": mail.sent_at.isoformat(),
        "is_read": mail.is_read,
    }
