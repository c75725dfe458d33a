from django.urls import path

from review import views

app_name = "review"
urlpatterns = [
    path("<slug:process>/queue/<slug:state>/", views.queue, name="queue"),
    path("<slug:process>/records/", views.records, name="records"),
    path("<slug:process>/decide/", views.decide, name="decide"),
    path("<slug:process>/case/<int:pk>/", views.case, name="case"),
    path("<slug:process>/remind/<int:pk>/", views.remind, name="remind"),
]
