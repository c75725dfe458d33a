from django.urls import path

from portal.issuing import views

urlpatterns = [
    path("", views.start, name="issuing"),
    path("template/", views.template, name="issuing_template"),
    path("bureaus/", views.bureaus, name="issuing_bureaus"),
    path("<uuid:key>/", views.issuance, name="issuance"),
    path("<uuid:key>/confirm/", views.confirm, name="issuance_confirm"),
    path("<uuid:key>/passwords/", views.passwords, name="issuance_passwords"),
]
