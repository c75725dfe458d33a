from django.urls import path

from applications import views

app_name = "applications"
urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("edit/", views.edit, name="edit"),
    path("autosave/", views.autosave, name="autosave"),
    path("submit/", views.submit, name="submit"),
    path("withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/<int:revision>/pdf/", views.application_pdf, name="pdf"),
]
