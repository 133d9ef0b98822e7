"""Which plugins are installed, how they are, and to whom they are offered: for platform administrators."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from panels.models import PluginOffer
from panels.plugins import PluginState, is_known, list_plugins
from panels.services_offers import delete_offer, save_offer
from tenants.models import Account, Light
from tenants.rest.access import OfThePlatform
from tenants.rest.base import ROW_ID, KnownParametersOnly, RowSerializer, RowsViewSet, Writing
from tenants.rest.fields import AccountsField
from tenants.rest.schema import example


class InstalledSerializer(serializers.Serializer[Any]):
    """One plugin, also one that is gone and used all the same. `uses`: its placements or connections."""

    kind = serializers.ChoiceField(PluginOffer.Kind.choices)
    slug = serializers.CharField()
    title = serializers.CharField()
    package = serializers.CharField(allow_blank=True)
    version = serializers.CharField(allow_blank=True)
    api = serializers.CharField(allow_blank=True, help_text="The panel API that it asks for.")
    state = serializers.ChoiceField(PluginState.choices)
    light = serializers.ChoiceField(Light.choices)
    sentences = serializers.ListField(child=serializers.CharField(), help_text="What is wrong, and what to do.")
    reference = serializers.CharField(allow_blank=True, help_text="Stands for its failure in the log.")
    uses = serializers.IntegerField()
    accounts = serializers.IntegerField(help_text="How many accounts use it.")
    is_opt_in = serializers.BooleanField(help_text="Without a decision it is offered to nobody.")
    offer = serializers.IntegerField(
        source="offer.pk", default=None, allow_null=True, help_text="The decision about it, at /plugin-offers/."
    )


class InstalledView(KnownParametersOnly, APIView):
    """All plugins, what needs somebody first."""

    permission_classes = (OfThePlatform,)

    @extend_schema(
        summary="List all plugins",
        operation_id="plugins_list",
        tags=["plugins"],
        responses=InstalledSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Tell of every plugin that is installed, or used or decided about all the same."""
        return Response(InstalledSerializer(list_plugins(), many=True).data)


@example(kind="connector", slug="demo", audience="except", accounts=[1])
class OfferSerializer(RowSerializer):
    """To whom one plugin is offered: to all accounts, only to `accounts`, or to all except those."""

    fixed = ("kind", "slug")
    not_stored = ("accounts",)

    kind = serializers.ChoiceField(PluginOffer.Kind.choices)
    slug = serializers.SlugField(max_length=60)
    accounts = AccountsField()

    class Meta:
        model = PluginOffer
        fields = ("id", "kind", "slug", "audience", "accounts")

    def validate_row(self, row: PluginOffer, extra: Any) -> None:
        if row.pk is None and not is_known(row.kind, row.slug):
            raise ValidationError({"slug": _("There is no such plugin. /plugins/ lists them.")})
        row.full_clean()

    def save_row(self, row: PluginOffer, extra: Any) -> None:
        save_offer(row, extra.get("accounts", row.accounts.all() if row.pk else ()))


@extend_schema_view(
    retrieve=extend_schema(parameters=[ROW_ID]),
    partial_update=extend_schema(parameters=[ROW_ID]),
    destroy=extend_schema(parameters=[ROW_ID]),
)
@extend_schema(tags=["plugins"])
class OfferViewSet(Writing, mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """Decisions about plugins. Without one, or after its deletion, a plugin is offered as it says itself."""

    model = PluginOffer
    serializer_class = OfferSerializer
    permission_classes = (OfThePlatform,)
    filters = {"kind": PluginOffer.Kind, "slug": str}
    summaries = {
        "list": "List what was decided about plugins",
        "create": "Decide to whom a plugin is offered",
        "retrieve": "Show what was decided about a plugin",
        "partial_update": "Decide anew to whom a plugin is offered",
        "destroy": "Forget what was decided about a plugin",
    }

    def rows(self) -> QuerySet[PluginOffer]:
        accounts = Prefetch("accounts", Account.objects.only("pk").order_by("pk"))
        return PluginOffer.objects.prefetch_related(accounts).order_by("kind", "slug")

    def get_queryset(self) -> QuerySet[Any]:
        # They are of no account: whoever gets here sees them all.
        return self.rows()

    def delete_row(self, row: PluginOffer) -> None:
        delete_offer(row)
