"""Dashboard apps."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.host.choices import agents_of, inboxes_of, teams_of
from tenants.models import Account, DashboardApp, Scope
from tenants.publishing.addresses import frame_url
from tenants.rest.accounts import RotationSerializer, rotated
from tenants.rest.base import IDEMPOTENCY_KEY, ROW_ID, RowSerializer, RowsViewSet, Writing
from tenants.rest.fields import IdsField, VisibleField
from tenants.rest.limits import MAX_SMALL
from tenants.rest.schema import example
from tenants.services import delete_dashboard_app, rotate_app_key, save_dashboard_app


@example(account=1, title="Orders", is_draft=True, draft_agents=[5])
class DashboardAppSerializer(RowSerializer):
    """One tab. `address` is what the host opens, empty while PUBLIC_URL is not set."""

    fixed = ("account",)

    account = VisibleField(queryset=Account.objects.all())
    draft_agents = IdsField()
    inboxes = IdsField()
    teams = IdsField()
    address = serializers.SerializerMethodField()

    class Meta:
        model = DashboardApp
        fields = (
            *("id", "account", "title", "position", "is_enabled", "is_draft", "draft_agents", "inboxes", "teams"),
            *("address", "host_id", "created_at"),
        )
        read_only_fields = ("host_id", "created_at")
        extra_kwargs: ClassVar = {"position": {"max_value": MAX_SMALL}}

    @extend_schema_field(str)
    def get_address(self, app: DashboardApp) -> str:
        try:
            return frame_url(app)
        except ValidationError:
            return ""

    def validate_row(self, row: DashboardApp, extra: Any) -> None:
        """Refuse what the host does not have, as the admin does; where it does not tell, believe what was sent."""
        stored = DashboardApp.objects.filter(pk=row.pk).first() if row.pk else None
        for name, known_of in (("draft_agents", agents_of), ("inboxes", inboxes_of), ("teams", teams_of)):
            new = set(getattr(row, name)) - set(getattr(stored, name, ()))
            known = known_of(row.account) if new else None
            if known is not None and (unknown := sorted(new - dict(known).keys())):
                told = ", ".join(map(str, unknown))
                raise ValidationError({name: _("The host has none of these: %(ids)s.") % {"ids": told}})

    def save_row(self, row: DashboardApp, extra: Any) -> None:
        save_dashboard_app(row)


@extend_schema_view(
    retrieve=extend_schema(parameters=[ROW_ID]),
    partial_update=extend_schema(parameters=[ROW_ID]),
    destroy=extend_schema(parameters=[ROW_ID]),
)
@extend_schema(tags=["dashboard apps"])
class DashboardAppViewSet(Writing, mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """The tabs of accounts. Publishing brings changes to the host."""

    model = DashboardApp
    serializer_class = DashboardAppSerializer
    filters = {"account": int, "is_enabled": bool, "is_draft": bool}
    search_fields = ("title",)
    scopes = {"rotate_key": Scope.SECRETS}

    def rows(self) -> QuerySet[DashboardApp]:
        return DashboardApp.objects.select_related("account").order_by("pk")

    def delete_row(self, row: DashboardApp) -> None:
        delete_dashboard_app(row)

    @extend_schema(
        summary="Change the app's address",
        parameters=[ROW_ID, IDEMPOTENCY_KEY],
        request=RotationSerializer,
        responses=DashboardAppSerializer,
    )
    @action(detail=True, methods=["post"], url_path="rotate-key")
    def rotate_key(self, request: Request, **kwargs: Any) -> Response:
        """Give the app another address, to be published."""
        return rotated(self, request, rotate_app_key)
