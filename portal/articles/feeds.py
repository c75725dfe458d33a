from django.conf import settings
from django.contrib.syndication.views import Feed as SyndicationFeed
from django.http import Http404, HttpRequest

from portal.articles.models import Channel, Publication

NEWEST = 20


class Feed(SyndicationFeed):
    """RSS of all channels, or of one: the same rows as the public list."""

    description = "通知公告、新闻信息、典型案例"

    def get_object(self, request: HttpRequest, channel: str = "") -> str:
        if channel and channel not in Channel.values:
            raise Http404
        return channel

    def title(self, channel: str) -> str:
        return f"{settings.SITE_NAME}{'·' + Channel(channel).label if channel else ''}"

    def link(self) -> str:
        return f"{settings.BASE_URL}/news/"

    def items(self, channel: str):
        rows = Publication.objects.shown().order_by("-shown_from", "-id")
        return (rows.filter(channel=channel) if channel else rows)[:NEWEST]

    def item_title(self, item: Publication) -> str:
        return item.title

    def item_description(self, item: Publication) -> str:
        return item.summary

    def item_link(self, item: Publication) -> str:
        return settings.BASE_URL + item.get_absolute_url()

    def item_pubdate(self, item: Publication):
        return item.shown_from

    def item_author_name(self, item: Publication) -> str:
        return item.source
