from django.urls import path

from review import intake_views, views

app_name = "review"
urlpatterns = [
    path("intake/", intake_views.intakes, name="intakes"),
    path("intake/<uuid:key>/", intake_views.intake, name="intake"),
    path("intake/<uuid:key>/read/", intake_views.read, name="intake_read"),
    path("intake/<uuid:key>/file/", intake_views.file, name="intake_file"),
    path("intake/<uuid:key>/end/", intake_views.end, name="intake_end"),
    path("intake/<uuid:key>/page/<int:at>/", intake_views.picture, name="intake_page"),
    path("intake/<uuid:key>/new/", intake_views.arrange, name="intake_new"),
    path("intake/<uuid:key>/<int:number>/", intake_views.arrange, name="intake_document"),
    path("intake/<uuid:key>/<int:number>/apart/", intake_views.apart, name="intake_apart"),
    path("<slug:process>/queue/<slug:state>/", views.queue, name="queue"),
    path("<slug:process>/records/", views.records, name="records"),
    path("<slug:process>/decide/", views.decide, name="decide"),
    path("<slug:process>/case/<int:pk>/", views.case, name="case"),
    path("<slug:process>/remind/<int:pk>/", views.remind, name="remind"),
]
