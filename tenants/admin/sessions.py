"""Agents' sessions and notices in the Django admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tenants.admin.base import AccountFilter, OfAccountsAdmin
from tenants.admin.dates import DatedAdmin
from tenants.admin.filters import by_known
from tenants.forms import NoticeForm
from tenants.models import AgentSession, Notice
from tenants.notices import KINDS, close_notice
from tenants.selectors import may_write
from tenants.trust.sessions import revoke_account, revoke_agent, revoke_session


@admin.register(AgentSession)
class AgentSessionAdmin(DatedAdmin):
    """Who has signed in where. Sessions end here, and change in no other way."""

    list_display = ("agent", "account", "agent_id", "method", "browser", "created_at", "last_used_at", "state")
    list_filter = (("account", AccountFilter), "method", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("account",)
    search_fields = ("agent_name", "agent_email", "=agent_id")
    search_help_text = _("Agent's name, address or id")
    empty_text = _("No agent has signed in yet: only accounts with the trust “Signed in” ask them to.")
    fields = (
        *("account", "agent_name", "agent_email", "agent_id", "method", "browser"),
        *("created_at", "last_used_at", "expires_at", "revoked_at"),
    )
    actions = ("revoke", "revoke_agents", "revoke_accounts")
    date_hierarchy = "created_at"
    is_editable = False

    @admin.display(description=_("agent"), ordering="agent_name")
    def agent(self, session: AgentSession) -> str:
        return session.agent_name or session.agent_email or str(session.agent_id)

    @admin.display(description=_("state"), ordering="revoked_at")
    def state(self, session: AgentSession) -> str:
        return str(_("ended") if session.revoked_at else _("until %(day)s") % {"day": f"{session.expires_at:%Y-%m-%d}"})

    @admin.action(description=_("End the chosen sessions"), permissions=["end"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[AgentSession]) -> None:
        self._say(request, sum(map(revoke_session, queryset)))

    @admin.action(description=_("End all sessions of these agents"), permissions=["end"])
    def revoke_agents(self, request: HttpRequest, queryset: QuerySet[AgentSession]) -> None:
        agents = {(session.account, session.agent_id) for session in queryset.select_related("account")}
        self._say(request, sum(revoke_agent(account, agent_id) for account, agent_id in agents))

    @admin.action(description=_("End all sessions of these accounts"), permissions=["end"])
    def revoke_accounts(self, request: HttpRequest, queryset: QuerySet[AgentSession]) -> None:
        accounts = {session.account for session in queryset.select_related("account")}
        self._say(request, sum(map(revoke_account, accounts)))

    def _say(self, request: HttpRequest, number: int) -> None:
        text = ngettext("%(number)d session ended.", "%(number)d sessions ended.", number) % {"number": number}
        self.message_user(request, text, messages.SUCCESS)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return may_write(request.user)


@admin.register(Notice)
class NoticeAdmin(OfAccountsAdmin):
    """What operators should look at; the open ones first."""

    form = NoticeForm
    list_display = ("said", "account", "kind", "times", "last_at", "is_resolved")
    list_filter = (
        ("account", AccountFilter),
        "is_resolved",
        ("kind", by_known(lambda: {kind: kind for kind in KINDS})),
    )
    list_select_related = ("account",)
    search_fields = ("text", "account__name")
    search_help_text = _("Text or account")
    empty_text = _("Nothing needs you. What does will be said here.")
    fields = ("account", "kind", "said", "times", "first_at", "last_at", "is_resolved")
    readonly_fields = ("account", "kind", "said", "times", "first_at", "last_at")
    actions = ("resolve",)

    @admin.display(description=_("text"), ordering="text")
    def said(self, notice: Notice) -> str:
        return gettext(notice.text) if notice.text else ""

    @admin.action(description=_("Mark the chosen notices as resolved"), permissions=["change"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        for notice in queryset.filter(is_resolved=False).select_related("account"):
            close_notice(notice)

    def get_readonly_fields(self, request: HttpRequest, obj: Notice | None = None) -> tuple[str, ...]:
        # What is closed stays so.
        return (*self.readonly_fields, *(("is_resolved",) if obj and obj.is_resolved else ()))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
