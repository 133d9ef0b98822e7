"""Who changed what, and which token is asking."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.models import ApiToken, AuditEntry
from tenants.rest.access import sees_the_platform, token_of
from tenants.rest.base import ROW_ID, KnownParametersOnly, RowsViewSet
from tenants.rest.lists import Filter


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """One change. `changes` holds the value before and after of each field; secrets are named only."""

    class Meta:
        model = AuditEntry
        fields = (
            *("id", "at", "actor", "via", "account", "action", "object_type", "object_id", "object_name", "changes"),
        )
        read_only_fields = fields


@extend_schema_view(retrieve=extend_schema(parameters=[ROW_ID]))
@extend_schema(tags=["audit"])
class AuditViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """What was changed, the newest first. What concerns no account is for platform administrators."""

    model = AuditEntry
    serializer_class = AuditEntrySerializer
    filters = {
        "account": int,
        "action": str,
        "via": str,
        "object_type": str,
        "object_id": str,
        "since": Filter(dt.datetime, "at__gte"),
        "before": Filter(dt.datetime, "at__lt"),
    }
    search_fields = ("object_name", "actor")

    def rows(self) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.order_by("-at", "-pk")

    def get_queryset(self) -> QuerySet[Any]:
        found = super().get_queryset()
        if getattr(self, "swagger_fake_view", False) or sees_the_platform(self.request):
            return found
        return found.filter(account__isnull=False)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """The token that asks."""

    owner = serializers.CharField(source="user.username")
    scopes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ApiToken
        fields = ("name", "owner", "last4", "scopes", "has_all_accounts", "created_at", "expires_at")


class TokenView(KnownParametersOnly, APIView):
    """The token that asks: what it may do, and until when."""

    @extend_schema(
        summary="Show the token that asks", operation_id="token_retrieve", tags=["token"], responses=TokenSerializer
    )
    def get(self, request: Request) -> Response:
        return Response(TokenSerializer(token_of(request)).data)
