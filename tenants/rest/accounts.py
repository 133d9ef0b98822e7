"""Accounts: their settings, host, pre-flight and publishing."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.host.choices import agents_of, inboxes_of, teams_of
from tenants.models import Account, Light, Preflight, Scope, Trust
from tenants.preflight.services import run_preflight, shown_lights
from tenants.publishing.addresses import hook_url
from tenants.publishing.plan import make_plan
from tenants.publishing.services import publish
from tenants.rest.access import may_add_accounts
from tenants.rest.base import (
    IDEMPOTENCY_KEY,
    ROW_ID,
    KnownFieldsOnly,
    RowSerializer,
    RowsViewSet,
    Writing,
    acting,
)
from tenants.rest.fields import HostIdField, HoursField, StoredSecretsField
from tenants.rest.idempotency import Finish, once
from tenants.rest.limits import MAX_SMALL
from tenants.rest.lists import Filter
from tenants.rest.schema import example
from tenants.secrets import HOOK_SECRET, HOST_TOKEN
from tenants.services import check_host, delete_account, rotate_hook_key, save_account, validate_account
from tenants.trust.sessions import revoke_account, revoke_agent


@example(
    name="Lanterna",
    host_origin="https://app.voxys.example",
    host_account_id=3,
    host_token="the administrator's token in Voxys",  # noqa: S106 - words
    locale="de",
    time_zone="Europe/Berlin",
)
class AccountSerializer(RowSerializer):
    """One Voxys account. `host_token` and `hook_secret` are entered and never shown; they need the scope `secrets`."""

    not_stored = (HOST_TOKEN, HOOK_SECRET, "keep_old_for_hours")
    secret_fields = (HOST_TOKEN, HOOK_SECRET)

    host_token = serializers.CharField(
        write_only=True, required=False, max_length=4_000, help_text="An administrator's token of the host's API."
    )
    hook_secret = serializers.CharField(
        write_only=True, required=False, max_length=4_000, help_text="What the host signs webhooks with."
    )
    keep_old_for_hours = HoursField(write_only=True)
    extra_host_origins = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=20, required=False
    )
    stored_secrets = StoredSecretsField()
    hook_address = serializers.SerializerMethodField(
        help_text="Where the host sends webhooks; publishing enters it there. Empty while PUBLIC_URL is not set."
    )
    preflight = serializers.SerializerMethodField(help_text="The worst light of the last one; null before the first.")

    class Meta:
        model = Account
        fields = (
            *("id", "name", "host_origin", "host_account_id", "host_api", "extra_host_origins"),
            *("trust", "sign_in_method", "locale", "time_zone", "hides_from_unverified", "hides_from_agents"),
            *("view_records_kept_days", "accepts_unsigned_hooks", "is_active", "is_demonstration"),
            *("host_proved_at", "published_at", "preflight", "hook_address", "created_at"),
            *("host_token", "hook_secret", "keep_old_for_hours", "stored_secrets"),
        )
        read_only_fields = ("is_demonstration", "host_proved_at", "published_at", "created_at")
        # The service says when a place on a host is taken, and to whom.
        validators = ()
        extra_kwargs: ClassVar = {"view_records_kept_days": {"max_value": MAX_SMALL}}

    @extend_schema_field(str)
    def get_hook_address(self, account: Account) -> str:
        try:
            return hook_url(account)
        except ValidationError:
            return ""

    @extend_schema_field(serializers.ChoiceField(Light.choices, allow_null=True))
    def get_preflight(self, account: Account) -> str | None:
        found = getattr(account, "preflight", None)
        return found.worst if found else None

    def validate_row(self, row: Account, extra: Any) -> None:
        validate_account(row, self._entered(extra))

    def save_row(self, row: Account, extra: Any) -> None:
        keep_old_for = extra.get("keep_old_for_hours") or None
        save_account(row, self._entered(extra), keep_old_for=keep_old_for, is_validated=True)

    def _entered(self, extra: Any) -> dict[str, str]:
        return {name: extra[name] for name in self.secret_fields if name in extra}


class LightSerializer(serializers.Serializer[Any]):
    """One check's result; `advice` says what to do next."""

    name = serializers.CharField()
    light = serializers.ChoiceField(Light.choices)
    sentence = serializers.CharField()
    advice = serializers.CharField()
    milliseconds = serializers.IntegerField()


class PreflightSerializer(serializers.ModelSerializer[Preflight]):
    """What the last pre-flight has found."""

    lights = serializers.SerializerMethodField()

    class Meta:
        model = Preflight
        fields = ("checked_at", "worst", "lights")

    @extend_schema_field(LightSerializer(many=True))
    def get_lights(self, found: Preflight) -> list[dict[str, Any]]:
        return [dict(LightSerializer(light).data) for light in shown_lights(found.lights)]


class PlanSerializer(serializers.Serializer[Any]):
    """What publishing would do in the host now, a sentence for each step. `is_empty`: the host has everything.

    `closed`: what of the host the token may not look at; `paste`: what must be there, to be entered by hand.
    """

    is_empty = serializers.BooleanField()
    steps = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    closed = serializers.ListField(child=serializers.CharField())
    paste = serializers.ListField(child=serializers.CharField())


class OutcomeSerializer(serializers.Serializer[Any]):
    """What publishing has done, what failed and why, and what can be entered in the host by hand instead.

    `advice`: what to do about what failed, where that is not in its own sentences.
    """

    is_complete = serializers.BooleanField()
    done = serializers.ListField(child=serializers.CharField())
    failed = serializers.ListField(child=serializers.CharField())
    paste = serializers.ListField(child=serializers.CharField())
    advice = serializers.CharField(allow_blank=True)


class ChoiceSerializer(serializers.Serializer[Any]):
    """Something of the host."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class HostChoicesSerializer(serializers.Serializer[Any]):
    """What `draft_agents`, `inboxes` and `teams` of dashboard apps can name; null where the host does not tell."""

    agents = ChoiceSerializer(many=True, allow_null=True)
    inboxes = ChoiceSerializer(many=True, allow_null=True)
    teams = ChoiceSerializer(many=True, allow_null=True)


@example(agent_id=5)
class EndingSerializer(KnownFieldsOnly, serializers.Serializer[Any]):
    """Whose sessions are ended: one agent's, or without `agent_id` everybody's."""

    agent_id = HostIdField(required=False, help_text="The agent's id in the host.")


class EndedSerializer(serializers.Serializer[Any]):
    """How many sessions were good until now."""

    ended = serializers.IntegerField()


@example(keep_old_for_hours=24)
class RotationSerializer(KnownFieldsOnly, serializers.Serializer[Any]):
    """For how long the key before stays good."""

    keep_old_for_hours = HoursField()


@extend_schema_view(
    retrieve=extend_schema(parameters=[ROW_ID]),
    partial_update=extend_schema(parameters=[ROW_ID]),
    destroy=extend_schema(parameters=[ROW_ID]),
)
@extend_schema(tags=["accounts"])
class AccountViewSet(Writing, mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """Accounts, found by name or host address."""

    model = Account
    serializer_class = AccountSerializer
    filters = {
        "host_origin": str,
        "host_account_id": int,
        "is_active": bool,
        "trust": Trust,
        "is_demonstration": bool,
        "preflight": Filter(Light, "preflight__worst", "The worst light of the last pre-flight."),
        "is_proved": Filter(bool, "host_proved_at__isnull", "Whether its token was proved.", is_opposite=True),
        "is_published": Filter(bool, "published_at__isnull", "Whether it was published.", is_opposite=True),
    }
    search_fields = ("name", "host_origin")
    scopes = {
        "publish": Scope.PUBLISH,
        "rotate_hook_key": Scope.SECRETS,
        "plan": Scope.READ,
        "preflight": Scope.READ,
    }

    def rows(self) -> QuerySet[Account]:
        return Account.objects.select_related("preflight").prefetch_related("secrets").order_by("pk")

    def check_creation(self) -> None:
        if not may_add_accounts(self.request):
            raise PermissionDenied(_("This token is for chosen accounts, and cannot add others."))

    def delete_row(self, row: Account) -> None:
        delete_account(row)

    @extend_schema(summary="Show the last pre-flight", parameters=[ROW_ID], responses=PreflightSerializer)
    @action(detail=True)
    def preflight(self, request: Request, **kwargs: Any) -> Response:
        """Return the last pre-flight; 404 before the first."""
        found = Preflight.objects.filter(account=self.get_object()).first()
        if found is None:
            raise NotFound(_("No pre-flight was run yet. POST here runs one."))
        return Response(PreflightSerializer(found).data)

    @extend_schema(summary="Run a pre-flight", parameters=[ROW_ID], request=None, responses=PreflightSerializer)
    @preflight.mapping.post
    def run_preflight(self, request: Request, **kwargs: Any) -> Response:
        """Check everything now and answer with what was found: it takes up to half a minute, so wait for a minute."""
        with acting(request):
            return Response(PreflightSerializer(run_preflight(self.get_object())).data)

    @extend_schema(
        summary="Prove the stored token again", parameters=[ROW_ID], request=None, responses=AccountSerializer
    )
    @action(detail=True, methods=["post"], url_path="check-host")
    def check_host(self, request: Request, **kwargs: Any) -> Response:
        """Prove the stored token once more at the saved host."""
        with acting(request):
            account = self.get_object()
            check_host(account)
            return Response(self.get_serializer(account).data)

    @extend_schema(
        summary="List agents, inboxes and teams of the host", parameters=[ROW_ID], responses=HostChoicesSerializer
    )
    @action(detail=True, url_path="host-choices")
    def host_choices(self, request: Request, **kwargs: Any) -> Response:
        """Return the host's agents, inboxes and teams by number and name. The host is asked."""
        account = self.get_object()
        found = {"agents": agents_of(account), "inboxes": inboxes_of(account), "teams": teams_of(account)}
        return Response(
            {
                kind: None if known is None else [{"id": id_, "name": name} for id_, name in known]
                for kind, known in found.items()
            }
        )

    @extend_schema(
        summary="End agents' sessions", parameters=[ROW_ID], request=EndingSerializer, responses=EndedSerializer
    )
    @action(detail=True, methods=["post"], url_path="end-sessions")
    def end_sessions(self, request: Request, **kwargs: Any) -> Response:
        """Sign agents out, in every browser and at once."""
        account = self.get_object()
        sent = EndingSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        agent_id = sent.validated_data.get("agent_id")
        with acting(request):
            ended = revoke_account(account) if agent_id is None else revoke_agent(account, agent_id)
        return Response({"ended": ended})

    @extend_schema(summary="Show what publishing would do", parameters=[ROW_ID], responses=PlanSerializer)
    @action(detail=True, url_path="publish", url_name="publish")
    def plan(self, request: Request, **kwargs: Any) -> Response:
        """Return the difference between the host and what is set up here. The host is asked."""
        plan = make_plan(self.get_object())
        shown = {
            "is_empty": plan.is_empty,
            "steps": [step.describe() for step in plan.steps],
            "notes": plan.notes,
            "closed": plan.closed,
            "paste": plan.paste,
        }
        return Response(PlanSerializer(shown).data)

    @extend_schema(summary="Publish to the host", parameters=[ROW_ID], request=None, responses=OutcomeSerializer)
    @plan.mapping.post
    def publish(self, request: Request, **kwargs: Any) -> Response:
        """Make the host's tabs and webhook as they are set up here. Doing it twice changes nothing."""
        with acting(request):
            outcome = publish(self.get_object())
        return Response(OutcomeSerializer(outcome).data)

    @extend_schema(
        summary="Change the webhook address",
        parameters=[ROW_ID, IDEMPOTENCY_KEY],
        request=RotationSerializer,
        responses=AccountSerializer,
    )
    @action(detail=True, methods=["post"], url_path="rotate-hook-key")
    def rotate_hook_key(self, request: Request, **kwargs: Any) -> Response:
        """Give the account another webhook address, to be published."""
        return rotated(self, request, rotate_hook_key)


def rotated(view: Any, request: Request, rotate: Any) -> Response:
    """Rotate the key of the view's row, once for an idempotency key, and answer with the row."""
    row = view.get_object()

    def prepare() -> Finish:
        sent = RotationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)

        def finish() -> Response:
            rotate(row, keep_old_for=sent.validated_data["keep_old_for_hours"])
            return Response(view.get_serializer(row).data)

        return finish

    with acting(request):
        return once(request, prepare)
