from django.urls import path

from tenants.trust.sign_in import views

urlpatterns = [
    path("sign-in/", views.begin, name="sign-in"),
    path("sign-in/revoke/<str:signed>/", views.revoke, name="sign-in-revoke"),
    path("sign-in/<str:challenge_id>/", views.answer, name="sign-in-answer"),
    path("sign-out", views.sign_out, name="sign-out"),
]
