"""What the public, specialists, host units and offices read of needs, beside a bare page."""

from collections.abc import Callable

from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from applications.models import Application, Match, Need
from bench.pages import Stock, Visit, compare
from review.paging import _write as cursor

PEOPLE = 1_000  # applications, so that there is somebody who offers help


def _more(count: int) -> None:
    call_command("seed_demo", applications=max(0, PEOPLE - Application.objects.count()), needs=count)


NEEDS = Stock("条需求", Need.objects.count, _more)


def run(sizes: list[int], rounds: int) -> None:
    compare(sizes, rounds, NEEDS, _visits)


def get(url: str) -> Callable[[Client], HttpResponse]:
    return lambda client: client.get(url)


def _visits() -> list[Visit]:
    """The pages, on the rows that this database holds."""
    public, find, last = reverse("docking:needs"), reverse("docking:find"), f"page={cursor('last')}"
    need = Need.objects.public().latest("since")
    host = User.objects.get(pk=Match.objects.latest("made_at").need.owner_id)
    records = reverse("review:records", args=("needs",))
    queue = reverse("review:queue", args=("needs", "published"))
    matches = reverse("stats:list", args=("matches",))
    nobody, helper, unit, city, province = (
        f"空页面（{who}）" for who in ("公众", "科技特派员", "派驻单位", "地市", "省厅")
    )
    both = f"chain={need.chain_id}&discipline={need.discipline_id}&kind={need.kind_id}"
    return [
        Visit(nobody, "", get(reverse("bare_public", args=("needs",)))),
        Visit("首页", "", get(reverse("portal:home")), nobody),
        Visit("服务对接，第 1 页", "", get(public), nobody),
        Visit("服务对接，末页", "", get(f"{public}?{last}"), nobody),
        Visit("服务对接，产业链", "", get(f"{public}?chain={need.chain_id}"), nobody),
        Visit("服务对接，县", "", get(f"{public}?county={need.county_id}"), nobody),
        Visit("服务对接，三个条件", "", get(f"{public}?{both}"), nobody),
        Visit("服务对接，三个条件，末页", "", get(f"{public}?{both}&{last}"), nobody),
        Visit("一条需求", "", get(reverse("docking:need", args=(need.pk,))), nobody),
        Visit(helper, "specialist2", get(reverse("bare_needs"))),
        Visit("需求和推荐，科技特派员", "specialist2", get(find), helper),
        Visit("我的对接，科技特派员", "specialist2", get(reverse("docking:matches")), helper),
        Visit(unit, host.username, get(reverse("bare_needs"))),
        Visit("我的对接，派驻单位", host.username, get(reverse("docking:matches")), unit),
        Visit("谁在服务，派驻单位", host.username, get(reverse("agreements:serving")), unit),
        Visit(city, "city", get(reverse("bare_needs"))),
        Visit("需求审核：已发布，地市", "city", get(queue), city),
        Visit("服务需求，地市", "city", get(records), city),
        Visit("对接记录，地市", "city", get(matches), city),
        Visit(province, "province", get(reverse("bare_needs"))),
        Visit("服务需求，省厅", "province", get(records), province),
        Visit("服务需求，省厅，标题", "province", get(f"{records}?title={need.title[:4]}"), province),
        Visit("服务需求，省厅，末页", "province", get(f"{records}?{last}"), province),
        Visit("对接记录，省厅", "province", get(matches), province),
        Visit("对接记录，省厅，产业链", "province", get(f"{matches}?chain={need.chain_id}"), province),
    ]
