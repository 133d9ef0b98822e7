from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from voxysapps import health
from voxysapps.bridge.views import frame
from voxysapps.metrics import show_metrics

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="root"),
    path("a/<str:app_key>/", frame, name="frame"),
    path("a/<str:app_key>/", include("panels.urls")),
    path("a/<str:app_key>/", include("tenants.trust.sign_in.urls")),
    path("hooks/", include("tenants.webhooks.urls")),
    path("admin/second-factor/", include("voxysapps.second_factor.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("voxysapps.rest_urls")),
    path("simulator/", include("voxysapps.simulator.urls")),
    path("language/", set_language, name="set_language"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", show_metrics, name="metrics"),
]
