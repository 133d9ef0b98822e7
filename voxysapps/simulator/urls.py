"""The stand-in host's pages."""

from django.urls import path

from voxysapps.simulator import views

app_name = "simulator"

urlpatterns = [
    path("", views.page, name="page"),
    path("data/<int:account_id>.json", views.account_data, name="data"),
    path("webview/<str:app_key>/", views.webview, name="webview"),
    path("probe/", views.probe, name="probe"),
    path("slow.svg", views.slow_image, name="slow"),
]
