from django.urls import path

from voxysapps.second_factor import views

app_name = "second_factor"
urlpatterns = [
    path("", views.manage, name="manage"),
    path("code/", views.verify, name="verify"),
    path("set-up/", views.set_up, name="set_up"),
]
