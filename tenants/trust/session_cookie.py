"""Where a request carries its session token: a header, or a cookie where the browser refuses storage.

The cookie alone is worth nothing: it counts only with a header that no other site can make a browser
send. It is partitioned, so that it belongs to our frame inside this host only.
"""

from django.http import HttpRequest, HttpResponse

ASKS_FOR_COOKIE = "HTTP_X_VOXYS_SESSION"
_BEARER = "Bearer "
# No token is longer.
_MAX_LENGTH = 200


def session_token(request: HttpRequest, account_id: int) -> str | None:
    """Return the session token that the request carries for the account, or None."""
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    if header.startswith(_BEARER):
        token = header[len(_BEARER) :]
    elif uses_cookie(request):
        token = request.COOKIES.get(cookie_name(account_id), "")
    else:
        return None
    return token if 0 < len(token) <= _MAX_LENGTH else None


def uses_cookie(request: HttpRequest) -> bool:
    """Return whether the page says that it can keep nothing itself."""
    return request.META.get(ASKS_FOR_COOKIE) == "cookie"


def cookie_name(account_id: int) -> str:
    return f"__Host-voxys-{account_id}"


def set_session_cookie(response: HttpResponse, account_id: int, token: str, seconds: int) -> None:
    """Let the browser keep the token; `seconds` of 0 and an empty token remove it.

    Written by hand: Django's cookies know no `Partitioned`.
    """
    response["Set-Cookie"] = (
        f"{cookie_name(account_id)}={token}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned; Max-Age={seconds}"
    )
