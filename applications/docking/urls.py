"""服务对接: the public list of needs, and what its two sides say to each other."""

from django.urls import path

from applications.docking import views

app_name = "docking"
urlpatterns = [
    path("needs/", views.needs, name="needs"),
    path("needs/<int:pk>/", views.need, name="need"),
    path("docking/", views.matches, name="matches"),
    path("docking/<int:pk>/", views.match, name="match"),
    path("docking/needs/", views.find, name="find"),
    path("docking/needs/<int:pk>/", views.offer, name="offer"),
    path("docking/specialists/", views.specialists, name="specialists"),
    path("docking/specialists/<int:pk>/", views.invite, name="invite"),
]
