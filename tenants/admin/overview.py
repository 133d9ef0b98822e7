"""The admin's first page: which accounts need something, and the open notices."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenants.models import Light, Notice, Preflight
from tenants.selectors import may_read, may_write, visible, visible_accounts

# More are a click away, in their lists.
_MOST = 10


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the page's context, of the accounts that the user may see."""
    context["title"] = _("Overview")
    if not may_read(request.user):
        return {**context, "has_accounts": True, "unready": [], "notices": [], "may_add": False}
    accounts = visible_accounts(request.user)
    is_red = Q(pk__in=Preflight.objects.filter(worst=Light.RED).values("account"))  # read once, not account by account
    needs = Q(host_proved_at=None) | Q(published_at=None) | is_red
    notices = visible(Notice.objects.filter(is_resolved=False), request.user)
    return {
        **context,
        "has_accounts": accounts.exists(),
        "unready": accounts.filter(needs, is_active=True).order_by("name", "pk")[:_MOST],
        "notices": notices.select_related("account").order_by("-last_at", "-pk")[:_MOST],
        "may_add": may_write(request.user),
    }
