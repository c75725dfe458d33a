from django.urls import path
from django.views.decorators.http import require_safe

from portal.articles import feeds, views

app_name = "articles"
urlpatterns = [
    path("", views.public_list, name="list"),
    path("<int:pk>/", views.public, name="public"),
    path("<int:pk>/take-down/", views.take_down, name="take_down"),
    path("<int:pk>/pin/", views.pin, name="pin"),
    path("files/<uuid:key>/", views.file, name="file"),
    path("rss/", require_safe(feeds.Feed()), name="feed"),
    path("rss/<slug:channel>/", require_safe(feeds.Feed()), name="channel_feed"),
    path("out/", views.out, name="out"),
    path("write/", views.mine, name="mine"),
    path("write/new/", views.new, name="new"),
    path("write/<int:pk>/", views.article, name="article"),
    path("write/<int:pk>/edit/", views.edit, name="edit"),
    path("write/<int:pk>/autosave/", views.autosave, name="autosave"),
    path("write/<int:pk>/move/<slug:action>/", views.move, name="move"),
    path("write/<int:pk>/preview/<int:revision>/", views.preview, name="preview"),
    path("write/<int:pk>/pictures/", views.upload_picture, name="picture"),
    path("write/<int:pk>/files/", views.upload_file, name="upload"),
    path("write/<int:pk>/files/<uuid:key>/remove/", views.remove_file, name="remove_file"),
]
