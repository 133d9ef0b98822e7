from django.urls import path

from panels import kept, views
from panels.actions.views import act

app_name = "panels"

urlpatterns = [
    path("context", views.show_context, name="context"),
    path("panels/<int:placement_id>/", views.show_placement, name="placement"),
    path("panels/<int:placement_id>/refresh", views.refresh_placement, name="refresh"),
    path("panels/<int:placement_id>/link", views.link_customer, name="link"),
    path("panels/<int:placement_id>/actions/<str:name>", act, name="action"),
    path("state", kept.state, name="state"),
]
