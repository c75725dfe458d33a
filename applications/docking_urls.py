"""服务对接: the public list of needs, and what its two sides say to each other."""

from django.urls import path

from applications import docking_views

app_name = "docking"
urlpatterns = [
    path("needs/", docking_views.needs, name="needs"),
    path("needs/<int:pk>/", docking_views.need, name="need"),
]
