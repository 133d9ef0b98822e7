"""What `manage.py apply`, `import_accounts` and `export_accounts` do, for the accounts that a token may see."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from panels.declarations.applying import AccountPlan, Applied, apply_plan, plan
from panels.declarations.csv_files import read_csv, write_csv
from panels.declarations.dumping import dump_yaml
from panels.declarations.reading import MAX_ACCOUNTS, read_plain
from panels.declarations.shapes import Declarations
from panels.rest.parsers import CsvParser, YamlParser
from panels.rest.plugins import named_account
from tenants.models import Account, Scope
from tenants.rest.access import may_add_accounts, require_scope, visible_to
from tenants.rest.base import ID, KnownFieldsOnly, KnownParametersOnly, acting
from tenants.rest.fields import SettingsField
from tenants.rest.lists import read_parameter
from tenants.rest.parsers import PlainJsonParser
from tenants.rest.schema import example

DRY_RUN = OpenApiParameter("dry_run", bool, description="Show the difference and what is wrong, and change nothing.")
EXPORTED = OpenApiParameter("account", ID, description="Only this account.")
EXPORT_AS = OpenApiParameter("as", str, enum=["csv", "yaml"], description="YAML has connections and apps, too.")


@example(
    accounts=[
        {
            "name": "Fernweh",
            "host_origin": "https://app.voxys.example",
            "host_account_id": 4,
            "host_token": {"env": "FERNWEH_TOKEN"},
            "connections": [{"name": "Shop", "connector": "demo"}],
            "apps": [{"title": "Orders", "placements": [{"panel": "orders", "connections": ["Shop"]}]}],
        }
    ],
    secrets={"FERNWEH_TOKEN": "the administrator's token in Voxys"},
)
class DeclarationsSerializer(KnownFieldsOnly, serializers.Serializer[Any]):
    """The document that `manage.py apply` reads, and values for the names that it has for secrets."""

    accounts = serializers.ListField(child=SettingsField(), max_length=MAX_ACCOUNTS)
    secrets = serializers.DictField(
        child=serializers.CharField(max_length=4_000),
        write_only=True,
        required=False,
        help_text="By the names that stand in the document, as in {env: NAME}. Needs the scope secrets.",
    )
    dry_run = serializers.BooleanField(default=False, help_text="Change nothing. As a parameter it does as well.")


class PlacedProblemSerializer(serializers.Serializer[Any]):
    """What cannot be done, and where that is asked for."""

    where = serializers.CharField()
    sentence = serializers.CharField()


class AppliedAccountSerializer(serializers.Serializer[Any]):
    """One described account. `lines` tell the difference; `id` is null where there is no such account, or not yet."""

    place = serializers.CharField()
    name = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    lines = serializers.ListField(child=serializers.CharField())
    problems = PlacedProblemSerializer(many=True)
    is_changed = serializers.BooleanField()


class AppliedSerializer(serializers.Serializer[Any]):
    """What became of all. `is_complete`: no problem anywhere. `problems`: of what could not be read."""

    is_dry_run = serializers.BooleanField()
    is_complete = serializers.BooleanField()
    accounts = AppliedAccountSerializer(many=True)
    problems = PlacedProblemSerializer(many=True)


class ApplyView(KnownParametersOnly, APIView):
    """Accounts, connections, apps and placements as a document describes them."""

    parser_classes = (PlainJsonParser, YamlParser)
    parameters = (DRY_RUN,)

    @extend_schema(
        summary="Apply a document",
        operation_id="apply",
        tags=["declarations"],
        parameters=[DRY_RUN],
        request={"application/json": DeclarationsSerializer, "application/yaml": DeclarationsSerializer},
        responses=AppliedSerializer,
    )
    def post(self, request: Request) -> Response:
        """Make accounts as they are described, each wholly or not at all. Doing it twice changes nothing."""
        sent = DeclarationsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        declarations = read_plain({"accounts": given["accounts"]})
        is_dry_run = given["dry_run"] or _wants_dry_run(request)
        return _apply(request, declarations, given.get("secrets", {}), is_dry_run=is_dry_run)


class ImportView(KnownParametersOnly, APIView):
    """Accounts as a table has them."""

    parser_classes = (CsvParser,)
    parameters = (DRY_RUN,)

    @extend_schema(
        summary="Import a table",
        operation_id="accounts_import",
        tags=["declarations"],
        parameters=[DRY_RUN],
        request={"text/csv": OpenApiTypes.STR},
        responses=AppliedSerializer,
    )
    def post(self, request: Request) -> Response:
        """Add and change accounts, one a line; every bad line is told. Doing it twice changes nothing."""
        # Without a body nothing is parsed.
        declarations, secrets = read_csv(request.data if isinstance(request.data, bytes) else b"")
        return _apply(request, declarations, secrets, is_dry_run=_wants_dry_run(request))


class _WhateverIsAccepted(DefaultContentNegotiation):
    """Errors are JSON; what else is answered the view says itself."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ExportView(KnownParametersOnly, APIView):
    """Accounts as `import` and `apply` read them."""

    content_negotiation_class = _WhateverIsAccepted
    parameters = (EXPORT_AS, EXPORTED)

    @extend_schema(
        summary="Export accounts",
        operation_id="accounts_export",
        tags=["declarations"],
        parameters=[EXPORT_AS, EXPORTED],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/yaml"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return all accounts that the token may see, or the one that is named, without their secrets."""
        accounts = visible_to(request, Account.objects.order_by("pk"))
        if account := named_account(request):
            accounts = accounts.filter(pk=account.pk)
        kind = request.query_params.get("as", "csv")
        if kind == "csv":
            return _file("".join(write_csv(accounts)), "text/csv; charset=utf-8", "accounts.csv")
        if kind == "yaml":
            return _file(dump_yaml(accounts), "application/yaml", "accounts.yaml")
        raise ValidationError({"as": _("Send one of: %(values)s.") % {"values": "csv, yaml"}})


def _file(content: str, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _wants_dry_run(request: Request) -> bool:
    return bool(read_parameter("dry_run", bool, request.query_params.get("dry_run", "false")))


def _apply(request: Request, declarations: Declarations, secrets: Mapping[str, str], *, is_dry_run: bool) -> Response:
    """Show or do it, with what came in the request only: no secret is taken from anywhere else."""
    if secrets:
        require_scope(request, Scope.SECRETS)
    visible = visible_to(request, Account.objects.all())
    with acting(request):
        plans = plan(declarations, visible=visible, may_add=may_add_accounts(request), secrets=secrets)
        done = [Applied(one.account_id, one.problems) if is_dry_run else apply_plan(one) for one in plans]
    body = {
        "is_dry_run": is_dry_run,
        "is_complete": not declarations.problems and not any(one.problems for one in done),
        "accounts": [_told(one, became, is_dry_run=is_dry_run) for one, became in zip(plans, done, strict=True)],
        "problems": declarations.problems,
    }
    return Response(AppliedSerializer(body).data)


def _told(one: AccountPlan, became: Applied, *, is_dry_run: bool) -> dict[str, Any]:
    return {
        "place": one.declared.place,
        "name": one.name,
        "id": became.account_id,
        "lines": one.lines,
        "problems": became.problems,
        "is_changed": bool(one.lines) and not became.problems and not is_dry_run,
    }
