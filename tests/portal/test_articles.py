"""Writing for the public: the way of an article, what the public gets of it, and what it never does."""

import io
import re
import shutil
import zipfile
from contextlib import nullcontext
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.models import AuditEntry, Notice, Organisation
from attachments import workbook
from portal.articles import flow, richtext, services
from portal.articles.models import Article, ArticleFile, Publication
from portal.articles.selectors import versions
from review import search
from review.refusal import Refused
from review.services import perform, perform_many
from tests.attachments.zip_corpus import packed
from tests.world import WORDS, World, paper

TEXT = {
    "title": "柑橘冻害防治要点",
    "summary": "寒潮前后的果园管理。",
    "body": "<p>秭归县的<strong>脐橙</strong>园。</p>",
}


def draft(world: World, name: str = "wh1", **values) -> Article:
    user = world.user(name)
    made = services.begin(actor=user)
    return services.save(made, actor=user, version=0, values=TEXT | values)


def move(article: Article, action: str, actor, comment: str = "") -> Article:
    article = Article.objects.for_review().get(pk=article.pk)
    return perform(article, action, actor=actor, seen=article.seen, comment=comment)


def published(world: World, name: str = "wh1", **values) -> Article:
    made = draft(world, name, **values)
    move(made, "submit", made.owner)
    return move(made, "pass", world.user("p1"))


def shown() -> list[str]:
    return [one.title for one in Publication.objects.shown()]


def test_its_author_reads_which_text_it_is_about(world: World):
    made = published(world)
    line = Notice.objects.filter(user=made.owner).latest("pk")
    assert line.text.startswith(f"您的信息发布（《{made}》）：")
    assert line.url == f"/news/write/{made.pk}/"


def test_nothing_is_public_before_it_is_published_and_nothing_after_it_is_taken_down(world: World, client):
    made = draft(world)
    assert not Publication.objects.exists()
    move(made, "submit", made.owner)
    move(made, "return", world.user("p1"), WORDS)
    assert not Publication.objects.exists()
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    address = made.publication.get_absolute_url()
    page = client.get(address)
    assert "<strong>脐橙</strong>" in page.content.decode()
    assert not page.cookies
    move(made, "take_down", world.user("p1"), WORDS)
    assert client.get(address).status_code == 404
    assert "柑橘" not in client.get("/news/").content.decode()


def test_a_published_text_stays_while_its_author_writes_a_new_one(world: World, client):
    made = published(world)
    move(made, "revise", made.owner)
    made.refresh_from_db()
    services.save(made, actor=made.owner, version=made.version, values={"title": "新标题"})
    assert shown() == [TEXT["title"]]
    move(made, "submit", made.owner)
    move(made, "return", world.user("p1"), WORDS)
    assert shown() == [TEXT["title"]]
    first = made.publication.shown_from
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    assert shown() == ["新标题"]
    assert Publication.objects.get().shown_from == first


@pytest.mark.parametrize(
    ("values", "public"),
    [({"publish_at": timedelta(hours=1)}, False), ({"expires_at": timedelta(hours=-1)}, False),
     ({"expires_at": timedelta(hours=1)}, True), ({}, True)],
)  # fmt: skip
def test_times_are_kept(world: World, client, values, public):
    now = timezone.now()
    made = published(world, **{name: now + span for name, span in values.items()})
    assert (client.get(made.publication.get_absolute_url()).status_code == 200) is public
    for address in ("/news/", "/news/?q=脐橙", "/news/rss/", "/news/rss/news/"):
        assert (TEXT["title"] in client.get(address).content.decode()) is public, address


# What is public now


def test_one_row_is_shown_as_the_many_are(world: World):
    now, hour = timezone.now(), timedelta(hours=1)
    for withdrawn in (False, True):
        for start in (-hour, hour):
            for end in (None, -hour, hour, 2 * hour):
                made = draft(world)
                Publication.objects.create(
                    article=made, revision=1, channel="news", title="x", summary="x", html="", source="x", search="",
                    shown_from=now + start, expires_at=end and now + end, withdrawn=withdrawn,
                )  # fmt: skip
    rows = Publication.objects.all()
    assert {row.pk for row in rows if row.is_shown} == {row.pk for row in Publication.objects.shown()} != set()


@pytest.mark.parametrize(
    ("values", "words"),
    [({"publish_at": timedelta(days=2)}, "定时"), ({"expires_at": timedelta(hours=-1)}, "已下线"), ({}, "已发布")],
)  # fmt: skip
def test_what_is_not_public_is_not_called_so(world: World, values, words):
    now = timezone.now()
    made = published(world, **{name: now + span for name, span in values.items()})
    at, out = made.publish_at, made.publication
    label = f"定时 {timezone.localtime(at).month} 月 {timezone.localtime(at).day} 日发布" if at else words
    assert Article.objects.get(pk=made.pk).state_label == label
    author, officer = world.client("wh1"), world.client("p1")
    pages = [author.get("/news/write/"), author.get(f"/news/write/{made.pk}/")]
    pages.append(officer.get(f"/review/articles/case/{made.pk}/?queue=published"))
    for page in pages:
        assert label in page.content.decode()
        assert ("已发布</" in page.content.decode()) is (not values)
    for page in pages[1:]:
        assert (f'"{out.get_absolute_url()}"' in page.content.decode()) is (not values)
    listed = officer.get("/review/articles/queue/published/").content.decode()
    assert (label if values else "正在公开") in listed
    move(made, "revise", made.owner)
    assert f"原文{label if values else '仍在发布'}" in author.get("/news/write/").content.decode()


def test_a_new_version_does_not_wait_while_the_old_one_is_public(world: World):
    made = published(world)
    move(made, "revise", made.owner)
    made.refresh_from_db()
    author, when = world.client("wh1"), timezone.localtime(timezone.now() + timedelta(days=1))
    fields = TEXT | {"channel": "news", "title": "第二版", "version": made.version, "seen": made.seen}
    fields |= {"publish_at": f"{when:%Y-%m-%dT%H:%M}", "submit_review": "1"}
    answer = author.post(f"/news/write/{made.pk}/edit/", fields)
    assert (answer.status_code, "原文正在公开" in answer.content.decode()) == (422, True)
    assert "第二版" in answer.content.decode()
    made = services.save(made, actor=made.owner, version=made.version, values={"publish_at": when})
    with pytest.raises(Refused, match="原文正在公开"):
        move(made, "submit", made.owner)
    assert shown() == [TEXT["title"]]


def test_a_version_that_came_out_meanwhile_is_not_hidden_by_the_next(world: World, monkeypatch):
    now = timezone.now()
    made = published(world, publish_at=now + timedelta(hours=1))
    made = move(made, "revise", made.owner)
    values = {"title": "第二版", "publish_at": now + timedelta(hours=5)}
    services.save(made, actor=made.owner, version=made.version, values=values)
    move(made, "submit", made.owner)  # nothing is public yet: the time may be put off
    Publication.objects.update(shown_from=now - timedelta(minutes=1))
    officer, made = world.client("p1"), Article.objects.get(pk=made.pk)
    decision = {"from": "case", "rows": made.row_value, "queue": "reviewing", "action": "pass"}
    assert "原文正在公开" in officer.post("/review/articles/decide/", decision).content.decode()
    assert shown() == [TEXT["title"]]
    move(made, "return", world.user("p1"), WORDS)


def test_pages_say_where_their_feed_is(world: World, client):
    out = published(world).publication
    for address, feed in (
        ("/", "/news/rss/"), ("/news/", "/news/rss/"), ("/news/?channel=news", "/news/rss/news/"),
        (out.get_absolute_url(), "/news/rss/"),
    ):  # fmt: skip
        page = client.get(address).content.decode().partition("</head>")[0]
        assert re.search(rf'<link rel="alternate" type="application/rss\+xml" title="[^"]+" href="{feed}">', page)


# One office


def test_colleagues_go_on_with_each_other_s_texts(world: World):
    made = draft(world)
    services.add_file(made, paper(), by=made.owner)
    colleague, other = world.client("wh2"), world.client("yc1")
    assert TEXT["title"] in colleague.get("/news/write/").content.decode()
    assert TEXT["title"] not in other.get("/news/write/").content.decode()
    for page in ("", "edit/", "preview/0/"):
        assert (colleague.get(f"/news/write/{made.pk}/{page}").status_code,
                other.get(f"/news/write/{made.pk}/{page}").status_code) == (200, 404)  # fmt: skip
    fields = TEXT | {"channel": "news", "title": "同事改过", "version": made.version, "seen": made.seen}
    colleague.post(f"/news/write/{made.pk}/edit/", fields | {"submit_review": "1"})
    made = Article.objects.get(pk=made.pk)
    mate = world.user("wh2")
    assert (made.state, made.title, made.saved_by) == (flow.REVIEWING, "同事改过", mate)
    assert (made.steps.get().actor, made.owner.username) == (mate, "wh1")
    move(made, "pass", world.user("p1"))
    assert "发布" in world.client("wh1").get("/inbox/").content.decode()  # who began it is told
    move(made, "revise", mate)
    stale = services.save(Article.objects.get(pk=made.pk), actor=made.owner, version=made.version, values={})
    assert stale.saved_by == made.owner
    with pytest.raises(Refused, match="另一个窗口"):
        services.save(made, actor=mate, version=made.version, values={"title": "x"})


def test_nobody_publishes_what_they_or_their_office_have_written(world: World):
    made = services.save(draft(world), actor=world.user("wh2"), version=1, values={})
    assert [made.is_own(world.user(name)) for name in ("wh1", "wh2", "p1", "yc1")] == [True, True, False, False]
    Organisation.objects.filter(pk=made.source_id).update(active=False)  # they act for it no longer
    made = Article.objects.get(pk=made.pk)
    assert [made.is_own(world.user(name)) for name in ("wh1", "wh2")] == [True, True]
    assert not made.belongs_to(world.user("wh1"))
    assert not draft(world, "p1").is_own(world.user("p1"))


# Versions


def test_every_version_is_listed_and_looks_as_it_did(world: World):
    made = draft(world)
    move(made, "submit", made.owner)
    move(made, "return", world.user("p1"), WORDS)
    made = Article.objects.get(pk=made.pk)
    services.save(made, actor=made.owner, version=made.version, values={"channel": "case", "title": "第二版的标题"})
    move(made, "submit", world.user("wh2"))
    move(made, "pass", world.user("p1"))
    found = [(one.number, one.by, one.words) for one in versions(Article.objects.get(pk=made.pk), 2)]
    names = {name: world.user(name).real_name for name in ("wh1", "wh2")}
    assert found == [(2, names["wh2"], "发布，正在公开"), (1, names["wh1"], "不通过")]
    author, officer = world.client("wh1"), world.client("p1")
    for page in (author.get(f"/news/write/{made.pk}/"), officer.get(f"/review/articles/case/{made.pk}/")):
        text = page.content.decode()
        assert all(f"/news/write/{made.pk}/preview/{number}/" in text for number in (1, 2))
        assert "正在公开" in text
    for client in (author, officer):
        first = client.get(f"/news/write/{made.pk}/preview/1/").content.decode()
        assert ("栏目为「新闻信息」" in first, TEXT["title"] in first) == (True, True)
        assert "第二版的标题" in client.get(f"/news/write/{made.pk}/preview/2/").content.decode()
        assert client.get(f"/news/write/{made.pk}/preview/3/").status_code == 404
    move(made, "revise", made.owner)
    move(made, "submit", made.owner)
    assert versions(Article.objects.get(pk=made.pk), 3)[0].words == "待审核发布"
    move(made, "withdraw", made.owner)
    assert [one.words for one in versions(Article.objects.get(pk=made.pk), 3)] == ["撤回", "发布，正在公开", "不通过"]


def test_what_may_not_be_saved_any_more_stays_on_the_page(world: World):
    made = draft(world)
    move(made, "submit", made.owner)
    author, address = world.client("wh1"), f"/news/write/{made.pk}/edit/"
    assert author.get(address).status_code == 302
    answer = author.post(address, TEXT | {"channel": "news", "title": "来不及保存的标题", "version": made.version})
    text = answer.content.decode()
    assert (answer.status_code, "来不及保存的标题" in text, "请复制留存" in text) == (409, True, True)
    assert 'name="submit_review"' not in text


def test_one_s_own_is_published_by_the_province_alone(world: World):
    own = draft(world, "p1")
    move(own, "submit", own.owner)
    assert move(own, "pass", world.user("p1")).state == flow.PUBLISHED
    other = draft(world, "wh1")
    move(other, "submit", other.owner)
    with pytest.raises(Refused):
        move(other, "pass", world.user("wh1"))


def test_many_are_published_with_as_many_queries_as_one(world: World):
    made = [draft(world) for _ in range(6)]
    counted: list[int] = []
    for some in (made[:1], made[1:2], made[2:]):
        for action, actor in (("submit", None), ("pass", world.user("p1"))):
            seen = dict.fromkeys((one.pk for one in some), action == "pass")
            with CaptureQueriesContext(connection) as found:
                outcomes = perform_many(Article, action, seen, actor=actor)
            assert not any(one.refusal for one in outcomes)
            counted.append(len([one for one in found if " SET " not in one["sql"]]))  # a frozen form is saved by itself
    assert counted[2:4] == counted[4:]  # with the first, the chains of their steps begin
    assert shown() == [TEXT["title"]] * 6


@pytest.mark.parametrize("name", ["s1", "yc1", "p1", "a1", ""])
def test_drafts_guessed_by_address_are_not_there(world: World, name):
    made = draft(world)
    client = world.client(name)
    for address in (f"/news/write/{made.pk}/", f"/news/write/{made.pk}/edit/", f"/news/write/{made.pk}/preview/0/"):
        answer = client.get(address)
        assert answer.status_code in (302, 403, 404)
        assert TEXT["title"] not in answer.content.decode()
    assert client.get(f"/news/{made.pk}/").status_code == 404


def test_the_reviewer_sees_the_version_that_was_submitted(world: World):
    made = draft(world)
    move(made, "submit", made.owner)
    client = world.client("p1")
    assert "脐橙" in client.get(f"/news/write/{made.pk}/preview/1/").content.decode()
    assert client.get(f"/news/write/{made.pk}/preview/0/").status_code == 404
    assert "脐橙" in client.get(f"/review/articles/case/{made.pk}/?queue=reviewing").content.decode()


def test_what_is_missing_is_named(world: World):
    made = draft(world, summary="", body='<p><img src="/news/files/00000000-0000-4000-8000-000000000000/"></p>')
    with pytest.raises(Refused) as refused:
        move(made, "submit", made.owner)
    messages = [problem.message for problem in refused.value.problems]
    assert "「摘要」未填写" in messages
    assert any("替代文字" in message for message in messages)


# Hostile text

PAYLOADS = [
    line.encode().decode("unicode_escape")
    for line in Path(__file__).with_name("hostile.txt").read_text(encoding="utf-8").splitlines()
]
ADDRESS = {"src": r"/news/files/[-0-9a-f]{36}/", "href": r"https?://(?!evil\.cn)[^/][^\\\t\n\r]*|/(?!/)[^\\\t\n\r]*"}


class Offences(HTMLParser):
    """What a browser would find in a text that may not stand in any."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = richtext.ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        self.found += [] if tag in richtext.TAGS else [f"<{tag}>"]
        for name, value in attrs:
            fits = re.fullmatch(ADDRESS.get(name, ".*"), value or "", re.DOTALL)
            known = name != "class" or set((value or "").split()) <= richtext.ALIGNED
            self.found += [] if name in allowed and fits and known else [f'{name}="{value}"']

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}")

    handle_pi = unknown_decl = handle_decl


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_harmless_when_saved_and_when_shown(payload):
    for html in (richtext.clean(payload), richtext.shown(payload), richtext.clean(richtext.clean(payload))):
        assert Offences(html).found == [], html


def test_the_hostile_texts_are_hostile():
    assert sum(bool(Offences(payload).found) for payload in PAYLOADS) > len(PAYLOADS) / 2


def test_what_people_need_stays():
    picture = "/news/files/0123abcd-0000-4000-8000-000000000000/"
    html = (
        '<h2 class="text-center">标题</h2><p>正文<strong>重</strong><br>二</p><ul><li>一</li></ul>'
        '<table><thead><tr><th scope="col">甲</th></tr></thead><tbody><tr><td colspan="2">乙</td></tr></tbody></table>'
        f'<figure><img src="{picture}" alt="果园"></figure>'
    )
    assert richtext.clean(html) == html
    assert richtext.pictures(html) == {picture}


@pytest.mark.django_db
def test_links_to_other_sites_go_by_the_page_that_says_so(client):
    shown = richtext.shown('<a href="https://example.cn/a?b=1&c=2">x</a>')
    href = shown.partition('href="')[2].partition('"')[0]
    page = client.get(href).content.decode()
    assert 'href="https://example.cn/a?b=1&amp;c=2"' in page
    for to in ("https://example.cn/a", "https://evil.cn/:x", "javascript:alert(1)", "/x", "", "x" * 600, "http://[x"):
        assert client.get("/news/out/", {"to": to}).status_code == 404, to
    token = parse_qs(urlsplit(href).query)["to"][0]
    assert client.get("/news/out/", {"to": token.replace("example.cn", "evil.cn")}).status_code == 404


# Search


@pytest.mark.parametrize("words", ["脐橙", "秭归县", "柑橘冻害", "冻", "脐橙 寒潮", "　脐橙　", "橘"])
def test_search_finds(world: World, client, words):
    published(world)
    published(world, title="茶叶加工培训", summary="恩施玉露。", body="<p>加工</p>")
    page = client.get("/news/", {"q": words}).content.decode()
    assert TEXT["title"] in page
    assert "茶叶加工培训" not in page


@pytest.mark.parametrize("words", ["水稻", "归秭", "%", "_", "甲_", "<script>", "甲" * 10_000, "' OR 1=1 --", "\u202e"])
def test_search_that_finds_nothing_breaks_nothing(world: World, client, words):
    published(world)
    answer = client.get("/news/", {"q": words})
    assert answer.status_code in (200, 400)
    assert "<script>" not in answer.content.decode().partition("<main")[2]
    if any(char.isalnum() for char in words):
        assert TEXT["title"] not in answer.content.decode()


# Pictures and files


def image(kind: str = "PNG", size: tuple[int, int] = (8, 8), **options) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **options)
    return SimpleUploadedFile(f"果园.{kind.lower()}", out.getvalue(), f"image/{kind.lower()}")


def test_a_picture_is_public_only_with_its_article(world: World, client):
    made = draft(world)
    kept = services.add_picture(made, image(), alt="果园", by=made.owner)
    address = kept.get_absolute_url()
    assert client.get(address).status_code == 404
    assert b"".join(world.client("wh1").get(address).streaming_content)
    assert world.client("yc1").get(address).status_code == 404
    made.refresh_from_db()
    services.save(made, actor=made.owner, version=made.version, values={"body": f'<img src="{address}" alt="果园">'})
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    answer = client.get(address)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")


def test_a_picture_is_drawn_anew_without_what_it_carried(world: World):
    made, exif = draft(world), Image.Exif()
    exif[0x010E] = "secret place"
    kept = services.add_picture(made, image("JPEG", exif=exif), alt="果园", by=made.owner)
    assert b"secret" not in services.path_of(kept).read_bytes()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"<html><script>",
        b"GIF89a" + b"0" * 90,
        b"\x89PNG\r\n\x1a\n" + b"0" * 50,
        b"%PDF-1.7",
    ],
)
def test_a_picture_that_is_none_is_refused(world: World, data):
    made = draft(world)
    with pytest.raises(ValidationError):
        services.add_picture(made, SimpleUploadedFile("x.png", data, "image/png"), alt="x", by=made.owner)
    assert not ArticleFile.objects.exists()


KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATION = '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" {}/>'


def word(*parts: str, kind: str = KIND, relations: str = "", told: str = "") -> bytes:
    """A Word file of the least that makes one, and what else is to be in it."""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{kind}"/>{told}</Types>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", types)
        book.writestr("word/document.xml", "<document/>")
        book.writestr("word/_rels/document.xml.rels", f"<Relationships>{relations}</Relationships>")
        for name in parts:
            book.writestr(name, "x")
    return out.getvalue()


def linked(kind: str, target: str, mode: str = "External") -> bytes:
    return word(relations=RELATION.format(kind, f'Target="{target}" TargetMode="{mode}"'))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.js", b"alert(1)"), ("a.exe", b"MZ"), ("a.pdf.html", b"<html>"), ("a.html", b"%PDF-1.7"),
        ("a.svg", b"<svg/>"),
        ("a.docx", b"<html><script>"), ("a.docx", packed(("word/document.xml", b"x"))), ("a.docx", b""),
        ("a.xlsx", word()), ("a.pdf", b"<html>%PDF-"), ("a.docm", word()),
        *(("a.docx", word(part)) for part in (
            "word/vbaProject.bin", "a.ps1", "word/x.ps1", "word/media/x.bat", "word/embeddings/x.docm", "x.jar",
            "xl/macrosheets/sheet1.xml", "word/activeX/activeX1.xml", "word/vbaData.xml", "../../x.bat",
            "../word/x.xml", "word/../x.xml", "word\\x.xml", "/word/x.xml", "__MACOSX/x.exe", "word/.DS_Store",
            "word/Document.xml", "word/embeddings/sheet.xlsx", "word/afchunk.htm",
        )),
        *(("a.docx", linked(kind, "https://evil.cn/x.dotm")) for kind in ("attachedTemplate", "image", "frame")),
        ("a.docx", linked("hyperlink", "file:///c:/x.exe")), ("a.docx", linked("hyperlink", "\\\\evil.cn\\x")),
        ("a.docx", linked("attachedTemplate", "https://evil.cn/x", "Ext&#101;rnal")),
        ("a.docx", linked("oleObject", "media/x.png", "Internal")),
        ("a.docx", word(kind="application/vnd.ms-word.document.macroEnabled.main+xml")),
        ("a.docx", word(told='<Override PartName="/word/x.xml" ContentType="x/vnd.ms-excel.macrosheet+xml"/>')),
        ("a.docx", word(told='<Default Extension="xml" ContentType="application/vnd.ms-office.vbaProject"/>')),
        ("a.docx", word(told='<Override PartName="/word/Document.xml" ContentType="text/xml"/>')),
        ("a.docx", word(relations='<!DOCTYPE x [<!ENTITY a "b">]>')), ("a.docx", word(relations="<")),
    ],
)  # fmt: skip
def test_an_attachment_that_is_a_script_is_refused(world: World, name, data):
    made = draft(world)
    with pytest.raises(ValidationError):
        services.add_file(made, SimpleUploadedFile(name, data), by=made.owner)
    assert not ArticleFile.objects.exists()


def test_what_honest_programs_write_is_taken(world: World, tmp_path):
    made, path = draft(world), tmp_path / "名单.xlsx"
    workbook.write(path, "名单", [workbook.Column("姓名", 28)], [["张三"]], count=1)
    parts = (
        "docProps/app.xml", "docProps/thumbnail.jpeg", "customXml/item1.xml", "word/theme/theme1.xml",
        "word/media/image1.png", "word/fonts/font1.odttf", "word/charts/chart1.xml", "word/commentsExtended.xml",
    )  # fmt: skip
    for name, data in (("a.docx", word(*parts)), ("b.docx", linked("hyperlink", "https://example.cn/")),
                       ("名单.xlsx", path.read_bytes())):  # fmt: skip
        services.add_file(made, SimpleUploadedFile(name, data), by=made.owner)
    assert made.files.count() == 3


def test_the_list_of_a_file_of_many_parts_is_not_read(world: World, monkeypatch):
    made, many = draft(world), word(*(f"word/part{number:032}.xml" for number in range(12_000)))
    monkeypatch.setattr("attachments.zips.ZipFile", lambda path: pytest.fail("read"))
    with pytest.raises(ValidationError, match="不符"):
        services.add_file(made, SimpleUploadedFile("a.docx", many), by=made.owner)


def test_attachments_are_downloaded_never_opened(world: World, client):
    made = draft(world)
    services.add_file(made, SimpleUploadedFile("申报表.docx", word()), by=made.owner)
    services.add_file(made, paper(), by=made.owner)
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    page = client.get(made.publication.get_absolute_url()).content.decode()
    for kept in made.files.all():
        assert kept.name in page
        answer = client.get(kept.get_absolute_url())
        assert b"".join(answer.streaming_content)
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_what_is_added_to_a_published_text_waits_for_its_review_as_the_words_do(world: World, client):
    made = published(world)
    made = move(made, "revise", made.owner)
    added = [
        services.add_file(made, paper(), by=made.owner),
        services.add_picture(made, image(), alt="x", by=made.owner),
    ]
    pages = ("/", made.publication.get_absolute_url(), "/news/?files=1")

    def found() -> list[bool]:
        texts = [client.get(page).content.decode() for page in pages]
        return [added[0].name in text for text in texts[:2]] + [TEXT["title"] in texts[2]]

    def answers() -> list[int]:
        told = [client.get(file.get_absolute_url()) for file in added]
        for answer in told:
            answer.close()
        return [answer.status_code for answer in told]

    officer, first = world.client("p1"), f"/news/write/{made.pk}/preview/1/"
    for action in ("submit", "return", "submit"):
        assert (found(), answers()) == ([False] * 3, [404, 404])
        assert added[0].name not in officer.get(first).content.decode()
        move(made, action, world.user("p1") if action == "return" else made.owner, WORDS if action == "return" else "")
    assert added[0].name in officer.get(f"/review/articles/case/{made.pk}/").content.decode()
    move(made, "pass", world.user("p1"))
    assert (found(), answers()) == ([True] * 3, [200, 200])


def test_what_is_taken_off_a_published_text_stays_public_until_that_is_reviewed(world: World, client):
    made = draft(world)
    kept = services.add_file(made, paper(), by=made.owner)
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    made = move(made, "revise", made.owner)
    author = world.client("wh1")
    author.post(f"/news/write/{made.pk}/files/{kept.pk}/remove/", follow=True)
    assert kept.name not in author.get(f"/news/write/{made.pk}/").content.decode()
    public, first, second = (
        made.publication.get_absolute_url(),
        *(f"/news/write/{made.pk}/preview/{number}/" for number in (1, 2)),
    )

    def has(page: str, who=client) -> bool:
        return kept.name in who.get(page).content.decode()

    def answer() -> int:
        told = client.get(kept.get_absolute_url())
        told.close()
        return told.status_code

    officer = world.client("p1")
    move(made, "submit", made.owner)
    assert (has(public), answer()) == (True, 200)
    assert (has(first, officer), has(second, officer)) == (True, False)
    move(made, "pass", world.user("p1"))
    assert (has(public), answer()) == (False, 404)
    assert has(first, author)


def test_a_stale_removal_gives_no_later_version_its_file_back(world: World, client):
    made = draft(world)
    kept = services.add_file(made, paper(), by=made.owner)
    picture = services.add_picture(made, image(), alt="x", by=made.owner)
    author = world.client("wh1")

    def remove(file: ArticleFile) -> str:
        answer = author.post(f"/news/write/{made.pk}/files/{file.pk}/remove/", follow=True)
        return answer.content.decode()

    move(made, "submit", made.owner)
    assert "不能修改" in remove(kept)
    move(made, "return", world.user("p1"), WORDS)
    assert "已删除" in remove(kept)
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    move(made, "revise", made.owner)
    assert "已经删除" in remove(kept)
    kept.refresh_from_db()
    assert kept.until == 1
    assert client.get(kept.get_absolute_url()).status_code == 404
    remove(picture)  # stands in a text: no button takes it off
    picture.refresh_from_db()
    assert picture.until is None


def test_a_file_sent_too_late_is_in_no_version_that_is_judged(world: World):
    made = draft(world)
    move(made, "submit", made.owner)
    for late in (lambda: services.add_file(made, paper(), by=made.owner),
                 lambda: services.add_picture(made, image(), alt="x", by=made.owner)):  # fmt: skip
        with pytest.raises(ValidationError, match="不能修改"):
            late()  # `made` is as it was read before
    assert not ArticleFile.objects.exists()


def test_a_picture_of_another_text_is_not_published(world: World):
    one, other = draft(world), draft(world, title="另一篇")
    address = services.add_picture(one, image(), alt="果园", by=one.owner).get_absolute_url()
    author = world.client("wh1")
    fields = TEXT | {"channel": "news", "body": f'<p>文</p><img src="{address}" alt="果园">'}
    for made, copied in ((one, False), (other, True)):
        sent = fields | {"version": made.version, "seen": made.seen, "submit_review": "1"}
        page = author.post(f"/news/write/{made.pk}/edit/", sent, follow=True).content.decode()
        assert ("1 张图片是从别处复制来的" in page) is copied
        made.refresh_from_db()
        assert (made.state, address in made.body) == (flow.DRAFT if copied else flow.REVIEWING, True)


def test_pictures_count_while_they_stand_in_the_text(world: World, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(services, "MAX_FILES", 3)
    made = draft(world)

    def add() -> ArticleFile:
        with django_capture_on_commit_callbacks(execute=True):
            return services.add_picture(made, image(), alt="x", by=made.owner)

    def use(*pictures: ArticleFile) -> None:
        made.refresh_from_db()
        body = "".join(f'<img src="{one.get_absolute_url()}" alt="x">' for one in pictures)
        services.save(made, actor=made.owner, version=made.version, values={"body": body})

    first, *others = (add() for _ in range(5))
    kept = list(made.files.all())
    assert kept == others[1:]  # of those that no text has, as many as a text may have
    assert [services.path_of(one).exists() for one in (first, *kept)] == [False, True, True, True]
    services.add_file(made, paper(), by=made.owner)
    use(*kept[:2])
    for refused in (add, lambda: services.add_file(made, paper(), by=made.owner)):
        with pytest.raises(ValidationError, match="最多上传 3 个"):
            refused()
    use(kept[0])
    added = add()
    use(kept[0], added)
    move(made, "submit", made.owner)
    move(made, "return", world.user("p1"), WORDS)
    use()
    for _ in range(5):
        add()
    assert {kept[0], added} <= set(made.files.all())  # the version that was judged has them


@pytest.mark.parametrize(("free", "kept"), [(49, 0), (50, 3)])
def test_whatever_is_uploaded_a_twentieth_of_the_disk_stays_free(world: World, monkeypatch, free, kept):
    made = draft(world)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: (1000, 1000 - free, free))
    for upload in (lambda: services.add_file(made, SimpleUploadedFile("申报表.docx", word()), by=made.owner),
                   lambda: services.add_file(made, paper(), by=made.owner),
                   lambda: services.add_picture(made, image(), alt="x", by=made.owner)):  # fmt: skip
        with nullcontext() if kept else pytest.raises(ValidationError, match="存储空间不足"):
            upload()
    assert ArticleFile.objects.count() == kept


def test_drafts_have_a_limit_and_one_that_was_not_touched_is_taken_up_again(world: World, monkeypatch):
    author, new = world.client("wh1"), "/news/write/new/"
    first = author.post(new, {"channel": "news"})
    assert author.post(new, {"channel": "case"}).url == first.url
    assert Article.objects.get().channel == "case"
    monkeypatch.setattr("review.drafts.MOST", 1)
    made = Article.objects.get()
    services.save(made, actor=made.owner, version=0, values=TEXT)
    assert "未提交的信息已有 1 篇" in author.post(new, follow=True).content.decode()
    move(made, "submit", made.owner)
    author.post(new)
    assert Article.objects.count() == 2


# Lists


@pytest.mark.parametrize("near", [0, 1, 7, 24, 25, 100])
def test_a_search_finds_the_same_in_the_same_order_however_far_it_looks_by_itself(world, client, monkeypatch, near):
    monkeypatch.setattr("review.search.NEAR", near)
    owner, now = world.user("wh1"), timezone.now()
    for number in range(50):
        made = Article.objects.create(owner=owner, source=owner.desks[0], **TEXT)
        words = f"第 {number} 条{'脐橙' if number % 2 else '茶叶'}"
        Publication.objects.create(
            article=made, revision=1, channel="news", title=words, summary="摘要", html="<p>x</p>", source="来源",
            shown_from=now - timedelta(minutes=number), search=search.text_of(words),
        )  # fmt: skip
    first = client.get("/news/?q=脐橙").context
    second = client.get("/news/", {"q": "脐橙", "page": first["page"].next}).context
    last = client.get("/news/", {"q": "脐橙", "page": first["page"].last}).context
    titles = [f"第 {number} 条脐橙" for number in range(1, 50, 2)]
    assert [row.title for row in (*first["rows"], *second["rows"])] == titles
    assert [row.title for row in last["rows"]] == titles[-20:]
    assert second["page"].next is None


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_public_lists_cost_the_same_for_any_number(world: World, client, rows, django_assert_num_queries):
    owner = world.user("wh1")
    for number in range(rows):
        made = Article.objects.create(owner=owner, source=owner.desks[0], **TEXT)
        Publication.objects.create(
            article=made, revision=1, channel="news", title=f"第 {number} 条", summary="摘要", html="<p>x</p>",
            source="来源", shown_from=timezone.now(), search=search.text_of(f"第 {number} 条脐橙"),
        )  # fmt: skip
    client.get("/news/?q=脐橙")  # the first of an hour begins a count
    # three count the search, three look for needs; what fills the page need not ask the index of words
    searched = 10 if rows < 20 else 9
    for address, queries in {"/news/": 4, "/news/?channel=news": 4, "/news/?q=脐橙": searched, "/news/rss/": 1}.items():
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
    with django_assert_num_queries(4):
        client.get(f"/news/{Publication.objects.first().pk}/")
    if rows == 30:
        first = client.get("/news/")
        more = client.get(f"/news/?page={first.context['page'].next}")
        assert len(more.context["rows"]) == 10


def test_the_pinned_stand_on_top_of_the_first_page(world: World, client):
    old = published(world, title="旧的置顶").publication
    published(world, title="新的")
    officer, address = world.client("p1"), f"{old.get_absolute_url()}pin/"

    def pinned() -> bool:
        page = client.get("/news/").content.decode()
        assert page.count("旧的置顶") == 1
        return page.index("旧的置顶") < page.index("新的")

    assert not pinned()
    for name in ("wh1", "yc1", "s1", ""):
        assert world.client(name).post(address, {"pinned": "1"}).status_code in (302, 403)
    assert not pinned()
    for _ in range(2):  # a second click is no second act
        assert "取消置顶" in officer.post(address, {"pinned": "1"}, follow=True).content.decode()
    assert pinned()
    made = old.article
    move(made, "revise", made.owner)
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    assert pinned()
    officer.post(address, {"pinned": "0"})
    assert not pinned()
    acts = AuditEntry.objects.filter(object_type="portal.publication", object_id=old.pk).order_by("number")
    assert [act.text for act in acts] == ["置顶《旧的置顶》", "取消置顶《旧的置顶》"]
    officer.post(address, {"pinned": "1"})
    move(made, "take_down", world.user("p1"), WORDS)
    assert officer.post(address, {"pinned": "1"}).status_code == 404
    assert not Publication.objects.get(pk=old.pk).pinned


def test_only_the_province_pins(world: World):
    out = published(world).publication
    for name in ("wh1", "yc1", "s1", "a1"):
        with pytest.raises(Refused, match="无权置顶"):
            services.pin(out, actor=world.user(name), pinned=True)
    made = draft(world, "p1")
    fields = {"pinned": "1", "version": made.version, **TEXT, "channel": "news"}
    world.client("p1").post(f"/news/write/{made.pk}/edit/", fields)
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    assert not Publication.objects.filter(pinned=True).exists()


# Taking down


@pytest.mark.parametrize("state", [flow.PUBLISHED, flow.DRAFT, flow.REVIEWING, flow.RETURNED])
def test_the_province_takes_down_wherever_the_author_is_with_a_new_version(world: World, client, state):
    made = published(world)
    if state != flow.PUBLISHED:
        move(made, "revise", made.owner)
        made.refresh_from_db()
        services.save(made, actor=made.owner, version=made.version, values={"title": "新标题"})
    if state in (flow.REVIEWING, flow.RETURNED):
        move(made, "submit", made.owner)
    if state == flow.RETURNED:
        move(made, "return", world.user("p1"), WORDS)
    article, address = Article.objects.get(pk=made.pk), made.publication.get_absolute_url()
    assert article.state == state
    officer = world.client("p1")
    assert f"{address}take-down/" in officer.get(address).content.decode()
    assert "take-down" not in client.get(address).content.decode()
    for name in ("wh1", "yc1", ""):
        refused = world.client(name).post(f"{address}take-down/", {"seen": article.seen, "comment": "x"})
        assert refused.status_code in (302, 403)
    assert officer.get(f"{address}take-down/").status_code == 200
    empty = officer.post(f"{address}take-down/", {"seen": article.seen, "comment": " "})
    assert (empty.status_code, "请填写撤下原因" in empty.content.decode()) == (422, True)
    stale = officer.post(f"{address}take-down/", {"seen": article.seen + 1, "comment": WORDS})
    assert (stale.status_code, WORDS in stale.content.decode()) == (409, True)
    assert shown() == [TEXT["title"]]
    assert officer.post(f"{address}take-down/", {"seen": article.seen, "comment": WORDS}).status_code == 302
    assert shown() == []
    assert client.get(address).status_code == 404
    article.refresh_from_db()
    assert (article.state, article.steps.latest("number").organisation.kind) == (flow.WITHDRAWN, "province")
    assert WORDS in world.client("wh1").get(f"/news/write/{made.pk}/").content.decode()
    assert "撤下" in world.client("wh1").get("/inbox/").content.decode()
    assert article.title == (TEXT["title"] if state == flow.PUBLISHED else "新标题")
    move(article, "submit", made.owner)
    move(article, "pass", world.user("p1"))
    assert shown() == [article.title]


def test_what_is_not_public_is_not_taken_down(world: World):
    made = draft(world)
    with pytest.raises(Refused, match="没有在发布"):
        services.take_down(made, actor=world.user("p1"), seen=made.seen, comment=WORDS)
    own = draft(world, "p1")
    move(own, "submit", own.owner)
    own.refresh_from_db()
    assert {one.action for one in own.moves_for(own.owner)} == {"withdraw", "pass", "return"}
    with pytest.raises(Refused, match="没有在发布"):
        services.take_down(own, actor=own.owner, seen=own.seen, comment=WORDS)
    move(made, "submit", made.owner)
    made.refresh_from_db()
    for name in ("wh2", "yc1"):
        with pytest.raises(Refused):
            services.take_down(made, actor=world.user(name), seen=made.seen, comment=WORDS)


def test_the_form_says_what_must_be_filled_in(world: World):
    text = world.client("wh1").get(f"/news/write/{draft(world).pk}/edit/").content.decode()
    assert "各项均须填写" not in text
    assert "标题、摘要、正文须填写" in text
