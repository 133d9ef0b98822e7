"""Fields of the API's serializers."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from tenants.models import Account
from tenants.rest.access import visible_to
from tenants.rest.limits import MAX_ID
from tenants.secrets import describe_secrets

_MAX_DEPTH = 20
_MAX_NUMBER = 2**63


class RowField(serializers.PrimaryKeyRelatedField[Any]):
    """A row's number."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("incorrect_type", data_type=type(data).__name__)
        if not 0 < data <= MAX_ID:
            self.fail("does_not_exist", pk_value=data)
        return super().to_internal_value(data)


class VisibleField(RowField):
    """A row's number. Rows of other accounts are answered like rows that are not."""

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        assert rows is not None  # noqa: S101 - tells the type checker
        return visible_to(self.context["request"], rows)


@extend_schema_field(OpenApiTypes.OBJECT)
class SettingsField(serializers.JSONField):
    """A JSON object that every database can keep: without NUL characters, numbers past 64 bits, or bottomless nests."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Send an object, such as {}."))
        if not _is_plain(data):
            raise serializers.ValidationError(_("Send texts without NUL, numbers below 2^63, and at most 20 levels."))
        return super().to_internal_value(data)


class HostIdField(serializers.IntegerField):
    """An id that the host gives."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MAX_ID, **kwargs})


class IdsField(serializers.ListField):
    """Ids that the host gives."""

    child = HostIdField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 1_000, "required": False, **kwargs})


class AccountsField(IdsField):
    """Accounts by their numbers, found in one query. Those of others are answered like ones that are not."""

    def to_internal_value(self, data: Any) -> Any:
        ids = super().to_internal_value(data)
        found = {row.pk: row for row in visible_to(self.context["request"], Account.objects.filter(pk__in=ids))}
        for id_ in ids:
            if id_ not in found:
                sentence = serializers.PrimaryKeyRelatedField.default_error_messages["does_not_exist"]
                raise serializers.ValidationError(sentence.format(pk_value=id_))
        return list(found.values())

    def to_representation(self, data: Any) -> list[int]:
        return [row.pk for row in data.all()]


class HoursField(serializers.IntegerField):
    """For how many hours the value before stays good beside the new one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 720, "required": False, "default": 0, **kwargs})

    def run_validation(self, data: Any = empty) -> dt.timedelta:
        return dt.timedelta(hours=super().run_validation(data))


class StoredSecretSerializer(serializers.Serializer[Any]):
    """What may be told of a stored secret. `ends_at`: of the older value, during a rotation.

    `is_readable` is false where it was sealed with a key that is gone: enter it again.
    """

    name = serializers.CharField()
    last4 = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    is_readable = serializers.BooleanField()


@extend_schema_field(StoredSecretSerializer(many=True))
class StoredSecretsField(serializers.Field[Any, Any, Any, Any]):
    """The stored secrets of a row, described."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def to_representation(self, value: Any) -> Any:
        return StoredSecretSerializer(describe_secrets(value), many=True).data


def _is_plain(value: Any, depth: int = 0) -> bool:
    if depth > _MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(_is_plain(name) and _is_plain(inner, depth + 1) for name, inner in value.items())
    if isinstance(value, list):
        return all(_is_plain(inner, depth + 1) for inner in value)
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    return not isinstance(value, int | float) or -_MAX_NUMBER <= value < _MAX_NUMBER
