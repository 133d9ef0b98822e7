"""Placements: panels in dashboard apps."""

from dataclasses import asdict
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from panels.health import read_placement_health, read_queue
from panels.models import Connection, Placement
from panels.rest.connections import HealthSerializer, secrets_field
from panels.services import delete_placement, save_placement
from tenants.models import DashboardApp
from tenants.rest.base import ROW_ID, RowSerializer, RowsViewSet, Writing
from tenants.rest.fields import SettingsField, StoredSecretsField, VisibleField
from tenants.rest.limits import MAX_SMALL
from tenants.rest.schema import example


@example(dashboard_app=1, panel="orders", connections=[1])
class PlacementSerializer(RowSerializer):
    """One panel in one app. Without `connections` it is filled from all of the account's."""

    fixed = ("dashboard_app", "panel")
    not_stored = ("connections", "secrets")
    secret_fields = ("secrets",)

    dashboard_app = VisibleField(queryset=DashboardApp.objects.select_related("account"))
    connections = VisibleField(queryset=Connection.objects.all(), many=True, required=False)
    settings = SettingsField(required=False)
    secrets = secrets_field()
    stored_secrets = StoredSecretsField()

    class Meta:
        model = Placement
        fields = (
            *("id", "account", "dashboard_app", "panel", "title", "position", "is_enabled", "connections"),
            *("settings", "secrets", "stored_secrets"),
        )
        read_only_fields = ("account",)
        extra_kwargs: ClassVar = {"position": {"max_value": MAX_SMALL}}

    def save_row(self, row: Placement, extra: Any) -> None:
        row.account = row.dashboard_app.account
        chosen = extra.get("connections")
        save_placement(row, chosen if row.pk or chosen else (), extra.get("secrets"))


@extend_schema_view(
    retrieve=extend_schema(parameters=[ROW_ID]),
    partial_update=extend_schema(parameters=[ROW_ID]),
    destroy=extend_schema(parameters=[ROW_ID]),
)
@extend_schema(tags=["placements"])
class PlacementViewSet(Writing, mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """The panels of dashboard apps."""

    model = Placement
    serializer_class = PlacementSerializer
    filters = {"account": int, "dashboard_app": int, "panel": str}
    search_fields = ("title", "panel")

    def rows(self) -> QuerySet[Placement]:
        chosen = Prefetch("connections", Connection.objects.only("pk").order_by("pk"))
        rows = Placement.objects.select_related("dashboard_app__account")
        return rows.prefetch_related("secrets", chosen).order_by("pk")

    @extend_schema(summary="Show how a panel is doing", parameters=[ROW_ID], responses=HealthSerializer)
    @action(detail=True)
    def health(self, request: Request, **kwargs: Any) -> Response:
        """Tell how the panel is doing that fetches by itself; 404 where connections or the host fill it."""
        placement = self.get_object()
        found = read_placement_health(placement)
        if found is None:
            raise Http404
        told = {**asdict(found.state), **asdict(found.figures), **asdict(read_queue(placement.account_id))}
        return Response(HealthSerializer(told).data)

    def delete_row(self, row: Placement) -> None:
        delete_placement(row)
