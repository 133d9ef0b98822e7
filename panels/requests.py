"""A request to a frame, once the context middleware has let it in."""

from panels.access import Entry
from panels.configuration import AppPlan
from tenants.requests import AppRequest


class FrameRequest(AppRequest):
    """A request under /a/ with what the dashboard app consists of."""

    plan: AppPlan
    # Only where the context was posted.
    entry: Entry
