"""Query conditions: a declared list of names and types; whatever else stands in the address reaches nothing (I04)."""

import re

import pytest
from django.core.cache import cache
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Region, Term
from agreements.models import Agreement
from applications.models import Application
from review import registry

SELECTION = registry.get("selection")
OPTION = re.compile(r"<option [^>]*>[^<]*")


def asked(query: str, process=SELECTION):
    return process.filters(QueryDict(query), process=process)


HOSTILE = [
    "owner__password__startswith=md5",
    "owner__profile__id_number=420106199001011015",
    "home_city__in=1&home_city__code=420100",
    "_connector=OR",
    "_negated=1",
    "pk=1&id=1&state__in=draft",
    "steps__comment__contains=x",
    "state=nowhere&kind=teams&batch=99999999&home_city=-1&target_city=abc&chain=1%20OR%201=1",
    "batch=99999999999999999999&home_city=99999999999999999999999",
    "since=yesterday&until=2026-02-30",
    "since=0000-00-00&until=99999-01-01",
    "name=" + "长" * 51,
    "name=%E2%80%AE%00",
    "state=initial%27%3B--&state[]=initial",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_unknown_names_and_wrong_values_are_as_if_not_there(db, query):
    found = asked(query)
    assert found.q() == Q()
    assert found.chips() == []
    assert found.query() == ""
    assert list(Application.objects.filter(found.q())) == list(Application.objects.all())


@pytest.mark.parametrize("process", registry.all_processes(), ids=lambda process: process.code)
def test_every_condition_has_its_meaning_declared_and_means_something(db, process):
    found = asked("", process)
    by_method = {"current", "without", "reached"} & set(found.fields)
    assert set(found.fields) - by_method == set(process.filters.LOOKUPS)
    assert {*process.filters.MAIN, *process.filters.LASTING, *process.filters.EMPTY} <= set(found.fields)
    for lookup in process.filters.LOOKUPS.values():
        str(process.model.objects.filter(**{lookup: _sample(process.model, lookup)}).query)


def _sample(model, lookup: str):
    if "date" in lookup:
        return "2026-01-01"
    if lookup.endswith("__isnull"):
        return True
    rows = ("city", "county", "chains", "batch", "nature", "discipline", "parent", "location")
    own = "__" not in lookup and model._meta.get_field(lookup).is_relation
    return 1 if own or lookup.endswith(rows) else "x"


@pytest.fixture
def three(world) -> dict[str, Application]:
    return {
        "s1": world.application("initial", "s1"),
        "s2": world.application("docking", "s2"),
        "s3": world.application("returned", "s3"),
    }


def matches(three: dict, query: str) -> str:
    found = set(Application.objects.filter(asked(query).q()).values_list("pk", flat=True))
    return " ".join(name for name, case in three.items() if case.pk in found)


def test_what_each_condition_finds(world, three):
    city = {name: bureau.region_id for name, bureau in world.bureaus.items()}
    county = Region.objects.filter(parent=city["HG"]).order_by("code")[0].pk
    mine, other = Term.objects.filter(kind="chain")[0].pk, Term.objects.filter(kind="chain")[9].pk
    field = three["s1"].discipline_id
    table = {
        "": "s1 s2 s3",
        "name=申报人": "s1 s2 s3",
        f"name={three['s2'].applicant_name}": "s2",
        "name=%25": "",  # no wildcard
        "state=returned": "s3",
        "state=draft": "s1 s2 s3",  # no condition that officers have
        f"home_city={city['WH']}": "s1",
        f"target_city={city['HG']}": "s2",
        f"target_county={county}": "s2",
        f"batch={world.batch.pk}&kind=personal": "s1 s2 s3",
        f"chain={mine}": "s1 s2 s3",
        f"chain={other}": "",
        f"discipline={field}": "s1 s2 s3",
        f"discipline={Term.objects.filter(kind='discipline').exclude(pk=field)[0].pk}": "",
        "without=nature": "s1 s2 s3",  # they belong to no legal unit
        "without=home_city": "",
        "without=state": "s1 s2 s3",  # not among those that can be empty
        "reached=initial": "s1 s2 s3",  # s3 was returned from there
        "reached=province": "s2",
        "reached=final": "",
        "since=2020-01-01&until=2099-12-31": "s1 s2 s3",
        "until=2020-01-01": "",
        f"home_city={city['WH']}&state=returned": "",
        f"state=returned&home_city={city['HG']}&unknown=1": "s3",
        "state=initial&state=returned": "s3",  # the last one counts, as in every form
    }
    assert {query: matches(three, query) for query in table} == table


def test_a_text_that_is_looked_for_from_its_beginning_says_so(db):
    fields = asked("").fields
    assert fields["name"].widget.attrs["placeholder"] == "从第一个字输入"
    assert "placeholder" not in fields["state"].widget.attrs


def test_a_day_ends_at_midnight_here_not_in_greenwich(world):
    case = world.application("initial")
    today = timezone.localdate(case.submitted_at).isoformat()
    assert matches({"s1": case}, f"since={today}&until={today}") == "s1"


def test_chips_say_what_was_chosen_and_lead_to_the_list_without_it(world):
    found = asked(f"name=申报人&state=initial&home_city={world.bureaus['WH'].region_id}&junk=1")
    assert [(chip.label, chip.text) for chip in found.chips()] == [
        ("姓名", "申报人"), ("状态", "所在地市审核／法人单位审核"), ("所在地市", "武汉市"),
    ]  # fmt: skip
    assert QueryDict(found.chips()[0].url[1:]).dict() == {
        "state": "initial", "home_city": str(world.bureaus["WH"].region_id),
    }  # fmt: skip


def test_the_address_keeps_what_is_valid_and_takes_changes(db):
    found = asked("name=甲&state=nowhere&junk=1&page=x")
    assert found.query() == QueryDict("name=甲", mutable=True).urlencode()
    assert QueryDict(found.query(page="abc", size=50)).dict() == {"name": "甲", "page": "abc", "size": "50"}
    assert found.query(name=None) == ""


def test_agreements_are_found_by_number(world):
    case = world.agreement("archiving")
    process = registry.get("agreements")
    assert list(Agreement.objects.filter(asked(f"number={case.number[:6]}", process).q())) == [case]
    assert not Agreement.objects.filter(asked("number=0001", process).q())


def test_options_that_are_kept_are_drawn_like_fresh_ones(world, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    client, address = world.client("wh1"), "/review/selection/queue/initial/"
    fresh, kept = (OPTION.findall(client.get(address).content.decode()) for _ in range(2))
    assert fresh == kept
    assert len(fresh) > 100
    chosen = client.get(f"{address}?target_city={world.bureaus['YC'].region_id}").content.decode()
    assert f'<option value="{world.bureaus["YC"].region_id}" selected>' in chosen
    assert OPTION.findall(client.get(address).content.decode()) == fresh
    cache.clear()
