from django.urls import path

from panels import views

app_name = "panels"

urlpatterns = [
    path("context", views.show_context, name="context"),
    path("panels/<int:placement_id>/", views.show_placement, name="placement"),
    path("panels/<int:placement_id>/refresh", views.refresh_placement, name="refresh"),
    path("panels/<int:placement_id>/link", views.link_customer, name="link"),
]
