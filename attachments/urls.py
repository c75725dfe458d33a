from django.urls import path

from attachments import views

app_name = "attachments"
urlpatterns = [
    path("", views.jobs_page, name="jobs"),
    path("<uuid:key>/", views.job_page, name="job"),
    path("<uuid:key>/state/", views.job_state, name="job_state"),
    path("<uuid:key>/cancel/", views.cancel, name="job_cancel"),
    path("<uuid:key>/file/", views.fetch, name="job_file"),
]
