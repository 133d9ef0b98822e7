"""How an account's host is doing, as a source of its panels."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from panels.health import read_host_health, read_queue
from panels.rest.connections import HealthSerializer
from tenants.models import Account
from tenants.rest.base import ROW_ID, RowsViewSet


class HostHealthSerializer(HealthSerializer):
    """How the host is doing as one source of an account's panels."""

    connector = serializers.CharField(help_text="The slug of what reads from the host.")
    name = serializers.CharField()


class HostHealthViewSet(RowsViewSet):
    """The hosts of accounts as sources."""

    model = Account
    serializer_class = HostHealthSerializer
    pagination_class = None

    @extend_schema(
        summary="Show how the host is doing as a source",
        tags=["accounts"],
        parameters=[ROW_ID],
        responses=HostHealthSerializer(many=True),
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Tell how the host is doing for the account's panels. Empty: no panel shows what the host itself knows."""
        account = self.get_object()
        queue = asdict(read_queue(account.pk))
        found = [
            {"connector": one.connector, "name": one.name, **asdict(one.state), **asdict(one.figures), **queue}
            for one in read_host_health(account)
        ]
        return Response(HostHealthSerializer(found, many=True).data)
