"""Refusals of sign-in, as the HTTP contract's problem documents."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext

from tenants.requests import AppRequest
from voxysapps.problems import problem

View = TypeVar("View", bound=Callable[..., HttpResponse])


class Refusal(Exception):
    """The answer is a problem. `detail` is a plain sentence, `members` are further ones of the document."""

    def __init__(self, code: str, detail: str, *, retry_after: int | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.members = members


def refuse_as_problem(view: View) -> View:
    """Return a view whose `Refusal` is answered in the agent's language."""

    @functools.wraps(view)
    def answering(request: AppRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            wanted = request.GET.get("lang") or request.account.locale or translation.get_language_from_request(request)
            codes = dict(settings.LANGUAGES)
            with translation.override(wanted if wanted in codes else settings.LANGUAGE_CODE):
                response = problem(refusal.code, gettext(refusal.detail), **refusal.members)
            if refusal.retry_after:
                response["Retry-After"] = str(refusal.retry_after)
            return response

    return cast("View", answering)
