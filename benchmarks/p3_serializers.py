"""The context as Django REST framework would decode it: a serializer for every struct of `voxysapps.context`.

As deep as the structs and as lenient: everything may be missing, ids are positive, times come in four
spellings. `check_completeness` says whether a field was forgotten.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
from rest_framework import serializers

from voxysapps.context import structs
from voxysapps.context.values import to_time


class Time(serializers.Field[dt.datetime | None, Any, Any, Any]):
    """Seconds, ISO text, or a way of saying "none"."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> dt.datetime | None:
        try:
            return to_time(data)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


def text() -> serializers.CharField:
    return serializers.CharField(required=False, allow_null=True, allow_blank=True, trim_whitespace=False)


def number(least: int | None = None) -> serializers.IntegerField:
    return serializers.IntegerField(required=False, allow_null=True, min_value=least)


def identifier() -> serializers.IntegerField:
    return number(1)


def decimal() -> serializers.FloatField:
    return serializers.FloatField(required=False, allow_null=True)


def yes_or_no() -> serializers.BooleanField:
    return serializers.BooleanField(required=False, allow_null=True)


def anything() -> serializers.JSONField:
    return serializers.JSONField(required=False, allow_null=True)


def attributes() -> serializers.DictField:
    return serializers.DictField(required=False, allow_null=True)


OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}


class Agent(serializers.Serializer[Any]):
    id = identifier()
    name = text()
    email = text()


class Contact(serializers.Serializer[Any]):
    id = identifier()
    name = text()
    email = text()
    phone_number = text()
    identifier = text()
    thumbnail = text()
    availability_status = text()
    blocked = yes_or_no()
    type = text()
    additional_attributes = attributes()
    custom_attributes = attributes()
    contact_inboxes = serializers.ListField(child=serializers.DictField(), **OPTIONAL)
    last_activity_at = Time()
    created_at = Time()


class Assignee(serializers.Serializer[Any]):
    id = identifier()
    account_id = identifier()
    name = text()
    available_name = text()
    email = text()
    role = text()
    availability_status = text()
    auto_offline = yes_or_no()
    confirmed = yes_or_no()
    provider = text()
    thumbnail = text()
    avatar_url = text()
    custom_role_id = identifier()
    type = text()


class Team(serializers.Serializer[Any]):
    id = identifier()
    name = text()
    description = text()
    allow_auto_assign = yes_or_no()
    account_id = identifier()


class ConversationMeta(serializers.Serializer[Any]):
    sender = Contact(**OPTIONAL)
    channel = text()
    assignee = Assignee(**OPTIONAL)
    assignee_type = text()
    team = Team(**OPTIONAL)
    hmac_verified = yes_or_no()


class Sender(serializers.Serializer[Any]):
    id = identifier()
    type = text()
    name = text()
    available_name = text()
    email = text()
    phone_number = text()
    identifier = text()
    avatar_url = text()
    thumbnail = text()
    availability_status = text()
    blocked = yes_or_no()
    additional_attributes = attributes()
    custom_attributes = attributes()


class Attachment(serializers.Serializer[Any]):
    id = identifier()
    message_id = identifier()
    account_id = identifier()
    file_type = text()
    extension = text()
    content_type = text()
    data_url = text()
    thumb_url = text()
    file_size = number()
    width = number()
    height = number()
    transcribed_text = text()
    coordinates_lat = decimal()
    coordinates_long = decimal()
    fallback_title = text()
    meta = attributes()


class Message(serializers.Serializer[Any]):
    id = anything()
    content = text()
    message_type = anything()
    content_type = text()
    content_attributes = attributes()
    additional_attributes = attributes()
    private = yes_or_no()
    status = text()
    source_id = text()
    echo_id = text()
    account_id = identifier()
    inbox_id = identifier()
    conversation_id = identifier()
    sender_type = text()
    sender_id = identifier()
    sender = Sender(**OPTIONAL)
    attachments = Attachment(many=True, **OPTIONAL)
    external_source_ids = attributes()
    processed_message_content = text()
    sentiment = anything()
    conversation = attributes()
    call = anything()
    created_at = Time()
    updated_at = Time()


class ContactInbox(serializers.Serializer[Any]):
    id = identifier()
    contact_id = identifier()
    inbox_id = identifier()
    source_id = text()
    hmac_verified = yes_or_no()
    created_at = Time()
    updated_at = Time()


class Conversation(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1)
    uuid = text()
    account_id = identifier()
    inbox_id = identifier()
    status = text()
    channel = text()
    priority = text()
    labels = serializers.ListField(child=serializers.CharField(), **OPTIONAL)
    messages = Message(many=True, **OPTIONAL)
    meta = ConversationMeta(**OPTIONAL)
    additional_attributes = attributes()
    custom_attributes = attributes()
    contact_inbox = ContactInbox(**OPTIONAL)
    last_non_activity_message = Message(**OPTIONAL)
    unread_count = number()
    can_reply = yes_or_no()
    muted = yes_or_no()
    sla_policy_id = identifier()
    applied_sla = anything()
    sla_events = anything()
    allMessagesLoaded = yes_or_no()  # noqa: N815 - the host's spelling
    dataFetched = yes_or_no()  # noqa: N815 - the host's spelling
    all_messages_loaded = yes_or_no()
    data_fetched = yes_or_no()
    created_at = Time()
    timestamp = Time()
    last_activity_at = Time()
    updated_at = Time()
    first_reply_created_at = Time()
    waiting_since = Time()
    agent_last_seen_at = Time()
    contact_last_seen_at = Time()
    assignee_last_seen_at = Time()
    snoozed_until = Time()


class Definition(serializers.Serializer[Any]):
    id = identifier()
    attribute_key = text()
    attribute_display_name = text()
    attribute_display_type = text()
    attribute_description = text()
    attribute_model = text()
    attribute_values = serializers.ListField(**OPTIONAL)
    regex_pattern = text()
    regex_cue = text()
    default_value = anything()
    created_at = Time()
    updated_at = Time()


class Data(serializers.Serializer[Any]):
    conversation = Conversation(**OPTIONAL)
    contact = Contact(**OPTIONAL)
    currentAgent = Agent(**OPTIONAL)  # noqa: N815 - the host's spelling
    customAttributes = Definition(many=True, **OPTIONAL)  # noqa: N815 - the host's spelling
    theme = text()


def check_completeness() -> None:
    """Raise where a struct has fields that its serializer has not, or the other way round."""
    for kind, struct in _pairs():
        ours = {field.encode_name for field in msgspec.structs.fields(struct)}
        theirs = set(kind().fields)
        if ours != theirs:
            raise SystemExit(f"benchmarks.p3_serializers.{kind.__name__} differs in {sorted(ours ^ theirs)}.")


def _pairs() -> Iterator[tuple[type[serializers.Serializer[Any]], type[msgspec.Struct]]]:
    for name, struct in vars(structs).items():
        is_struct = isinstance(struct, type) and issubclass(struct, msgspec.Struct)
        if is_struct and struct.__module__ == structs.__name__ and struct is not structs.AppContext:
            yield globals()[name], struct
