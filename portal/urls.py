from django.urls import include, path

from portal import system_views, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("workbench/", views.workbench, name="workbench"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.open_notice, name="open_notice"),
    path("system/users/", include("portal.issuing.urls")),
    path("system/roles/", system_views.roles, name="roles"),
    path("system/menus/<str:role>/", system_views.menu_preview, name="menu_preview"),
    path("system/log/<str:log>/", system_views.log, name="log"),
    path("healthz/", views.health, name="health"),
]
