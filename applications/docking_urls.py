"""服务对接: the public list of needs, and what its two sides say to each other."""

from django.urls import path

from applications import docking_views

app_name = "docking"
urlpatterns = [
    path("needs/", docking_views.needs, name="needs"),
    path("needs/<int:pk>/", docking_views.need, name="need"),
    path("docking/", docking_views.matches, name="matches"),
    path("docking/<int:pk>/", docking_views.match, name="match"),
    path("docking/needs/", docking_views.find, name="find"),
    path("docking/needs/<int:pk>/", docking_views.offer, name="offer"),
    path("docking/specialists/", docking_views.specialists, name="specialists"),
    path("docking/specialists/<int:pk>/", docking_views.invite, name="invite"),
]
