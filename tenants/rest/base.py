"""What every resource of accounts has in common: rows that may be seen, and services that write."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from tenants import audit
from tenants.models import Scope
from tenants.rest.access import require_scope, token_of, visible_to
from tenants.rest.idempotency import HEADER, Finish, once
from tenants.rest.limits import MAX_ID
from tenants.rest.lists import Filters, list_parameters, refuse_unknown

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": r"^[!-~]([ -~]{0,253}[!-~])?$"},
    OpenApiParameter.HEADER,
    description="Sent again with the same key, it happens once. Up to 255 characters, kept for a day.",
)
ID = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
ROW_ID = OpenApiParameter("id", ID, OpenApiParameter.PATH)


class KnownFieldsOnly:
    """Refuses fields that there are not: passed over, a misspelt one would be thought to be set.

    What is read only is passed over, so that what was got can be sent back.
    """

    def to_internal_value(self, data: Any) -> Any:
        fields: Mapping[str, Any] = self.fields  # type: ignore[attr-defined]  # the serializer's
        if isinstance(data, dict) and (unknown := sorted(map(str, data.keys() - fields.keys()))):
            raise serializers.ValidationError({name: [_("There is no such field.")] for name in unknown})
        return super().to_internal_value(data)  # type: ignore[misc]  # likewise


class RowSerializer(KnownFieldsOnly, serializers.ModelSerializer[Any]):
    """Writes through a service. `fixed` fields are given at creation and stay; `not_stored` are not the row's own."""

    fixed: ClassVar[tuple[str, ...]] = ()
    not_stored: ClassVar[tuple[str, ...]] = ()
    # Which of those are secrets.
    secret_fields: ClassVar[tuple[str, ...]] = ()

    def validate_row(self, row: Any, extra: Mapping[str, Any]) -> None:
        """Ask the service what it would refuse. Where hosts are asked they are asked here, and not while saving."""

    def save_row(self, row: Any, extra: Mapping[str, Any]) -> None:
        """Call the service; `extra` holds what was sent of `not_stored`."""
        raise NotImplementedError

    def prepare(self) -> Callable[[], None]:
        """Return what saves the row as it was sent. Raises what speaks against it."""
        sent: Mapping[str, Any] = self.validated_data
        model: Any = self.Meta.model
        row = self.instance or model()
        for name in self.fixed if self.instance else ():
            if name in sent and sent[name] != getattr(row, name):
                raise ValidationError({name: _("This cannot be changed any more. Delete it here and add it there.")})
        extra = {name: value for name, value in sent.items() if name in self.not_stored}
        if any(extra.get(name) for name in self.secret_fields):
            require_scope(self.context["request"], Scope.SECRETS)
        for name, value in sent.items():
            if name not in extra:
                setattr(row, name, value)
        self.validate_row(row, extra)

        def save() -> None:
            self.save_row(row, extra)
            self.instance = row

        return save


class KnownParametersOnly:
    """Refuses parameters of the address that there are not, once it is known who asks."""

    parameters: ClassVar[tuple[OpenApiParameter, ...]] = ()

    def known_parameters(self) -> Collection[str]:
        """Return the names of those that there are."""
        return [one.name for one in self.parameters]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # the view's
        refuse_unknown(request, self.known_parameters())


class RowsViewSet(KnownParametersOnly, GenericViewSet[Any]):
    """Rows of the accounts that the token may see; any other is 404."""

    model: ClassVar[type[Model]]
    scopes: ClassVar[dict[str, Scope]] = {}
    filters: ClassVar[Filters] = {}
    search_fields: ClassVar[tuple[str, ...]] = ()
    # What the schema calls operations, by action, where it is not the usual.
    summaries: ClassVar[Mapping[str, str]] = {}
    lookup_url_kwarg = "id"
    # Rows are changed by what is sent of them.
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    # Whatever comes there: what is no number is 404 like a number that is not.
    lookup_value_regex = "[^/]+"

    def rows(self) -> QuerySet[Any]:
        """Return all rows, with what the serializer needs."""
        return self.model._default_manager.all()  # noqa: SLF001 - Django's own name for it

    def known_parameters(self) -> Collection[str]:
        return list_parameters(self) if self.action == "list" else ()

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the schema is made without a request
            return self.rows().none()
        return visible_to(self.request, self.rows())

    def get_object(self) -> Any:
        given = self.kwargs["id"]
        if not (given.isascii() and given.isdecimal() and 0 < int(given[:20]) <= MAX_ID):
            raise Http404
        row = self.get_queryset().filter(pk=int(given)).first()
        if row is None:
            raise Http404
        return row


class Creating(mixins.CreateModelMixin):
    """Creation through a service, once for an idempotency key, and written down as the token owner's."""

    # Members of the answer to a creation that are never given again.
    untold: ClassVar[tuple[str, ...]] = ()

    def check_creation(self) -> None:
        """Raise PermissionDenied where the token may not add rows of this kind."""

    @extend_schema(parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        def prepare() -> Finish:
            serializer = self._valid(request)
            save = serializer.prepare()

            def finish() -> Response:
                save()
                return Response(serializer.data, status=status.HTTP_201_CREATED)

            return finish

        self.check_creation()
        with acting(request):
            return once(request, prepare, untold=self.untold)

    def _valid(self, request: Request, row: Any = None, **options: Any) -> RowSerializer:
        serializer: RowSerializer = self.get_serializer(row, data=request.data, **options)  # type: ignore[attr-defined]
        serializer.is_valid(raise_exception=True)
        return serializer


class Deleting(mixins.DestroyModelMixin):
    """Deletion through a service, written down as the token owner's."""

    def delete_row(self, row: Any) -> None:
        """Call the service."""
        raise NotImplementedError

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with acting(request):
            self.delete_row(self.get_object())  # type: ignore[attr-defined]  # of the view set
        return Response(status=status.HTTP_204_NO_CONTENT)


class Writing(Creating, Deleting, mixins.UpdateModelMixin):
    """Creation, change and deletion, each through a service and written down as the token owner's."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with acting(request):
            row: Any = self.get_object()  # type: ignore[attr-defined]  # of the view set
            self._valid(request, row, partial=True).prepare()()
            fresh = self.get_object()  # type: ignore[attr-defined]  # with what the service has changed besides
            return Response(self.get_serializer(fresh).data)  # type: ignore[attr-defined]


def acting(request: Request) -> Any:
    """Write down what is changed inside as done by the token's owner, through this token."""
    return audit.acting(request.user, "api", name=f"{request.user.get_username()} ({token_of(request).name})")
