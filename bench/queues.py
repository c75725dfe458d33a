"""The officers' pages beside a bare one; decisions are made and taken back."""

from collections.abc import Callable

from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from applications import flow
from applications.models import Application
from bench.pages import Stock, Visit, compare
from review.paging import _write as cursor
from review.services import MAX_BULK

APPLICATIONS = Stock("份申请", Application.objects.count, lambda count: call_command("seed_demo", applications=count))


def run(sizes: list[int], rounds: int) -> None:
    compare(sizes, rounds, APPLICATIONS, _visits)


def _visits() -> list[Visit]:
    """The pages, on the rows that this database holds."""
    city, province = (User.objects.get(username=name).desks[0] for name in ("city", "province"))
    records = reverse("review:records", args=("selection",))
    condition = f"{records}?name=张&state={flow.APPROVED}"
    last = cursor("last")

    def rows(desk, state: str, count: int) -> list[str]:
        found = Application.objects.filter(desk=desk, state=state).order_by("since", "id")[:count]
        return [case.row_value for case in found]

    def get(url: str) -> Callable[[Client], HttpResponse]:
        return lambda client: client.get(url)

    def decide(picked: list[str], state: str, **more) -> Callable[[Client], HttpResponse]:
        url = reverse("review:decide", args=("selection",))
        data = {"rows": picked, "queue": state, "action": "pass", **more}
        return lambda client: client.post(url, data)

    def queue(state: str) -> str:
        return reverse("review:queue", args=("selection", state))

    first = rows(city, flow.INITIAL, 1)
    case = reverse("review:case", args=("selection", first[0].partition(":")[0])) + "?queue=initial"
    bare_city, bare_province = "空页面（地市）", "空页面（省厅）"
    return [
        Visit(bare_city, "city", get(reverse("bare", args=(flow.INITIAL,)))),
        Visit("申请审核，地市，第 1 页", "city", get(queue(flow.INITIAL)), bare_city),
        Visit("审核记录，地市", "city", get(records), bare_city),
        Visit("审核记录，地市，末页", "city", get(f"{records}?page={last}"), bare_city),
        Visit("申请详情，地市", "city", get(case), bare_city),
        Visit("通过 1 份，地市", "city", decide(first, flow.INITIAL, **{"from": "case"}), bare_city, 302),
        Visit("通过 200 份，地市", "city", decide(rows(city, flow.INITIAL, MAX_BULK), flow.INITIAL), "", 302, True),
        Visit(bare_province, "province", get(reverse("bare", args=(flow.PROVINCE,)))),
        Visit("申请审核，省厅，第 1 页", "province", get(queue(flow.PROVINCE)), bare_province),
        Visit("审核记录，省厅", "province", get(records), bare_province),
        Visit("审核记录，省厅，末页", "province", get(f"{records}?page={last}"), bare_province),
        Visit("审核记录，姓名 + 状态", "province", get(condition), bare_province),
        Visit("审核记录，姓名 + 状态，末页", "province", get(f"{condition}&page={last}"), bare_province),
        Visit(
            "通过 200 份，省厅",
            "province",
            decide(rows(province, flow.PROVINCE, MAX_BULK), flow.PROVINCE),
            "",
            302,
            True,
        ),
    ]
