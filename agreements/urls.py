from django.urls import path

from agreements import views

app_name = "agreements"
urlpatterns = [
    path("agreement/", views.home, name="home"),
    path("agreement/start/", views.start, name="start"),
    path("agreement/edit/", views.edit, name="edit"),
    path("agreement/autosave/", views.autosave, name="autosave"),
    path("agreement/papers/", views.papers, name="papers"),
    path("agreement/<int:pk>/<int:revision>/pdf/", views.agreement_pdf, name="pdf"),
    path("agreement/<int:pk>/scan/<int:number>/", views.scan, name="scan"),
    path("docking/serving/", views.serving, name="serving"),
    path("verify/", views.verify, name="verify"),
    path("v/<str:code>", views.verify, name="sheet"),
]
