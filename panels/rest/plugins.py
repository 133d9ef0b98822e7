"""Which panels and connectors are installed, with the settings that each asks for."""

from typing import Any

from django import forms
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from panels import registry
from panels.offers import Offers, read_offers
from panels.settings_forms import secret_names
from tenants.models import Account
from tenants.rest.access import visible_to
from tenants.rest.base import ID, KnownParametersOnly
from tenants.rest.lists import read_parameter


class SettingSerializer(serializers.Serializer[Any]):
    """One setting. `choices` is null where any value goes; a secret is sent in `secrets` instead of `settings`."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides an attribute that is not used
    help_text = serializers.CharField()  # type: ignore[assignment]  # likewise
    is_required = serializers.BooleanField()
    is_secret = serializers.BooleanField()
    choices = serializers.ListField(child=serializers.CharField(), allow_null=True)


class PluginSerializer(serializers.Serializer[Any]):
    """An installed panel or connector."""

    slug = serializers.CharField()
    title = serializers.CharField()
    capabilities = serializers.ListField(child=serializers.CharField())
    settings = SettingSerializer(many=True)


OF_ACCOUNT = OpenApiParameter("account", ID, description="Only what this account is offered.")


def named_account(request: Request) -> Account | None:
    """Return the account that the address names; None where it names none. Another's is 404."""
    text = request.query_params.get(OF_ACCOUNT.name)
    if text is None:
        return None
    number = read_parameter(OF_ACCOUNT.name, int, text)
    account = visible_to(request, Account.objects.all()).filter(pk=number).first()
    if account is None:
        raise Http404
    return account


def _offers(request: Request) -> Offers | None:
    """Return what the account is offered that the address names; None where it names none."""
    account = named_account(request)
    return None if account is None else read_offers(account.pk)


class PanelsView(KnownParametersOnly, APIView):
    """The installed panels."""

    parameters = (OF_ACCOUNT,)

    @extend_schema(
        summary="List panels",
        operation_id="panels_list",
        tags=["plugins"],
        parameters=[OF_ACCOUNT],
        responses=PluginSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        offers = _offers(request)
        rows = [
            _describe(slug, one, (one.capability,) if one.capability else ())
            for slug, one in registry.panels().plugins.items()
            if offers is None or offers.has_panel(slug)
        ]
        return Response(PluginSerializer(rows, many=True).data)


class ConnectorsView(KnownParametersOnly, APIView):
    """The installed connectors."""

    parameters = (OF_ACCOUNT,)

    @extend_schema(
        summary="List connectors",
        operation_id="connectors_list",
        tags=["plugins"],
        parameters=[OF_ACCOUNT],
        responses=PluginSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        offers = _offers(request)
        rows = [
            _describe(slug, one, one.capabilities)
            for slug, one in registry.connectors().plugins.items()
            if offers is None or offers.has_connector(slug)
        ]
        return Response(PluginSerializer(rows, many=True).data)


def _describe(slug: str, plugin: Any, capabilities: tuple[str, ...]) -> dict[str, Any]:
    form_class: type[forms.Form] = plugin.SettingsForm
    secrets = secret_names(form_class)
    settings = [
        {
            "name": name,
            "label": str(field.label or name),
            "help_text": str(field.help_text),
            "is_required": field.required,
            "is_secret": name in secrets,
            "choices": _choices(field),
        }
        for name, field in form_class().fields.items()
    ]
    return {"slug": slug, "title": str(plugin.title), "capabilities": list(capabilities), "settings": settings}


def _choices(field: forms.Field) -> list[str] | None:
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else None
    return None if choices is None else [str(value) for value, _label in choices]
