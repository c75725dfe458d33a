"""What the public reads, beside a bare page."""

from collections.abc import Callable

from django.core.cache import cache
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from applications.models import Need
from bench.pages import Stock, Visit, compare
from portal import selectors
from portal.articles.models import Article, Publication
from review.paging import _write as cursor


def _more(count: int) -> None:
    """As many needs beside them: the home page shows both."""
    needs = Article.objects.count() + count - Need.objects.count()
    call_command("seed_demo", articles=count, needs=max(0, needs))


ARTICLES = Stock("篇信息", Article.objects.count, _more)


def run(sizes: list[int], rounds: int) -> None:
    compare(sizes, rounds, ARTICLES, _visits)


def _visits() -> list[Visit]:
    """The pages, on the rows that this database holds."""
    news, last = reverse("articles:list"), f"page={cursor('last')}"
    shown = Publication.objects.shown().latest("shown_from")
    bare, writer, officer = "空页面（公众）", "空页面（地市）", "空页面（省厅）"

    def get(url: str) -> Callable[[Client], HttpResponse]:
        return lambda client: client.get(url)

    def counted_anew(client: Client) -> HttpResponse:
        cache.delete(selectors.FIGURES)
        return client.get(reverse("portal:home"))

    def searched(words: str, more: str = "") -> Callable[[Client], HttpResponse]:
        return get(f"{news}?q={words}{more}")

    return [
        Visit(bare, "", get(reverse("bare_public", args=("articles",)))),
        Visit("首页", "", get(reverse("portal:home")), bare),
        Visit("首页，数字重新统计", "", counted_anew, bare),
        Visit("信息公开，第 1 页", "", get(news), bare),
        Visit("信息公开，末页", "", get(f"{news}?{last}"), bare),
        Visit("新闻信息，第 1 页", "", get(f"{news}?channel=news"), bare),
        Visit("新闻信息，末页", "", get(f"{news}?channel=news&{last}"), bare),
        Visit("搜索：常见的词", "", searched("茶叶"), bare),
        Visit("搜索：常见的词，末页", "", searched("茶叶", f"&{last}"), bare),
        Visit("搜索：两个词", "", searched("蔬菜 培训"), bare),
        Visit("搜索：少见的词", "", searched("黄化曲叶"), bare),
        Visit("搜索：没有的词", "", searched("火箭发动机"), bare),
        Visit("搜索：一个字", "", searched("茶"), bare),
        Visit("搜索：栏目内", "", searched("茶叶", "&channel=notice"), bare),
        Visit("一篇信息", "", get(reverse("articles:public", args=(shown.pk,))), bare),
        Visit("订阅", "", get(reverse("articles:feed")), bare),
        Visit(writer, "city", get(reverse("bare_needs"))),
        Visit("编写信息，地市", "city", get(reverse("articles:mine")), writer),
        Visit(officer, "province", get(reverse("bare_needs"))),
        Visit(
            "信息审核：已发布，省厅", "province", get(reverse("review:queue", args=("articles", "published"))), officer
        ),
        Visit("信息审核记录，省厅", "province", get(reverse("review:records", args=("articles",))), officer),
    ]
