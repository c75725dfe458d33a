from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.urls")),
    path("news/", include("portal.articles.urls")),
    path("publicity/", include("portal.publicity.urls")),
    path("", include("accounts.urls")),
    path("application/", include("applications.urls")),
    path("", include("applications.docking.urls")),
    path("", include("agreements.urls")),
    path("jobs/", include("attachments.urls")),
    path("papers/", include("review.papers_urls")),
    path("review/", include("review.urls")),
    path("statistics/", include("stats.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
