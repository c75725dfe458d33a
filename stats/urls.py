from django.urls import path

from stats import export_views, views

app_name = "stats"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("docking/", views.docking, name="docking"),
    path("teams/", views.teams, name="teams"),
    path("stages/", views.stages, name="stages"),
    path("list/<slug:key>/", views.listing, name="list"),
    path("export/", export_views.index, name="exports"),
    path("export/<slug:code>/", export_views.export, name="export"),
]
