"""Writes: a new article, its text, its pictures and files, and what the public gets of it."""

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts import audit
from accounts.models import Organisation, User
from attachments import office, storage, validation
from attachments.names import clean_file_name
from attachments.services import discard, room_for, store_pdf
from portal.articles import flow, richtext
from portal.articles.models import Article, ArticleFile, ArticleText, Channel, Publication
from portal.articles.selectors import writes_for
from review import drafts, search
from review.flow import Move
from review.refusal import Refused
from review.services import perform

MAX_PICTURE = 5 * 1024 * 1024
MAX_PIXELS, WIDEST = 40_000_000, 1600
MAX_FILES = 30
PUBLISHED_FIELDS = tuple(
    field.name for field in Publication._meta.concrete_fields if field.name not in ("id", "article", "pinned")
)
NOT_A_PICTURE = "图片打不开，只能上传 JPG、PNG、WebP 格式的图片。"


@transaction.atomic
def begin(*, actor: User, channel: str = Channel.NEWS, source: Organisation | None = None) -> Article:
    """A new draft in the name of `source`, or of the organisation its author acts for; one of theirs that was begun and
    not touched is taken up again. Raises `Refused` where there is none, or too many drafts."""
    source = source or writes_for(actor)
    if source is None:
        raise Refused("您还没有代表的机构，不能编写信息。")
    rows = Article.objects.filter(owner=actor, source=source, state=flow.DRAFT, step_count=0)
    untouched = drafts.untouched(actor, rows, rows.filter(version=0, files=None, notice=None), "信息", "篇")
    if untouched is not None:
        Article.objects.filter(pk=untouched.pk).update(channel=channel)
        untouched.channel = channel
        return untouched  # type: ignore[return-value]
    return Article.objects.create(owner=actor, source=source, channel=channel)


def save(article: Article, *, actor: User, version: int, values: dict) -> Article:
    """Write the given fields; raises `Refused` as `review.drafts.save` does."""
    if "body" in values:
        values = values | {"body": richtext.clean(values["body"])}
    values = values | {"saved_by": actor}
    return drafts.save(article, actor=actor, version=version, values=values)  # type: ignore[return-value]


def moved(rows: Sequence[tuple[Article, Move]]) -> None:
    """With the moves, in their transaction: the public gets the version that was reviewed, or no more of it."""
    _publish([article for article, move in rows if move.target == flow.PUBLISHED])
    down = [article.pk for article, move in rows if move.target == flow.WITHDRAWN]
    if down:
        Publication.objects.filter(article__in=down).update(withdrawn=True, pinned=False)


def _publish(articles: Sequence[Article]) -> None:
    """Three statements, however many there are."""
    if not articles:
        return
    texts = ArticleText.objects.filter(article__in=articles, number=F("article__revision_number"))
    html = dict(texts.values_list("article", "html"))
    earlier = {row.article_id: row for row in Publication.objects.filter(article__in=articles).defer("html", "search")}
    Publication.objects.bulk_create(
        (_publication(article, html[article.pk], earlier.get(article.pk)) for article in articles),
        update_conflicts=True, unique_fields=("article",), update_fields=PUBLISHED_FIELDS,
    )  # fmt: skip


def _publication(article: Article, html: str, earlier: Publication | None) -> Publication:
    """What is public already keeps its date; its place on top, too, which is not written here."""
    now = article.since
    first = earlier.shown_from if earlier and not earlier.withdrawn and earlier.shown_from <= now else now
    return Publication(
        article=article, revision=article.revision_number, channel=article.channel, title=article.title,
        summary=article.summary, html=html, source=article.source.name,
        shown_from=max(article.publish_at or first, first), expires_at=article.expires_at,
        search=search.text_of(article.title, article.summary, richtext.plain(html), article.source.name),
    )  # fmt: skip


def take_down(article: Article, *, actor: User, seen: int, comment: str) -> Article:
    """「撤下」 of what is public, wherever its author is with a new version. Raises `Refused`."""
    if not actor.has_perm("portal.act_publish"):
        raise Refused("您无权撤下这篇信息。")
    return perform(article, "take_down", actor=actor, seen=seen, comment=comment, standing_in=True)


@transaction.atomic
def pin(publication: Publication, *, actor: User, pinned: bool) -> None:
    """「置顶」 or 「取消置顶」 of what is public, whoever wrote it; once, and in 操作日志. Raises `Refused`."""
    office = Organisation.of_province()
    if not (actor.has_perm("portal.act_publish") and office and office.pk in actor.desk_ids):
        raise Refused("您无权置顶这篇信息。")
    if Publication.objects.shown().filter(pk=publication.pk, pinned=not pinned).update(pinned=pinned):
        words = "置顶" if pinned else "取消置顶"
        audit.record(actor, audit.Kind.OTHER, f"{words}《{publication}》", about=publication)


# ---- pictures and files ----


def add_picture(article: Article, upload: UploadedFile, *, alt: str, by: User) -> ArticleFile:
    """Keep a picture, drawn anew: no other data than its pixels. Raises `ValidationError` with a sentence."""
    _room(article, by)
    if not alt.strip():
        raise ValidationError("请填写图片的替代文字，看不见图片的人靠它了解内容。", code="alt")
    if not upload.size or upload.size > MAX_PICTURE:
        raise ValidationError("图片须在 5 MB 以内。", code="too_large")
    name, kind = upload.name or "", ArticleFile.Kind.PICTURE
    with room_for(upload, by=by) as folder:
        path = folder / "picture"
        data, suffix = _redrawn(upload.read())
        path.write_bytes(data)
        return _keep(article, path, kind=kind, name=name, suffix=suffix, alt=alt, by=by)


def _redrawn(data: bytes) -> tuple[bytes, str]:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError("图片过大，请缩小到 4000 万像素以内。", code="too_large")
            kind = "JPEG" if image.format == "JPEG" else "PNG"
            turned = ImageOps.exif_transpose(image)
            turned.thumbnail((WIDEST, WIDEST * 4))
            out = io.BytesIO()
            turned.convert("RGB" if kind == "JPEG" else "RGBA").save(out, kind, quality=88, optimize=True)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(NOT_A_PICTURE, code="picture") from error
    return out.getvalue(), ".jpg" if kind == "JPEG" else ".png"


def add_file(article: Article, upload: UploadedFile, *, by: User) -> ArticleFile:
    """Keep a file to be downloaded: PDF, or .docx/.xlsx without macros. Raises `ValidationError` with a sentence."""
    _room(article, by)
    name = (upload.name or "").strip()
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix == ".pdf":
        stored = store_pdf(upload, by=by)
        try:
            with transaction.atomic():
                return ArticleFile.objects.create(
                    article=article, kind=ArticleFile.Kind.FILE, name=stored.name, suffix=suffix, size=stored.size,
                    stored=stored, uploaded_by=by, revision=_room(article, by),
                )  # fmt: skip
        except BaseException:
            discard(stored)
            raise
    if suffix not in office.KINDS:
        raise ValidationError("附件只能是 PDF、Word（.docx）或 Excel（.xlsx）文件。", code="type")
    if not upload.size or upload.size > validation.MAX_BYTES:
        raise ValidationError(f"附件须在 {validation.MAX_MEGABYTES} MB 以内。", code="too_large")
    with room_for(upload, by=by) as folder:
        path = folder / "file"
        with path.open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        office.check(path, suffix)
        return _keep(article, path, kind=ArticleFile.Kind.FILE, name=name, suffix=suffix, by=by)


@transaction.atomic
def remove_file(file: ArticleFile, *, actor: User) -> None:
    """Take a file off the version being written; those before, the public one too, keep theirs. Raises `Refused`."""
    article = _held(file.article_id, actor)
    if not article.editable:
        raise Refused(f"当前状态为「{article.state_label}」，不能修改。")
    if not ArticleFile.objects.of_draft().filter(pk=file.pk).update(until=article.revision_number):
        raise Refused("这个附件已经删除。")


def _held(pk: int, actor: User) -> Article:
    return Article.objects.owned_by(actor).select_for_update().get(pk=pk)


@transaction.atomic
def _room(article: Article, by: User) -> int:
    """The number of the version being written, which stays so in the caller's transaction; there is room for a file.
    Raises `ValidationError`."""
    held = _held(article.pk, by)
    if not held.editable:
        raise ValidationError(f"当前状态为「{held.state_label}」，不能修改。", code="state")
    if held.files.of_draft().to_download().count() + len(richtext.pictures(held.body)) >= MAX_FILES:
        raise ValidationError(f"最多上传 {MAX_FILES} 个图片和附件。", code="many")
    return held.revision_number + 1


@transaction.atomic
def _keep(article: Article, path: Path, *, kind: str, name: str, suffix: str, by: User, alt: str = "") -> ArticleFile:
    row = ArticleFile(
        article=article, kind=kind, name=clean_file_name(name, suffix), alt=alt.strip()[:100], suffix=suffix,
        size=path.stat().st_size, uploaded_by=by, revision=_room(article, by),
    )  # fmt: skip
    storage.keep(path, path_of(row))
    row.save(force_insert=True)
    _drop_unused(article, row.revision)
    return row


def _drop_unused(article: Article, revision: int) -> None:
    """Pictures that came with the version being written and stand in no text: the latest stay, so that what is being
    typed, or taken back, has its own."""
    body = Article.objects.values_list("body", flat=True).get(pk=article.pk)
    rows = article.files.filter(kind=ArticleFile.Kind.PICTURE, revision=revision)
    unused = [row for row in rows if row.get_absolute_url() not in richtext.pictures(body)]
    for row in unused[:-MAX_FILES]:
        path = path_of(row)
        row.delete()
        transaction.on_commit(partial(path.unlink, missing_ok=True))


def path_of(file: ArticleFile) -> Path:
    """Where a picture or file lies; of a PDF, in the common store."""
    return file.stored.path if file.stored else storage.file_of(file.key, file.suffix)
