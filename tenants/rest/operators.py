"""Who works here, as what, for which accounts: for platform administrators."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from tenants.models import Account, Operator, Role, Scope
from tenants.rest.access import OfThePlatform
from tenants.rest.base import ROW_ID, KnownFieldsOnly, RowSerializer, RowsViewSet, Writing
from tenants.rest.fields import AccountsField, RowField
from tenants.rest.schema import example
from tenants.services_operators import delete_operator, new_user, save_operator, validate_operator


class NewUserSerializer(KnownFieldsOnly, serializers.Serializer[Any]):
    """Somebody who cannot sign in yet: a password is set by a platform administrator in the admin."""

    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(required=False, allow_blank=True)


@example(new_user={"username": "ada", "email": "ada@example.com"}, role="operator", accounts=[1])
class OperatorSerializer(RowSerializer):
    """One operator or supporter. At creation, `user` names one there is; `new_user` makes one."""

    fixed = ("user",)
    not_stored = ("new_user", "accounts")

    user = RowField(queryset=User.objects.all(), required=False)
    new_user = NewUserSerializer(write_only=True, required=False)
    username = serializers.CharField(source="user.username", read_only=True)
    email = serializers.CharField(source="user.email", read_only=True)
    accounts = AccountsField()

    class Meta:
        model = Operator
        fields = ("id", "user", "new_user", "username", "email", "role", "has_all_accounts", "accounts")

    def validate_row(self, row: Operator, extra: Any) -> None:
        new = extra.get("new_user")
        if row.pk is None:
            if (new is None) is (row.user_id is None):
                raise ValidationError({"user": _("Send either user or new_user.")})
            if new is not None:
                row.user = new_user(new["username"], new.get("email", ""))
        elif new is not None:
            raise ValidationError({"new_user": _("This cannot be changed any more. Delete it here and add it there.")})
        validate_operator(row)

    def save_row(self, row: Operator, extra: Any) -> None:
        kept = row.accounts.all() if row.pk else ()
        save_operator(row, extra.get("accounts", kept))


@extend_schema_view(
    retrieve=extend_schema(parameters=[ROW_ID]),
    partial_update=extend_schema(parameters=[ROW_ID]),
    destroy=extend_schema(parameters=[ROW_ID]),
)
@extend_schema(tags=["operators"])
class OperatorViewSet(Writing, mixins.ListModelMixin, mixins.RetrieveModelMixin, RowsViewSet):
    """Operators and support. A platform administrator's token for all accounts is needed."""

    model = Operator
    serializer_class = OperatorSerializer
    permission_classes = (OfThePlatform,)
    filters = {"user": int, "role": Role, "has_all_accounts": bool}
    search_fields = ("user__username", "user__email")
    scopes = dict.fromkeys(("list", "retrieve", "create", "partial_update", "destroy"), Scope.OPERATORS)

    def rows(self) -> QuerySet[Operator]:
        accounts = Prefetch("accounts", Account.objects.only("pk").order_by("pk"))
        return Operator.objects.select_related("user").prefetch_related(accounts).order_by("pk")

    def delete_row(self, row: Operator) -> None:
        delete_operator(row)
