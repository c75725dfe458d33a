from django.urls import path

from review import papers_views

app_name = "papers"
urlpatterns = [
    path("", papers_views.folder, name="folder"),
    path("<slug:code>/", papers_views.folder, name="folder"),
    path("<slug:code>/bundle/", papers_views.bundle, name="bundle"),
]
