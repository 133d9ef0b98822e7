"""A connection tried with a sample customer."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from panels.matching import to_e164
from tenants.rest.base import KnownFieldsOnly
from tenants.rest.schema import example
from tenants.trust.identity import Identity


@example(email="ada@example.com")
class SampleSerializer(KnownFieldsOnly, serializers.Serializer[Any]):
    """By what the sample customer is known, at least one of these. It is neither stored nor logged."""

    email = serializers.EmailField(required=False)
    phone = serializers.CharField(
        required=False, max_length=40, help_text="With the country code, such as +49 30 123456."
    )
    identifier = serializers.CharField(required=False, max_length=255)
    attributes = serializers.DictField(
        child=serializers.CharField(max_length=255),
        required=False,
        help_text="Custom attributes of the contact, by name, where the connection looks for such.",
    )

    def validate_phone(self, given: str) -> str:
        number = to_e164(given)
        if number is None:
            raise serializers.ValidationError(_("Enter a number with its country code, such as +49 30 123456."))
        return number

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.values()):
            raise serializers.ValidationError(_("Enter something by which the sample customer is known."))
        return attrs

    def to_identity(self) -> Identity:
        """Return the sample as a connector is given a customer."""
        said = self.validated_data
        return Identity(
            emails=(said["email"],) if "email" in said else (),
            phones=(said["phone"],) if "phone" in said else (),
            identifier=said.get("identifier"),
            attributes=tuple(said.get("attributes", {}).items()),
        )


class ShownSerializer(serializers.Serializer[Any]):
    """What a panel makes of the answer, as agents see it."""

    title = serializers.CharField()
    html = serializers.CharField()


class DetailSerializer(serializers.Serializer[Any]):
    """What the connector tells of the call: a text, rows of name and text, or both."""

    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    is_problem = serializers.BooleanField()


class TrialSerializer(serializers.Serializer[Any]):
    """How one capability answered. A `sentence` says what went wrong; without one it answered."""

    capability = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField(allow_blank=True)
    milliseconds = serializers.IntegerField()
    is_empty = serializers.BooleanField(help_text="It answered, and knows no such customer or nothing of them.")
    records = serializers.CharField(allow_blank=True, help_text="The answer as JSON, shortened where it is long.")
    shown = ShownSerializer(many=True)
    details = DetailSerializer(many=True)
