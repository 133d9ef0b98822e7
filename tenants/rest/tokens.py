"""Tokens: which there are, new ones, and their end. None is made that reaches further than the one that makes it."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from tenants.models import Account, ApiToken, Scope
from tenants.rest.access import sees_the_platform, token_of, visible_to
from tenants.rest.base import ROW_ID, Creating, Deleting, RowSerializer, RowsViewSet
from tenants.rest.fields import AccountsField
from tenants.rest.schema import example
from tenants.services_operators import issue_token, revoke_token, validate_token


class ApiTokenSerializer(RowSerializer):
    """One token. `made_by` is the token that made it, with which it ends."""

    not_stored = ("accounts",)

    owner = serializers.CharField(source="user.username", read_only=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices), min_length=1, max_length=20)
    accounts = AccountsField()

    class Meta:
        model = ApiToken
        fields = (
            *("id", "name", "owner", "last4", "scopes", "has_all_accounts", "accounts", "made_by"),
            *("created_at", "expires_at", "last_used_at", "revoked_at"),
        )
        read_only_fields = ("last4", "made_by", "created_at", "last_used_at", "revoked_at")

    def validate_scopes(self, scopes: list[str]) -> list[str]:
        return list(dict.fromkeys(scopes))


@example(name="Onboarding", scopes=["read", "write"], has_all_accounts=False, accounts=[1])
class NewTokenSerializer(ApiTokenSerializer):
    """A new token. `token` is its text, told in this answer and never again."""

    token = serializers.SerializerMethodField()
    _text: str | None = None

    class Meta(ApiTokenSerializer.Meta):
        fields: Any = (*ApiTokenSerializer.Meta.fields, "token")

    def get_token(self, row: ApiToken) -> str | None:
        return self._text

    def validate_row(self, row: ApiToken, extra: Any) -> None:
        row.user, row.made_by = self.context["request"].user, token_of(self.context["request"])
        # Without an end of its own it has that of the token that makes it.
        row.expires_at = row.expires_at or row.made_by.expires_at
        validate_token(row, extra.get("accounts", ()))

    def save_row(self, row: ApiToken, extra: Any) -> None:
        self._text = issue_token(row, extra.get("accounts", ()))


@extend_schema_view(retrieve=extend_schema(parameters=[ROW_ID]), destroy=extend_schema(parameters=[ROW_ID]))
@extend_schema(tags=["tokens"])
class ApiTokenViewSet(Creating, Deleting, mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """The owner's tokens, for platform administrators everybody's. Deletion ends a token and all that it has made."""

    model = ApiToken
    serializer_class = ApiTokenSerializer
    filters = {"has_all_accounts": bool, "made_by": int}
    search_fields = ("name", "user__username")
    scopes = dict.fromkeys(("list", "retrieve", "create", "destroy"), Scope.OPERATORS)
    untold = ("token",)
    summaries = {"destroy": "End {one}, and all that it has made"}

    def get_serializer_class(self) -> Any:
        return NewTokenSerializer if self.action == "create" else ApiTokenSerializer

    def rows(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.select_related("user").order_by("-pk")

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.rows().none()
        accounts = visible_to(self.request, Account.objects.only("pk").order_by("pk"))
        rows = self.rows().prefetch_related(Prefetch("accounts", accounts))
        return rows if sees_the_platform(self.request) else self._within_reach(rows)

    def delete_row(self, row: ApiToken) -> None:
        revoke_token(row)

    def _within_reach(self, rows: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
        """Return those of the token's owner which reach no further than the token."""
        token = token_of(self.request)
        own = rows.filter(user=token.user_id)
        if token.has_all_accounts:
            return own
        chosen = ApiToken.accounts.through.objects
        beyond = chosen.filter(apitoken=OuterRef("pk")).exclude(
            account__in=chosen.filter(apitoken=token).values("account")
        )
        return own.filter(~Exists(beyond), has_all_accounts=False)
