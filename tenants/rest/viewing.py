"""Who signed in to accounts, who saw what, and what their operators should look at."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import AgentSession, Notice, SignInMethod, Trust, ViewRecord
from tenants.notices import close_notice
from tenants.rest.base import ROW_ID, Deleting, KnownFieldsOnly, RowsViewSet, acting
from tenants.rest.lists import Filter
from tenants.rest.schema import example
from tenants.trust.identity import identifier_digests
from tenants.trust.sessions import revoke_session

CUSTOMER = "customer"


class AgentSessionSerializer(serializers.ModelSerializer[AgentSession]):
    """One browser in which an agent has signed in. It is good until `expires_at`, or until it was ended before."""

    class Meta:
        model = AgentSession
        fields = (
            *("id", "account", "agent_id", "agent_name", "agent_email", "method", "browser"),
            *("created_at", "last_used_at", "expires_at", "revoked_at"),
        )
        read_only_fields = fields


@extend_schema_view(retrieve=extend_schema(parameters=[ROW_ID]), destroy=extend_schema(parameters=[ROW_ID]))
@extend_schema(tags=["agent sessions"])
class AgentSessionViewSet(Deleting, mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """Agents' sessions, the newest first. Deletion ends one at once; its row stays."""

    model = AgentSession
    serializer_class = AgentSessionSerializer
    filters = {
        "account": int,
        "agent_id": int,
        "method": SignInMethod,
        "is_ended": Filter(
            bool, "revoked_at__isnull", "Ended before its time, by an operator or the agent.", is_opposite=True
        ),
    }
    search_fields = ("agent_name", "agent_email")
    summaries = {"destroy": "End {one}"}

    def rows(self) -> QuerySet[AgentSession]:
        return AgentSession.objects.select_related("account").order_by("-created_at", "-pk")

    def delete_row(self, row: AgentSession) -> None:
        revoke_session(row)


@example(is_resolved=True)
class NoticeSerializer(KnownFieldsOnly, serializers.ModelSerializer[Notice]):
    """Something to look at. It closes by itself when its cause is gone, where we see that; else by `is_resolved`."""

    text = serializers.SerializerMethodField()

    class Meta:
        model = Notice
        fields = ("id", "account", "kind", "text", "times", "first_at", "last_at", "is_resolved")
        read_only_fields = ("account", "kind", "times", "first_at", "last_at")

    def get_text(self, notice: Notice) -> str:
        return _(notice.text) if notice.text else ""

    def validate_is_resolved(self, given: bool) -> bool:
        if self.instance and self.instance.is_resolved and not given:
            raise serializers.ValidationError(
                _("A resolved notice stays so. Should it come again, there is a new one.")
            )
        return given


@extend_schema_view(retrieve=extend_schema(parameters=[ROW_ID]))
@extend_schema(tags=["notices"])
class NoticeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """What operators should look at, the open ones first."""

    model = Notice
    serializer_class = NoticeSerializer
    filters = {"account": int, "kind": str, "is_resolved": bool}
    search_fields = ("text",)

    def rows(self) -> QuerySet[Notice]:
        return Notice.objects.select_related("account").order_by("is_resolved", "-last_at", "-pk")

    @extend_schema(summary="Resolve a notice", parameters=[ROW_ID])
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Mark it as resolved."""
        notice = self.get_object()
        sent = self.get_serializer(notice, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        if sent.validated_data.get("is_resolved"):
            with acting(request):
                close_notice(notice)
        return Response(self.get_serializer(self.get_object()).data)


class ViewRecordSerializer(serializers.ModelSerializer[ViewRecord]):
    """One view of a customer's data: ids only, those of agent, conversation and contact being the host's."""

    panels = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ViewRecord
        fields = (
            *("id", "account", "seen_at", "agent_id", "session", "conversation_id", "contact_id"),
            *("dashboard_app", "panels", "trust", "identifiers_edited"),
        )
        read_only_fields = fields


@extend_schema_view(
    retrieve=extend_schema(parameters=[ROW_ID]),
    list=extend_schema(
        parameters=[
            OpenApiParameter(
                CUSTOMER,
                str,
                description="A customer's e-mail, phone or identifier, as the host had it then. With `account` only.",
            )
        ]
    ),
)
@extend_schema(tags=["view records"])
class ViewRecordViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """Who saw which customer's data, when, through which panels; the newest first."""

    model = ViewRecord
    serializer_class = ViewRecordSerializer
    filters = {
        "account": int,
        "agent_id": int,
        "contact_id": int,
        "conversation_id": int,
        "dashboard_app": int,
        "trust": Trust,
        "identifiers_edited": bool,
        "since": Filter(dt.datetime, "seen_at__gte"),
        "before": Filter(dt.datetime, "seen_at__lt"),
    }

    def rows(self) -> QuerySet[ViewRecord]:
        return ViewRecord.objects.order_by("-seen_at", "-pk")

    def known_parameters(self) -> set[str]:
        return {*super().known_parameters(), *([CUSTOMER] if self.action == "list" else ())}

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Find a customer by a digest, which is another one in every account."""
        found = super().filter_queryset(queryset)
        value = self.request.query_params.get(CUSTOMER)
        if value is None or self.action != "list":
            return found
        account = self.request.query_params.get("account")
        if account is None:
            raise ValidationError({CUSTOMER: [_("Send account, too: customers are looked for in one at a time.")]})
        # Of nothing there is no digest, and nobody is found by it.
        digests = identifier_digests(int(account), value)
        return found.filter(identifiers__contains=f" {digests[0]} ") if digests else found.none()
