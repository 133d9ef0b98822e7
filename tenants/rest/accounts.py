"""Accounts: their settings, host, pre-flight and publishing."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import Account, Light, Preflight, Scope
from tenants.preflight.services import run_preflight, shown_lights
from tenants.publishing.plan import make_plan
from tenants.publishing.services import publish
from tenants.rest.access import may_add_accounts
from tenants.rest.base import IDEMPOTENCY_KEY, ROW_ID, RowSerializer, RowsViewSet, Writing, acting
from tenants.rest.fields import HoursField, StoredSecretsField
from tenants.rest.idempotency import Finish, once
from tenants.secrets import HOOK_SECRET, HOST_TOKEN
from tenants.services import check_host, delete_account, rotate_hook_key, save_account, validate_account


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

    class Meta:
        model = Account
        fields = (
            *("id", "name", "host_origin", "host_account_id", "host_api", "extra_host_origins"),
            *("trust", "sign_in_method", "locale", "time_zone", "hides_from_unverified", "hides_from_agents"),
            *("view_records_kept_days", "accepts_unsigned_hooks", "is_active", "is_demonstration"),
            *("host_proved_at", "published_at", "created_at"),
            *("host_token", "hook_secret", "keep_old_for_hours", "stored_secrets"),
        )
        read_only_fields = ("is_demonstration", "host_proved_at", "published_at", "created_at")
        # The service says when a place on a host is taken, and to whom.
        validators = ()

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

    @extend_schema(responses=LightSerializer(many=True))
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


class RotationSerializer(serializers.Serializer[Any]):
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
    filters = {"host_origin": str, "host_account_id": int, "is_active": bool}
    search_fields = ("name", "host_origin")
    scopes = {
        "publish": Scope.PUBLISH,
        "rotate_hook_key": Scope.SECRETS,
        "plan": Scope.READ,
        "preflight": Scope.READ,
    }

    def rows(self) -> QuerySet[Account]:
        return Account.objects.prefetch_related("secrets").order_by("pk")

    def check_creation(self) -> None:
        if not may_add_accounts(self.request):
            raise PermissionDenied(_("This token is for chosen accounts, and cannot add others."))

    def delete_row(self, row: Account) -> None:
        delete_account(row)

    @extend_schema(parameters=[ROW_ID], responses=PreflightSerializer)
    @action(detail=True)
    def preflight(self, request: Request, **kwargs: Any) -> Response:
        """Return the last pre-flight; 404 before the first."""
        found = Preflight.objects.filter(account=self.get_object()).first()
        if found is None:
            raise NotFound(_("No pre-flight was run yet. POST here runs one."))
        return Response(PreflightSerializer(found).data)

    @extend_schema(parameters=[ROW_ID], request=None, responses=PreflightSerializer)
    @preflight.mapping.post
    def run_preflight(self, request: Request, **kwargs: Any) -> Response:
        """Check everything now and answer with what was found: it takes up to half a minute, so wait for a minute."""
        with acting(request):
            return Response(PreflightSerializer(run_preflight(self.get_object())).data)

    @extend_schema(parameters=[ROW_ID], request=None, responses=AccountSerializer)
    @action(detail=True, methods=["post"], url_path="check-host")
    def check_host(self, request: Request, **kwargs: Any) -> Response:
        """Prove the stored token once more at the saved host."""
        with acting(request):
            account = self.get_object()
            check_host(account)
            return Response(self.get_serializer(account).data)

    @extend_schema(parameters=[ROW_ID], responses=PlanSerializer)
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

    @extend_schema(parameters=[ROW_ID], request=None, responses=OutcomeSerializer)
    @plan.mapping.post
    def publish(self, request: Request, **kwargs: Any) -> Response:
        """Make the host's tabs and webhook as they are set up here. Doing it twice changes nothing."""
        with acting(request):
            outcome = publish(self.get_object())
        return Response(OutcomeSerializer(outcome).data)

    @extend_schema(parameters=[ROW_ID, IDEMPOTENCY_KEY], request=RotationSerializer, responses=AccountSerializer)
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
