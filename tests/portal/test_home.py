"""The home page: who serves where and what is asked for there, in public numbers; the newest of each channel; files."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from attachments import workbook
from portal import maps, selectors
from portal.articles import services as articles
from portal.articles.models import Publication
from tests.portal.test_articles import draft, move
from tests.world import World

CITIES = 17


def place(name: str) -> selectors.Place:
    return next(one for one in selectors.public_figures().places if one.name == name)


def with_file(world: World, tmp_path, name: str):
    """An article of the city's with a workbook below it, still a draft."""
    made = draft(world, title=f"通知：{name}")
    path = tmp_path / f"{name}.xlsx"
    workbook.write(path, name, [workbook.Column("项目")], [["一"]], count=1)
    articles.add_file(made, SimpleUploadedFile(path.name, path.read_bytes()), by=made.owner)
    return made


def publish(article, world: World):
    move(article, "submit", article.owner)
    return move(article, "pass", world.user("p1"))


def test_every_city_is_drawn_and_has_its_row(world: World, client):
    page = client.get("/").content.decode()
    box, drawn = maps.outlines()
    assert re.fullmatch(rf"0 0 {maps.WIDTH} [2-4]\d\d", box)
    assert len(drawn) == page.count("<path") == CITIES
    for one in selectors.public_figures().places:
        assert drawn[one.code].path in page
        assert f">{one.short}</text>" in page
        assert f'<th scope="row">{one.name}</th>' in page


@pytest.mark.django_db
def test_before_the_regions_are_there_it_has_an_empty_map(client, monkeypatch):
    monkeypatch.setattr(selectors.Region, "objects", selectors.Region.objects.none())
    cache.clear()
    assert client.get("/").status_code == 200
    cache.clear()


def test_a_border_of_plain_geojson_is_drawn_like_a_packed_one():
    with open(finders.find("vendor/hubei-map/cities.json"), encoding="utf-8") as file:
        packed = json.load(file)["features"][0]["geometry"]
    degrees = [[(x / maps.FLAT, -y) for x, y in ring] for ring in maps._rings(packed)]
    plain = {"type": "MultiPolygon", "coordinates": [degrees]}
    drawn, same = ([maps._path([(round(x * 99), round(y * 99)) for x, y in ring]) for ring in maps._rings(one)]
                   for one in (packed, plain))  # fmt: skip
    assert drawn == same
    assert max(map(len, drawn)) > 1000


def test_it_counts_who_was_approved_once_and_where_they_serve(world: World):
    world.application("approved", "s1")
    world.application("final", "s2")
    world.team_application("approved", "l1")
    needed = world.need()
    world.need("reviewing", "h2")
    assert (place("宜昌市").people, place("宜昌市").teams, place("武汉市").serving) == (1, 1, 0)
    assert place(needed.city.name).needs == 1
    assert place("宜昌市").shade == selectors.SHADES
    assert place("武汉市").shade == 0
    totals = dict(selectors.public_figures().totals)
    assert totals == {
        "个人科技特派员": 1, "科技特派员团队": 1, "法人单位": 1, "已归档服务协议": 0, "公开的服务需求": 1,
    }  # fmt: skip


def test_its_number_of_needs_leads_to_as_many(world: World, client):
    needed = world.need()
    one = place(needed.city.name)
    assert f'href="/needs/?city={one.pk}"' in client.get("/").content.decode()
    assert len(client.get("/needs/", {"city": one.pk}).context["rows"]) == one.needs == 1


def test_the_fourth_channel_names_no_contact(world: World, client):
    assert "现在没有公开的需求" in client.get("/").content.decode()
    needed = world.need()
    page = client.get("/").content.decode()
    assert f'href="/needs/{needed.pk}/"' in page
    assert needed.form.contact_phone not in page


def test_files_are_offered_while_their_article_is_public(world: World, client, tmp_path):
    made = with_file(world, tmp_path, "材料清单")
    for address in ("/", "/news/?files=1"):
        assert "材料清单" not in client.get(address).content.decode()
    publish(made, world)
    publish(draft(world, title="没有附件"), world)
    page = client.get("/").content.decode()
    assert "材料清单.xlsx" in page
    assert "还没有可以下载的资料" not in page
    listed = client.get("/news/", {"files": "1"})
    assert [row.title for row in listed.context["rows"]] == ["通知：材料清单"]
    articles_file = made.files.get()
    answer = client.get(articles_file.get_absolute_url())
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    Publication.objects.update(withdrawn=True)
    assert "材料清单" not in client.get("/").content.decode()
    assert "还没有可以下载的资料" in client.get("/news/?files=1").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_any_number(world: World, client, tmp_path, rows, django_assert_num_queries):
    for number in range(rows):
        publish(with_file(world, tmp_path, f"清单{number}"), world)
        world.need(host=f"h{number + 1}")
        world.application("approved", f"s{number + 1}")
    with django_assert_num_queries(HOME):
        client.get("/")


HOME = 21
