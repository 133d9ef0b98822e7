"""Rendering ahead: what was fetched of a customer, as those will see it who look next. They wait for no template."""

import logging

from panels import fragments
from panels.configuration import get_plan
from panels.prefetch.viewers import Viewer, read_viewers
from tenants.trust.audience import Viewing, why_not_for
from tenants.trust.confirmation import foresee
from tenants.trust.identity import Identity
from voxysapps.problems import place_of

logger = logging.getLogger(__name__)

# Of one customer; what is left over is rendered when it is asked for.
MAX_FRAGMENTS = 20


def render_ahead(
    account_id: int, identity: Identity, identity_verified: bool | None, viewing: Viewing | None = None
) -> int:
    """Render what the account's tabs will show of the customer to those who look at them lately; return how many.

    `identity_verified` is a confirmed context's. Drafts are left out, and with `viewing` tabs that are not for that
    conversation. Never raises: whatever goes wrong, a request renders by itself.
    """
    number = 0
    try:
        for viewer in read_viewers(account_id):
            if number >= MAX_FRAGMENTS:
                break
            number += _render_for(viewer, account_id, identity, identity_verified, viewing, MAX_FRAGMENTS - number)
    except Exception as error:  # noqa: BLE001 - what was fetched is there all the same
        logger.error("rendering ahead failed: account=%s: %s", account_id, place_of(error))  # noqa: TRY400 - likewise
    return number


def _render_for(
    viewer: Viewer,
    account_id: int,
    identity: Identity,
    identity_verified: bool | None,
    viewing: Viewing | None,
    at_most: int,
) -> int:
    plan = get_plan(viewer.app_key)
    if plan is None or plan.account.pk != account_id or plan.app.is_draft:
        return 0
    if viewing is not None and why_not_for(plan.app, viewing):
        return 0
    context = foresee(plan.account, plan.app, identity, identity_verified=identity_verified, role=viewer.role)
    return fragments.render_ahead(plan, context, viewer.locale, at_most=at_most)
