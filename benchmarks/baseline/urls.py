from django.urls import path

from benchmarks.baseline import views

urlpatterns = [
    path("hello", views.hello),
    path("sections", views.sections),
]
