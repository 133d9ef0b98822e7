"""Connections to outside systems."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from panels.health import read_queue, read_states, read_statistics
from panels.models import Connection
from panels.needed import Needed
from panels.rest.trials import SampleSerializer, TrialSerializer
from panels.services import (
    delete_connection,
    drop_fetched,
    pause_connection,
    prove_connection,
    resume_connection,
    save_connection,
    try_connection,
    validate_connection,
)
from panels.trials import try_customer
from tenants.models import Account, Light
from tenants.rest.base import ROW_ID, RowSerializer, RowsViewSet, Writing, acting
from tenants.rest.fields import HoursField, SettingsField, StoredSecretsField, VisibleField
from tenants.rest.problems import Conflict
from tenants.rest.schema import example


def secrets_field() -> serializers.DictField:
    """Return the field in which secrets are entered, by name; the scope `secrets` is needed."""
    return serializers.DictField(
        child=serializers.CharField(max_length=4_000),
        write_only=True,
        required=False,
        help_text="Secrets by name, as /connectors/ and /panels/ list them. Never shown again.",
    )


@example(account=1, name="Shop", connector="demo", settings={}, match_by=["email"])
class ConnectionSerializer(RowSerializer):
    """One outside system of one account. `settings` are the connector's, replaced as a whole."""

    fixed = ("account", "connector")
    not_stored = ("secrets", "keep_old_for_hours")
    secret_fields = ("secrets",)

    account = VisibleField(queryset=Account.objects.all())
    settings = SettingsField(required=False)
    secrets = secrets_field()
    keep_old_for_hours = HoursField(write_only=True)
    stored_secrets = StoredSecretsField()
    match_by = serializers.ListField(
        child=serializers.CharField(max_length=120),
        required=False,
        max_length=20,
        help_text="By what customers are found, in order: identifier, email, phone, attribute:NAME. "
        "Empty: the connector's own order.",
    )

    class Meta:
        model = Connection
        fields = (
            *("id", "account", "name", "connector", "settings", "match_by", "is_enabled", "paused_at", "created_at"),
            *("secrets", "keep_old_for_hours", "stored_secrets"),
        )
        read_only_fields = ("paused_at", "created_at")

    def validate_row(self, row: Connection, extra: Any) -> None:
        """Try what was sent, as the admin does: a system that is away for now is no reason to refuse it."""
        validate_connection(row, extra.get("secrets"))
        prove_connection(row, extra.get("secrets"))

    def save_row(self, row: Connection, extra: Any) -> None:
        keep_old_for = extra.get("keep_old_for_hours") or None
        save_connection(row, extra.get("secrets"), keep_old_for=keep_old_for, is_validated=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """Whether the outside system answers, and what it says."""

    answers = serializers.BooleanField()
    sentence = serializers.CharField()
    milliseconds = serializers.IntegerField()
    temporary = serializers.BooleanField()


class HealthSerializer(serializers.Serializer[Any]):
    """How a connection is doing. Times in milliseconds; calls, errors and openings of the last 24 hours."""

    light = serializers.ChoiceField(choices=Light.choices)
    sentence = serializers.CharField()
    is_given_up = serializers.BooleanField(help_text="Nobody asks it before `asked_again_at`.")
    asked_again_at = serializers.DateTimeField(allow_null=True)
    last_success = serializers.DateTimeField(allow_null=True)
    last_failure = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_blank=True)
    last_trace_id = serializers.CharField(allow_blank=True)
    calls = serializers.IntegerField()
    requests = serializers.IntegerField()
    errors = serializers.DictField(child=serializers.IntegerField())  # type: ignore[assignment]  # hides what is not used
    median = serializers.IntegerField(allow_null=True, help_text="Half of the calls took no longer.")
    slow = serializers.IntegerField(allow_null=True, help_text="19 of 20 calls took no longer.")
    opened = serializers.IntegerField(help_text="How often a tab was opened.")
    missed = serializers.IntegerField(help_text="How often the data were not there then.")
    waiting = serializers.IntegerField(help_text="Customers of the account waiting to be fetched ahead.")
    oldest = serializers.DateTimeField(allow_null=True, help_text="Since when the oldest of them waits.")


@extend_schema_view(
    retrieve=extend_schema(parameters=[ROW_ID]),
    partial_update=extend_schema(parameters=[ROW_ID]),
    destroy=extend_schema(
        parameters=[ROW_ID],
        description="Delete the connection. 409 with the code `needed` where it is all that a placement has chosen,"
        " which would then be filled from every connection of the account: `errors.placements` has their numbers."
        " Choose others for them, or delete them, before.",
    ),
)
@extend_schema(tags=["connections"])
class ConnectionViewSet(Writing, mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """The outside systems of accounts."""

    model = Connection
    serializer_class = ConnectionSerializer
    filters = {"account": int, "connector": str, "is_enabled": bool}
    search_fields = ("name",)

    def rows(self) -> QuerySet[Connection]:
        return Connection.objects.select_related("account").prefetch_related("secrets").order_by("pk")

    def delete_row(self, row: Connection) -> None:
        try:
            delete_connection(row)
        except Needed as error:
            told = Conflict(" ".join(error.messages), "needed")
            told.errors = {"placements": [placement.pk for placement in error.placements]}
            raise told from None

    @extend_schema(
        summary="Ask whether the system answers", parameters=[ROW_ID], request=None, responses=AnswerSerializer
    )
    @action(detail=True, methods=["post"])
    def check(self, request: Request, **kwargs: Any) -> Response:
        """Ask the outside system whether it answers, with the saved settings."""
        with acting(request):
            return Response(AnswerSerializer(try_connection(self.get_object())).data)

    @extend_schema(
        summary="Try a sample customer",
        parameters=[ROW_ID],
        request=SampleSerializer,
        responses=TrialSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["post"], url_path="try", url_name="try", pagination_class=None)
    def try_customer(self, request: Request, **kwargs: Any) -> Response:
        """Ask the outside system about a sample customer: what it answers, and what agents would see. None is kept."""
        connection = self.get_object()
        sent = SampleSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        with acting(request):
            trials = try_customer(connection, sent.to_identity())
        return Response(TrialSerializer(trials, many=True).data)

    @extend_schema(summary="Show how a connection is doing", parameters=[ROW_ID], responses=HealthSerializer)
    @action(detail=True)
    def health(self, request: Request, **kwargs: Any) -> Response:
        """Tell how the connection is doing, with the figures of the last 24 hours."""
        connection = self.get_object()
        found = {
            **asdict(read_states([connection])[connection.pk]),
            **asdict(read_statistics(connection)),
            **asdict(read_queue(connection.account_id)),
        }
        return Response(HealthSerializer(found).data)

    @extend_schema(summary="Pause a connection", parameters=[ROW_ID], request=None, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, **kwargs: Any) -> Response:
        """Let nobody ask the system until it is resumed."""
        return self._do(request, pause_connection)

    @extend_schema(summary="Resume a connection", parameters=[ROW_ID], request=None, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **kwargs: Any) -> Response:
        """Let the system be asked again, at once, whatever failed before."""
        return self._do(request, resume_connection)

    @extend_schema(summary="Forget what was fetched", parameters=[ROW_ID], request=None, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"], url_path="drop-fetched")
    def drop_fetched(self, request: Request, **kwargs: Any) -> Response:
        """Forget all that was fetched: it is fetched anew when somebody looks."""
        return self._do(request, drop_fetched)

    def _do(self, request: Request, deed: Callable[[Connection], None]) -> Response:
        connection = self.get_object()
        with acting(request):
            deed(connection)
        return Response(self.get_serializer(connection).data)
