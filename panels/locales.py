"""In which language a frame speaks: the account's, the address's (`?lang=`), or the browser's."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from tenants.models import Account


def request_locale(request: HttpRequest, account: Account) -> str:
    """Return one of the codes of `settings.LANGUAGES`. The host does not say which the agent uses (2.3)."""
    wanted = request.GET.get("lang", "") if request.META.get("QUERY_STRING") else ""
    return _supported(wanted, account.locale, request.META.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=1_000)
def _supported(wanted: str, preferred: str, accepted: str) -> str:
    codes = [wanted, preferred, *(code for code, _weight in parse_accept_lang_header(accepted[:500].lower()))]
    for code in codes:
        try:
            if code and code != "*":
                return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
