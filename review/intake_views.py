"""「打包上传」: scans in by the pile, what goes where, filing it, and what the machine could not read, by hand."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.http import SignedInRequest
from attachments import intake as scans_in
from attachments.models import Intake
from attachments.uploadhandler import takes_many
from review import intake as piles
from review.forms import ArrangeForm, FilingForm, PackForm
from review.models import IntakeDocument
from review.refusal import Refused

SHOWN = 30  # of the earlier packs
LOOSE_SHOWN = 200  # pages to pick from at once: two fields each, of the thousand a form may have

packer = role_required(piles.PERMISSION)


def _mine(request: SignedInRequest, key: UUID, **conditions) -> Intake:
    return get_object_or_404(Intake.objects.select_related("job"), pk=key, uploaded_by=request.user, **conditions)


def _document(request: SignedInRequest, key: UUID, number: int) -> IntakeDocument:
    return get_object_or_404(_mine(request, key, ended=None).documents.select_related("intake"), number=number)


@takes_many(piles.PERMISSION)
@packer
@require_http_methods(["GET", "POST"])
def intakes(request: SignedInRequest) -> HttpResponse:
    """「打包上传」: the drop zone, and what was brought before."""
    form, status = PackForm(), 200
    if request.method == "POST":
        try:
            intake = piles.begin(request.FILES.getlist("scans"), by=request.user)
            return redirect("review:intake", intake.key)
        except ValidationError as error:
            form, status = PackForm(request.POST, request.FILES), 422
            form.errors["scans"] = form.error_class(error.messages)
    before = Intake.objects.filter(uploaded_by=request.user).select_related("job")[:SHOWN]
    context = {"form": form, "intakes": before, "limits": scans_in.LIMITS_TEXT}
    return render(request, "review/intakes.html", context, status=status)


@packer
@require_GET
def intake(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One pack: how far the reading is; then what goes where, and what is left for the hand."""
    found = _mine(request, key)
    return _page(request, found)


def _page(request: SignedInRequest, found: Intake, error: str = "", status: int = 200) -> HttpResponse:
    context: dict = {"intake": found, "crumbs": _crumbs(), "error": error}
    if found.read_in and not found.ended:
        order = list(piles.VERDICTS)
        rows = sorted(piles.rows(found, request.user), key=lambda row: order.index(row.verdict))
        loose = piles.loose(found)
        context |= {
            "rows": rows, "loose": loose, "coded": piles.named(loose.coded, request.user),
            "told": piles.told(rows),
            "counts": [
                (label, tone, sum(row.verdict == verdict for row in rows))
                for verdict, (label, tone) in piles.VERDICTS.items()
            ],
            "picked": request.POST.getlist("rows")
            if error
            else [row.value for row in rows if row.verdict == piles.FIT],
        }  # fmt: skip
    return render(request, "review/intake.html", context, status=status)


@packer
@require_POST
def read(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Read it again, where reading has not come to its end."""
    found = _mine(request, key, ended=None)
    try:
        piles.read_again(found)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("review:intake", key)


@packer
@require_POST
def file(request: SignedInRequest, key: UUID) -> HttpResponse:
    """「确认提交」: all that is ticked, at once, by a job."""
    found = _mine(request, key, ended=None)
    form = FilingForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(form.sentence)
        job = piles.file_rows(found, form.cleaned_data["seen"], by=request.user)
    except Refused as refusal:
        return _page(request, found, refusal.reason, 409 if form.is_valid() else 422)
    return redirect("attachments:job", job.key)


@packer
@require_POST
def end(request: SignedInRequest, key: UUID) -> HttpResponse:
    """「结束本批」: the scans are taken away; what was filed stays filed."""
    scans_in.end(_mine(request, key))
    messages.success(request, "已结束，这批扫描件的原文件已删除；已提交的材料不受影响。")
    return redirect("review:intakes")


@packer
@require_GET
def picture(request: SignedInRequest, key: UUID, at: int) -> HttpResponseBase:
    """A page as a picture, to its owner."""
    found = _mine(request, key, ended=None)
    try:
        response = FileResponse(found.picture(at).open("rb"), content_type="image/jpeg")
    except (IndexError, FileNotFoundError, AttributeError) as error:
        raise Http404 from error
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@packer
@require_http_methods(["GET", "POST"])
def arrange(request: SignedInRequest, key: UUID, number: int = 0) -> HttpResponse:
    """A document by hand: whose it is, its pages and their order, the pictures beside."""
    found = _mine(request, key, ended=None)
    document = _document(request, key, number) if number else None
    if found.read_in is None or (document and document.filed):
        return redirect("review:intake", key)
    stream = piles.pages_of(found)
    held = {at: (place, turn) for place, (at, turn) in enumerate(document.pages, 1)} if document else {}
    ats = piles.own_pages(found, document)[: LOOSE_SHOWN + len(held)]
    form = ArrangeForm(
        request.POST or None,
        cases=piles.open_cases(request.user),
        pages=[(at, *held.get(at, (0, stream[at].turn))) for at in ats],
        initial={"case": document.code if document else ""},
    )
    status, error = 422 if request.method == "POST" else 200, ""
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"] or form.cleaned_data["case"]
        try:
            piles.arrange(found, document, code=code, pages=form.chosen(), by=request.user)
            messages.success(request, "已保存，请在下面核对后确认提交。")
            return redirect("review:intake", key)
        except Refused as refusal:
            status, error = 409, refusal.reason
    row = piles.rows(found, request.user, [document])[0] if document else None
    context = {
        "intake": found, "document": document, "form": form, "row": row, "error": error,
        "pages": [(at, form[f"place_{at}"], form[f"turn_{at}"], stream[at]) for at in ats],
        "apart": document is not None and piles.made_by_hand(document),
        "crumbs": [*_crumbs(), {"label": str(found), "url": reverse("review:intake", args=(key,))}],
    }  # fmt: skip
    return render(request, "review/intake_document.html", context, status=status)


@packer
@require_POST
def apart(request: SignedInRequest, key: UUID, number: int) -> HttpResponse:
    """Undo a document made by hand: its pages are loose again."""
    try:
        piles.take_apart(_document(request, key, number))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("review:intake", key)


def _crumbs() -> list[dict[str, str]]:
    return [{"label": "打包上传", "url": reverse("review:intakes")}]
