from django.urls import path

from tenants.webhooks import views

urlpatterns = [path("<str:hook_key>/", views.receive, name="hook")]
