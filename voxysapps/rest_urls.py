"""The operators' REST API, composed of what each app has of it."""

from typing import Any

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from panels.rest.connections import ConnectionViewSet
from panels.rest.declarations import ApplyView, ExportView, ImportView
from panels.rest.health import HostHealthViewSet
from panels.rest.offers import InstalledView, OfferViewSet
from panels.rest.placements import PlacementViewSet
from panels.rest.plugins import ConnectorsView, PanelsView
from tenants.rest import schema  # noqa: F401 - it tells of our tokens
from tenants.rest.accounts import AccountViewSet
from tenants.rest.apps import DashboardAppViewSet
from tenants.rest.audit import AuditViewSet, TokenView
from tenants.rest.operators import OperatorViewSet
from tenants.rest.problems import nothing_here
from tenants.rest.tokens import ApiTokenViewSet
from tenants.rest.viewing import AgentSessionViewSet, NoticeViewSet, ViewRecordViewSet

app_name = "rest"

router = SimpleRouter()
router.register("accounts", AccountViewSet, "account")
router.register("dashboard-apps", DashboardAppViewSet, "dashboard-app")
router.register("placements", PlacementViewSet, "placement")
router.register("connections", ConnectionViewSet, "connection")
router.register("notices", NoticeViewSet, "notice")
router.register("agent-sessions", AgentSessionViewSet, "agent-session")
router.register("view-records", ViewRecordViewSet, "view-record")
router.register("audit", AuditViewSet, "audit")
router.register("operators", OperatorViewSet, "operator")
router.register("tokens", ApiTokenViewSet, "api-token")
router.register("plugin-offers", OfferViewSet, "plugin-offer")

# They tell what anybody can read in the source, and nothing of any account.
_OPEN: Any = {"authentication_classes": [], "permission_classes": [], "throttle_classes": []}

urlpatterns = [
    path("apply/", ApplyView.as_view(), name="apply"),
    # Before the accounts, whose numbers these are not.
    path("accounts/import/", ImportView.as_view(), name="accounts-import"),
    path("accounts/export/", ExportView.as_view(), name="accounts-export"),
    path("accounts/<str:id>/host-health/", HostHealthViewSet.as_view({"get": "retrieve"}), name="account-host-health"),
    path("", include(router.urls)),
    path("panels/", PanelsView.as_view(), name="panels"),
    path("connectors/", ConnectorsView.as_view(), name="connectors"),
    path("plugins/", InstalledView.as_view(), name="plugins"),
    path("token/", TokenView.as_view(), name="token"),
    path("schema/", SpectacularAPIView.as_view(**_OPEN), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="rest:schema", template_name="voxysapps/api_docs.html", title="Voxys dashboard apps", **_OPEN
        ),
        name="docs",
    ),
    re_path("", nothing_here, name="nothing"),
]
