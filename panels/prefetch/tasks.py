"""Celery tasks of prefetch."""

import logging
from typing import Any

from celery import shared_task
from django.core.cache import cache
from kombu.exceptions import OperationalError

from panels import refresh
from panels.configuration import read_sources
from panels.models import PrefetchItem
from panels.prefetch import backlog, fetching, planning
from panels.prefetch.rendering import render_ahead
from tenants.webhooks.events import HostEvent
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

# What a task that lost its place in the queue may still find to do.
_EXPIRES_SECONDS = backlog.CLAIM_SECONDS
# Hosts are not asked all at once.
_SECONDS_APART = 2
# Nor held back for long: Redis gives a task that waits in a worker to another one after two minutes.
_SPREAD_SECONDS = 60
_FAILED_SECONDS = 60.0
_ASKED = "prefetch:asked"


def on_host_event(account_id: int, event: HostEvent, **kwargs: Any) -> None:
    """Receive `tenants.signals.host_event`."""
    if planning.plan(account_id, event):
        begin_soon()


@shared_task(name="panels.prefetch_next")
def prefetch_next() -> None:
    """Begin what may be begun; beat asks for it, too, so that nothing stays behind."""
    cache.delete(_ASKED)
    backlog.purge()
    begin()


@shared_task(name="panels.prefetch_conversation")
def prefetch_conversation(item_id: int) -> None:
    """Fetch one item, and begin the next."""
    item = PrefetchItem.objects.filter(pk=item_id, is_claimed=True).first()
    if item is not None:
        try:
            wait = fetching.fetch_conversation(item.account_id, item.conversation_id)
        except fetching.TooManyQuestions as error:
            backlog.pause(item.account_id, error.wait)
            backlog.give_back(item)
            begin()
            return
        except Exception as error:  # noqa: BLE001 - Celery would log what it says, which may quote a customer
            logger.error("prefetch failed: account=%s: %s", item.account_id, place_of(error))  # noqa: TRY400 - likewise
            wait = _FAILED_SECONDS
        if wait is None:
            backlog.done(item)
        else:
            backlog.again(item, seconds=wait)
    begin()


@shared_task(name="panels.warm_siblings")
def warm_siblings(account_id: int, customer: str, identity_verified: bool | None = None) -> None:
    """Fetch what the account's other tabs will show of a customer whom somebody has opened one of, and render it."""
    identity = refresh.read_identity(account_id, customer)
    if identity is not None:
        fetching.fetch_customer(account_id, identity, read_sources(account_id))
        render_ahead(account_id, identity, identity_verified)


@shared_task(name="panels.warm_open_conversations")
def warm_open_conversations() -> None:
    """Look through the open conversations of accounts whose hosts send no webhooks, one account after the other."""
    for number, account_id in enumerate(planning.accounts_without_webhooks()):
        countdown = number * _SECONDS_APART % _SPREAD_SECONDS
        warm_account.apply_async(args=(account_id,), queue="prefetch", countdown=countdown, expires=300)


@shared_task(name="panels.warm_account")
def warm_account(account_id: int) -> None:
    """Want the open conversations of one account."""
    if planning.want_open_conversations(account_id):
        begin()


def begin() -> None:
    """Put into the queue what may be begun now."""
    is_away = False
    for item in backlog.claim():
        try:
            if not is_away:
                prefetch_conversation.apply_async(
                    args=(item.pk,), queue="prefetch", expires=_EXPIRES_SECONDS, retry=False
                )
        except (OperationalError, OSError):
            is_away = True
        if is_away:
            backlog.give_back(item)


def begin_soon() -> None:
    """Ask a worker, once for many, to begin what was wanted just now; without a broker, beat does later."""
    if not cache.add(_ASKED, 1, 5):
        return
    try:
        prefetch_next.apply_async(queue="prefetch", expires=60, retry=False)
    except (OperationalError, OSError):
        return


def enqueue_siblings(account_id: int, customer: str, identity_verified: bool | None) -> None:
    """Ask a worker, once a minute for a customer, to fetch what the other tabs will show and to render it."""
    if not cache.add(f"{account_id}:siblings:{customer}", 1, 60):
        return
    try:
        args = (account_id, customer, identity_verified)
        warm_siblings.apply_async(args=args, queue="prefetch", expires=60, retry=False)
    except (OperationalError, OSError):
        return
