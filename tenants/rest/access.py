"""Who asks the API: a token, its scopes, and the accounts that both the token and its owner may see."""

import datetime as dt
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tenants.models import Account, ApiToken, Scope
from tenants.selectors import is_platform_administrator, may_read, may_write, visible
from tenants.services_operators import token_digest
from voxysapps.client_address import client_address, counted_address
from voxysapps.limits import Counter, count_and_append

Row = TypeVar("Row", bound=Model)

KEYWORD = "Bearer"
SECONDS = 60
# Within a minute: requests of one token, and wrong tokens from one address.
REQUESTS = 600
WRONG_TOKENS = 30
_LONGEST = 200
# When a token was last used is written down so often only.
_USED_EVERY = dt.timedelta(hours=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer vxt_…`. Nothing else is looked at: a session of the admin opens nothing here."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words:
            return None
        if len(words) != len(("Bearer", "token")) or words[0].lower() != KEYWORD.lower().encode():
            raise AuthenticationFailed(_("Send the token as “Authorization: Bearer vxt_…”."))
        token = _find(words[1].decode("latin-1")) if len(words[1]) <= _LONGEST else None
        if token is None:
            address = counted_address(client_address(request._request))  # noqa: SLF001 - there is no other way to it
            _count(f"0:api:wrong:{address}", WRONG_TOKENS)
            raise AuthenticationFailed(_("This token is not valid: it was revoked, has ended, or never was one."))
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > _USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class HasScope(BasePermission):
    """The token's scopes, within what its owner may do. A view names others than read and write in `scopes`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            return False
        scope = getattr(view, "scopes", {}).get(view.action) if getattr(view, "action", None) else None
        scope = scope or (Scope.READ if request.method in SAFE_METHODS else Scope.WRITE)
        if request.method not in SAFE_METHODS and not may_write(request.user):
            raise PermissionDenied(_("The token's owner may look at accounts, and not change them."))
        require_scope(request, scope)
        return True


class OfThePlatform(HasScope):
    """For what is of no account: besides the scope, a platform administrator's token for all accounts."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not sees_the_platform(request):
            raise PermissionDenied(_("This is for platform administrators, by a token for all accounts."))
        return True


class TokenThrottle(BaseThrottle):
    """So many requests a minute of one token."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.auth is not None:
            _count(f"0:api:token:{request.auth.pk}", REQUESTS)
        return True


def token_of(request: Request) -> ApiToken:
    """Return the token that asks; `HasScope` has let nobody in without one."""
    token: Any = request.auth
    assert isinstance(token, ApiToken)  # noqa: S101 - a view without `HasScope` must not get further
    return token


def require_scope(request: Request, scope: Scope) -> None:
    """Raise PermissionDenied where the token lacks the scope."""
    if scope not in token_of(request).scopes:
        raise PermissionDenied(_("This token lacks the scope “%(scope)s”.") % {"scope": scope.value})


def visible_to(request: Request, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return those of the rows that are of accounts both the token and its owner may see."""
    found, token = visible(rows, request.user), token_of(request)
    if token.has_all_accounts:
        return found
    path = "pk" if rows.model is Account else "account"
    return found.filter(**{f"{path}__in": token.accounts.through.objects.filter(apitoken=token).values("account")})


def sees_the_platform(request: Request) -> bool:
    """Return whether the token reaches what is of no account: a platform administrator's, for all accounts."""
    return is_platform_administrator(request.user) and token_of(request).has_all_accounts


def may_add_accounts(request: Request) -> bool:
    """Return whether the token may add accounts, where its owner may: it would not reach them otherwise."""
    return token_of(request).has_all_accounts


def _find(text: str) -> ApiToken | None:
    """Return the token that is good now, of an owner who still is one of us."""
    token = ApiToken.objects.select_related("user").filter(token_digest=token_digest(text)).first()
    if token is None or token.revoked_at is not None or not may_read(token.user):
        return None
    return token if token.expires_at is None or token.expires_at > timezone.now() else None


def _count(key: str, limit: int) -> None:
    wait = count_and_append((Counter(key, int(limit * settings.RATE_LIMIT_FACTOR), SECONDS),), "api")
    if wait:
        raise Throttled(wait=wait)
