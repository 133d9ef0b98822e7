"""A request to a frame, once the context middleware has let it in."""

from panels.configuration import AppPlan
from tenants.requests import AppRequest


class FrameRequest(AppRequest):
    """A request under /a/ with what the dashboard app consists of."""

    plan: AppPlan
    # Set when the plan turned out to have changed and the request was let in once more.
    began_anew: bool
