"""The public's channels, and the pages of those who write for them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import held
from accounts.access import role_required, signed_in
from accounts.http import SignedInRequest
from applications.docking.selectors import needs_found
from attachments.responses import pdf_response
from portal.articles import richtext, selectors, services
from portal.articles.documents import SECTIONS, article_document
from portal.articles.forms import ArticleForm, PictureForm, ReasonForm
from portal.articles.models import Article, ArticleFile, Channel, Publication
from review import drafts, notices, search
from review.drafts import seen_of
from review.flow import APPLICANT
from review.refusal import Problem, Refused
from review.selectors import revision_of
from review.services import perform
from review.views import Kept, list_page, pager_of

writer = role_required("portal.write_article")
publisher = role_required("portal.act_publish")
PINNED = 5
TYPES = {
    ".jpg": "image/jpeg", ".png": "image/png",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


# ---- the public ----


@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """One channel or all, newest first, the pinned on top; or what a search finds, needs beside articles."""
    channel, words = request.GET.get("channel", ""), request.GET.get("q", "").strip()[: search.MAX_SEARCH]
    if channel and channel not in Channel.values:
        raise Http404
    files = request.GET.get("files") == "1"
    searched = bool(search.parts_of(words))
    label = Channel(channel).label if channel else "资料下载" if files else ""
    context = {
        "channel": channel, "channel_label": label, "files": files, "words": words, "searched": searched,
        "narrow": bool(channel or files),
    }  # fmt: skip
    if searched and search.too_often(request):
        return render(request, "articles/list.html", context | {"too_often": search.TOO_OFTEN}, status=429)
    rows = Publication.objects.shown().defer("html", "search")
    if channel:
        rows = rows.filter(channel=channel)
    if files:
        rows = rows.with_files()
    ways = (lambda rows: rows.found_near(words), lambda rows: rows.found(words)) if searched else ()
    first = not request.GET.get("page")
    on_top = first and not words and not files
    pinned = list(rows.filter(pinned=True).order_by("-shown_from", "-id")[:PINNED]) if on_top else []
    page = list_page(request, rows, keys=("shown_from", "id"), descending=True, counted=not searched, search=ways)
    context |= {
        "pinned": pinned, "rows": [row for row in page.rows if row not in pinned], "page": page,
        "pager": pager_of(Kept(channel=channel, files="1" if files else "", q=words), page),
        "needs": needs_found(words) if searched and first and not context["narrow"] else [],
    }  # fmt: skip
    return render(request, "articles/list.html", context)


@require_safe
def public(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Publication.objects.shown().select_related("article__notice").defer("search", "article__body")
    found = get_object_or_404(rows, pk=pk)
    files = ArticleFile.objects.to_download().of_version(found.revision).filter(article=found.article_id)
    context = {"article": found, "html": richtext.Rich(found.html), "files": files}
    return render(request, "articles/public.html", context | _names(request, found.article, found.shown_from))


def _names(request: HttpRequest, article: Article, shown_from: datetime | None) -> dict:
    """Of a 公示, a page of its names and the days it lasts, once it is out; of any other article nothing."""
    notice = article.named
    if notice is None:
        return {}
    period = notice.period(shown_from) if shown_from else None
    return {"notice": notice, "period": period, "names": notice.names(request.GET.get("names", ""))}


@require_safe
def file(request: HttpRequest, key) -> HttpResponseBase:
    """A picture or a file of an article: to the public while it is shown, before that to who may see it."""
    found = get_object_or_404(ArticleFile.objects.select_related("stored"), pk=key)
    if not selectors.may_read_file(found, request.user):
        raise Http404
    if found.stored:
        return pdf_response(found.stored, found.name)
    picture = found.kind == ArticleFile.Kind.PICTURE
    try:
        response = FileResponse(services.path_of(found).open("rb"), content_type=TYPES[found.suffix])
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = content_disposition_header(not picture, found.name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    public_now = picture and selectors.is_public(found)
    response["Cache-Control"] = "public, max-age=3600" if public_now else "private, no-store"
    return response


@require_safe
def out(request: HttpRequest) -> HttpResponse:
    """Between an article and another site: says where the link leads (N03). Only what stands in a text of ours: else
    anybody's link would look like one of this site's."""
    try:
        to = richtext.leads_to(request.GET.get("to", ""))
        host = urlsplit(to).hostname
    except (BadSignature, ValueError) as error:
        raise Http404 from error
    return render(request, "articles/out.html", {"to": to, "host": host})


@publisher
@require_http_methods(["GET", "HEAD", "POST"])
def take_down(request: SignedInRequest, pk: int) -> HttpResponse:
    """「撤下」 by the province, from the public page: also while the author writes a new version."""
    found = get_object_or_404(Publication.objects.defer("html", "search"), pk=pk, withdrawn=False)
    own = Article.objects.for_review().get(pk=found.article_id)
    form = ReasonForm(held.typed(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                comment = form.cleaned_data["comment"]
                services.take_down(own, actor=request.user, seen=seen_of(request), comment=comment)
                messages.success(request, f"《{found}》已撤下，不再公开。")
                return redirect("articles:list")
            except Refused as refusal:
                messages.error(request, refusal.reason)
                status = 409
    context = {"article": found, "own": own, "form": form}
    return render(request, "articles/take_down.html", context, status=status)


@publisher
@require_POST
def pin(request: SignedInRequest, pk: int) -> HttpResponse:
    """「置顶」, 「取消置顶」 on the public page."""
    found = get_object_or_404(Publication.objects.shown().defer("html", "search"), pk=pk)
    pinned = request.POST.get("pinned") == "1"
    try:
        services.pin(found, actor=request.user, pinned=pinned)
        messages.success(request, "已置顶，排在本栏目最前面。" if pinned else "已取消置顶。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect(found)


# ---- those who write ----


def _mine(request: SignedInRequest, pk: int) -> Article:
    """One of this person's office's; anybody else's is not there."""
    return get_object_or_404(Article.objects.for_review().owned_by(request.user), pk=pk)


@writer
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """「信息发布」: what this person's office has written, and where it is."""
    page = list_page(request, selectors.mine(request.user), keys=("since", "id"), descending=True)
    context = {"rows": page.rows, "page": page, "pager": pager_of(Kept(), page), "channels": Channel.choices}
    return render(request, "articles/mine.html", context)


@writer
@require_POST
def new(request: SignedInRequest) -> HttpResponse:
    channel = request.POST.get("channel", "")
    try:
        made = services.begin(actor=request.user, channel=channel if channel in Channel.values else Channel.NEWS)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("articles:mine")
    return redirect("articles:edit", made.pk)


@writer
@require_safe
def article(request: SignedInRequest, pk: int) -> HttpResponse:
    """A text of one's office: where it is, what the review said, what can be done."""
    own = _mine(request, pk)
    last = own.steps.order_by("-number").first()
    missing = selectors.missing(own) if own.editable else []
    moves = [move for move in own.moves_for(request.user) if move.by == APPLICANT]
    context = {
        "article": own, "path": selectors.way(own), "moves": [move for move in moves if not (move.guard and missing)],
        "missing": missing, "versions": selectors.versions(own, own.revision_number),
        "returned": last if last and own.returned_from else None,
        "document": article_document(own), "publication": getattr(own, "publication", None),
        "files": own.files.to_download().of_draft(), "told": notices.told_by_action(own, request.user),
    }  # fmt: skip
    return render(request, "articles/article.html", context)


@writer
@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"style-src": ["'self'"], "style-src-attr": ["'unsafe-inline'"]})  # type: ignore[arg-type]  # the editor's
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """「提交」 keeps what is typed; 「提交审核」 also sends it."""
    own = _mine(request, pk)
    form = ArticleForm(held.typed(request), instance=own)
    if not own.editable:
        reason = f"当前状态为「{own.state_label}」，不能修改。"
        page = partial(_form_page, request, own, form, status=409)
        return drafts.closed(request, form, reason, away=redirect("articles:article", pk), page=page)
    status = 422 if request.method == "POST" else 200
    problems: Sequence[Problem] = ()
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, own, form)
            if "submit_review" in request.POST:
                perform(_mine(request, pk), "submit", actor=request.user, seen=seen_of(request))
                messages.success(request, "已提交审核。")
            else:
                messages.success(request, "已保存。")
            return redirect("articles:article", pk)
        except Refused as refusal:
            messages.error(request, f"已保存，但还不能提交：{refusal.reason}" if refusal.problems else refusal.reason)
            problems, status = refusal.problems, 409
    return _form_page(request, _mine(request, pk), form, problems=problems, status=status)


def _form_page(
    request: SignedInRequest, own: Article, form: ArticleForm, *, problems: Sequence[Problem] = (), status: int
) -> HttpResponse:
    context = {
        "article": own, "form": form, "sections": _section_states(own), "problems": problems, "seen": own.seen,
        "closed": not own.editable, "told": notices.told_by_action(own, request.user).get("submit"),
    }  # fmt: skip
    return render(request, "articles/edit.html", context, status=status)


def _save(request: SignedInRequest, own: Article, form: ArticleForm) -> Article:
    saved = services.save(own, actor=request.user, version=form.cleaned_data["version"], values=form.values())
    form.renew(saved.version)
    return saved


def _section_states(own: Article) -> list[tuple[str, int]]:
    return drafts.empty_by_section(SECTIONS, selectors.missing(own))


@writer
@require_POST
def autosave(request: SignedInRequest, pk: int) -> JsonResponse:
    own = _mine(request, pk)
    form = ArticleForm(request.POST, instance=own)
    return drafts.autosaved(form, lambda: _save(request, own, form), lambda: _section_states(_mine(request, pk)))


@writer
@require_POST
def move(request: SignedInRequest, pk: int, action: str) -> HttpResponse:
    """「提交审核」, 「撤回」, 「修改」 of one's own."""
    own = _mine(request, pk)
    try:
        moved = perform(own, action, actor=request.user, seen=seen_of(request))
        messages.success(request, f"当前状态：{moved.state_label}。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("articles:article", pk)
    return redirect("articles:edit" if moved.editable else "articles:article", pk)


@signed_in
@require_safe
def preview(request: SignedInRequest, pk: int, revision: int) -> HttpResponse:
    """A version as the public would see it, out of what was frozen; revision 0: as it stands now, for its office."""
    rows = Article.objects.visible_to(request.user).select_related("source", "notice")
    found = get_object_or_404(rows, pk=pk)
    frozen = revision_of(found, request.user, revision) if revision else None
    if frozen is None and (revision or not found.belongs_to(request.user)):
        raise Http404
    texts = (frozen.document if frozen else article_document(found)).texts()
    files = found.files.to_download()
    context = {
        "article": {
            "title": texts["title"], "summary": texts["summary"], "source": texts["source"], "shown_from": None,
            "get_channel_display": texts["channel"],
        },
        "html": richtext.Rich(selectors.html_of(found, revision)),
        "preview": f"第 {revision} 版" if revision else "正在填写的版本",
        "files": files.of_version(revision) if revision else files.of_draft(),
    }  # fmt: skip
    return render(request, "articles/public.html", context | _names(request, found, None))


@writer
@require_POST
def upload_picture(request: SignedInRequest, pk: int) -> JsonResponse:
    """For the editor's script: {url, alt} of the picture kept, or {message}."""
    own, form = _mine(request, pk), PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"message": "请选择图片并填写替代文字（100 字以内）。"}, status=422)
    try:
        kept = services.add_picture(own, form.cleaned_data["file"], alt=form.cleaned_data["alt"], by=request.user)
    except ValidationError as error:
        return JsonResponse({"message": error.messages[0]}, status=422)
    return JsonResponse({"url": kept.get_absolute_url(), "alt": kept.alt})


@writer
@require_POST
def upload_file(request: SignedInRequest, pk: int) -> HttpResponse:
    own, upload = _mine(request, pk), request.FILES.get("file")
    try:
        if upload is None:
            raise ValidationError("请选择要上传的附件。")
        kept = services.add_file(own, upload, by=request.user)
        messages.success(request, f"附件「{kept.name}」已上传。")
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("articles:article", pk)


@writer
@require_POST
def remove_file(request: SignedInRequest, pk: int, key) -> HttpResponse:
    found = get_object_or_404(ArticleFile.objects.to_download(), pk=key, article=_mine(request, pk))
    try:
        services.remove_file(found, actor=request.user)
        messages.success(request, f"附件「{found.name}」已删除。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("articles:article", pk)
