from django.urls import path

from portal.publicity import views

app_name = "publicity"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("make/<int:pk>/", views.make, name="make"),
    path("objections/", views.objections, name="objections"),
    path("objections/<int:pk>/", views.objection, name="objection"),
    path("objections/<int:pk>/contact/", views.contact, name="contact"),
    path("objections/<int:pk>/answer/", views.answer, name="answer"),
    path("<int:pk>/object/", views.objection_form, name="object"),
    path("receipt/<str:code>/", views.receipt, name="receipt"),
]
