"""Where a request carries its session token."""

from django.http import HttpRequest


def session_token(request: HttpRequest, account_id: int) -> str | None:
    header = request.META.get("HTTP_AUTHORIZATION")
    if header and header.startswith("Bearer "):
        return header[7:] or None
    if request.META.get("HTTP_X_VOXYS_SESSION") == "cookie":
        return request.COOKIES.get(f"__Host-voxys-{account_id}") or None
    return None
