"""「提出异议」 for everybody; 「名单公示」 and 「公示异议」 for the office that runs the batch."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, held, limits
from accounts.access import client_ip, role_required
from accounts.http import SignedInRequest
from applications.models import Batch
from portal.articles.models import Publication
from portal.publicity import selectors, services
from portal.publicity.forms import AnswerForm, ObjectionForm
from portal.publicity.models import Objection
from review.refusal import Refused
from review.views import Kept, list_page, pager_of

keeper = role_required("portal.run_publicity")


# ---- the public ----


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def objection_form(request: HttpRequest, pk: int) -> HttpResponse:
    """「提出异议」, while the period lasts; afterwards a sentence says so, and what was typed is not lost."""
    rows = Publication.objects.shown().select_related("article__notice").defer("html", "search", "article__body")
    found = get_object_or_404(rows, pk=pk, article__notice__isnull=False)
    notice = found.article.notice
    period = notice.period(found.shown_from)
    form = ObjectionForm(request, request.POST if request.method == "POST" else None)
    context = {"article": found, "form": form, "period": period}
    if request.method != "POST" or period.over:
        return render(request, "publicity/object.html", context, status=409 if request.method == "POST" else 200)
    valid = form.is_valid()
    # behind a solved captcha each try counts, as with registering
    if not form.has_error("captcha") and limits.exceeded(
        "objection", client_ip(request), limit=settings.OBJECTIONS_PER_HOUR
    ):
        return render(request, "publicity/object.html", context | {"too_often": True}, status=429)
    if not valid:
        return render(request, "publicity/object.html", context, status=422)
    names = ("name", "contact", "content")
    kept = services.object_to(notice, **{name: form.cleaned_data[name] for name in names})
    return redirect("publicity:receipt", kept.code)


@never_cache
@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What whoever holds the number may know: that it has come in, and the answer; not what was said, nor by whom."""
    rows = Objection.objects.select_related("notice__article__publication", "handled_for")
    found = get_object_or_404(rows, code=code)
    return render(request, "publicity/receipt.html", {"objection": found})


# ---- the office ----


@keeper
@require_safe
def notices(request: SignedInRequest) -> HttpResponse:
    """「名单公示」: the batches, whom they have selected, and the notices made of them."""
    return render(request, "publicity/notices.html", {"batches": selectors.batches(request.user)})


@keeper
@require_POST
def make(request: SignedInRequest, pk: int) -> HttpResponse:
    """「生成公示」: one step from the approved list to a draft that is submitted as any other notice."""
    batch = get_object_or_404(Batch, pk=pk, office__in=request.user.desk_ids)
    try:
        notice = services.make(batch, actor=request.user, again="again" in request.POST)
    except services.MadeAlready as refusal:
        messages.warning(request, f"{refusal.reason}确需另出一份的，请勾选「再次生成」。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, f"已生成公示草稿，{notice.count} 条。请核对后「提交审核」，发布之日起公示。")
        return redirect("articles:article", notice.article_id)
    return redirect("publicity:notices")


@keeper
@require_safe
def objections(request: SignedInRequest) -> HttpResponse:
    """「公示异议」: those that wait, or those that are done."""
    done = request.GET.get("done") == "1"
    rows = selectors.objections(request.user, done=done)
    page = list_page(request, rows, keys=("at", "id"), descending=done)  # those that wait: the oldest first
    kept = Kept(done="1" if done else "")
    context = {"rows": page.rows, "page": page, "pager": pager_of(kept, page), "done": done, "query": kept.query()}
    return render(request, "publicity/objections.html", context)


def _objection(request: SignedInRequest, pk: int) -> Objection:
    rows = Objection.objects.kept_by(request.user)
    return get_object_or_404(rows.select_related("notice__article__publication", "handled_by", "handled_for"), pk=pk)


@keeper
@require_safe
def objection(request: SignedInRequest, pk: int) -> HttpResponse:
    """One of them; who said it and how to reach them stays masked until it is asked for."""
    context = {"objection": _objection(request, pk), "form": AnswerForm(held.typed(request))}
    return render(request, "publicity/objection.html", context)


@never_cache
@keeper
@require_POST
def contact(request: SignedInRequest, pk: int) -> HttpResponse:
    """「查看姓名和联系方式」: shown once, and written down."""
    found = _objection(request, pk)
    audit.record(request, audit.Kind.REVEAL, "查看公示异议的姓名和联系方式", about=found)
    context = {"objection": found, "form": AnswerForm(), "revealed": True}
    return render(request, "publicity/objection.html", context)


@keeper
@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """「处理完毕」."""
    found, form = _objection(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return render(request, "publicity/objection.html", {"objection": found, "form": form}, status=422)
    try:
        services.handle(found, actor=request.user, answer=form.cleaned_data["answer"])
        messages.success(request, "操作成功，已处理完毕。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("publicity:objection", pk)
    return redirect("publicity:objections")
