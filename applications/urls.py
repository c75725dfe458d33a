from django.urls import path

from applications import views
from applications.admission import host_views, unit_views
from applications.needs import views as need_views
from applications.teams import views as team_views

app_name = "applications"
urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("edit/", views.edit, name="edit"),
    path("autosave/", views.autosave, name="autosave"),
    path("hosts/", views.hosts, name="hosts"),
    path("submit/", views.submit, name="submit"),
    path("withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/<int:revision>/pdf/", views.application_pdf, name="pdf"),
    path("<int:pk>/seal/", views.seal, name="seal"),
    path("<int:pk>/sealed/<int:number>/", views.sealed, name="sealed"),
    path("team/", team_views.team, name="team"),
    path("team/<int:pk>/confirm/", team_views.confirm, name="confirm"),
    path("team/<int:pk>/remove/", team_views.remove, name="remove"),
    path("membership/", team_views.membership, name="membership"),
    path("unit/", unit_views.home, name="unit"),
    path("unit/edit/", unit_views.edit, name="unit_edit"),
    path("unit/autosave/", unit_views.autosave, name="unit_autosave"),
    path("unit/papers/", unit_views.unit_papers, name="unit_papers"),
    path("unit/move/", unit_views.move, name="unit_move"),
    path("unit/<int:pk>/<int:revision>/pdf/", unit_views.overview_pdf, name="unit_pdf"),
    path("unit/<int:pk>/scan/<int:number>/", unit_views.overview_scan, name="unit_scan"),
    path("host/", host_views.home, name="host"),
    path("host/edit/", host_views.edit, name="host_edit"),
    path("host/autosave/", host_views.autosave, name="host_autosave"),
    path("host/move/", host_views.move, name="host_move"),
    path("host/needs/", need_views.own, name="needs"),
    path("host/needs/new/", need_views.new, name="need_new"),
    path("host/needs/<int:pk>/", need_views.need, name="need"),
    path("host/needs/<int:pk>/edit/", need_views.edit, name="need_edit"),
    path("host/needs/<int:pk>/autosave/", need_views.autosave, name="need_autosave"),
    path("host/needs/<int:pk>/move/", need_views.move, name="need_move"),
]
