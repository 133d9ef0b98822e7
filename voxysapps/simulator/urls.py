"""The stand-in host's pages."""

from django.urls import include, path

from voxysapps.simulator import controls, mailbox, views
from voxysapps.simulator.development import views as development
from voxysapps.simulator.kit import views as kit

app_name = "simulator"

urlpatterns = [
    path("", views.page, name="page"),
    path("data/<int:account_id>.json", views.account_data, name="data"),
    path("data/<int:account_id>/news.json", views.account_news, name="news"),
    path("profile/<int:account_id>/", views.profile, name="profile"),
    path("webview/<str:app_key>/", views.webview, name="webview"),
    path("probe/", views.probe, name="probe"),
    path("slow.svg", views.slow_image, name="slow"),
    path("host/api/v1/", include("voxysapps.simulator.host.urls")),
    path("kit/", kit.page, name="kit"),
    path("kit/all/", kit.all_examples, name="kit-all"),
    path("kit/all/panels/<int:placement_id>/", kit.part, name="kit-all-part"),
    path("kit/of/<slug:component>/", kit.example, name="kit-example"),
    path("kit/of/<slug:component>/panels/<int:placement_id>/", kit.part, name="kit-part"),
    path("mailbox/", mailbox.page, name="mailbox"),
    path("mailbox.json", mailbox.mails, name="mails"),
    path("mailbox/<int:mail_id>/read", mailbox.read, name="mail-read"),
    path("host-faults/<int:account_id>", controls.fault, name="fault"),
    path("customers/<int:account_id>", controls.customer_writes, name="customer"),
    path("cell/", development.cell, name="cell"),
    path("payloads.json", development.payloads, name="payloads"),
    path("development/<int:account_id>", development.inspect, name="development"),
    path("development/<int:account_id>/code", development.code, name="code"),
    path("development/<int:account_id>/refetch", development.refetch, name="refetch"),
    path("development/<int:account_id>/faults", development.system_faults, name="system-faults"),
    path("start-over/<int:account_id>", controls.start_over, name="start-over"),
]
