"""The applicant's pages: 个人申请表 and 团队申请表."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, held
from accounts.access import role_required, signed_in
from accounts.http import SignedInRequest
from applications import papers, selectors, services
from applications.docking import selectors as docking_selectors
from applications.documents import document_of, sections_of
from applications.forms import FORMS
from applications.models import Application, Batch, Match, SealedSheet
from applications.models.teams import MIN_PEOPLE
from attachments import sheets
from attachments.responses import paper_response
from review import drafts, notices
from review.drafts import DraftForm, seen_of
from review.refusal import Refused
from review.scans import UPLOAD
from review.selectors import history, may_read, path, revision_of
from review.services import perform
from review.uploads import TAKEN, received

DOCKED_SHOWN = 20
LEAST_TYPED, MOST_TYPED = 2, 50  # characters of a name before units are looked for, and how many are read
applicant = role_required("applications.apply_personal", "applications.apply_team")


def _mine(request: SignedInRequest) -> Application:
    """The application that the sent page showed, though they may work on another by now; of a page opened anew, the
    one they work on."""
    if "case" in request.POST:
        return get_object_or_404(selectors.applications_of(request.user), pk=seen_of(request, "case"))
    application = selectors.application_of(request.user)
    if application is None:
        raise Http404
    return application


@applicant
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """「个人申请表」: where it stands, what was said, and the one next step."""
    batch = Batch.current()
    application = selectors.application_of(request.user)
    elsewhere = batch is not None and (application is None or application.batch_id != batch.pk)
    mending = application is not None and application.mendable
    startable = elsewhere and not mending
    kind = Application.Kind.of(request.user)
    context: dict = {
        "open_batch": batch, "startable": startable, "application": application, "kind": kind,
        "next_batch": batch if elsewhere and mending else None,
    }  # fmt: skip
    if application is not None and not startable:
        missing = selectors.missing(application) if application.editable else []
        last = application.steps.order_by("-number").first()
        document = document_of(application).opened() if application.editable else _submitted(application)
        context |= {
            "path": path(application),
            "missing": missing,
            "stall": selectors.stall(application),
            "document": document,
            "returned": last if application.returned else None,
            "unchanged": application.returned and document.texts() == _submitted(application).texts(),
            "steps": history(application),
            "moves": (moves := {move.action: move for move in application.moves_for(request.user)}),
            "held": selectors.withdrawal_problems(application) if "withdraw" in moves else [],
            "told": notices.told_by_action(application, request.user),
        }
    return render(request, "applications/home.html", context)


def _submitted(application: Application):
    return application.revisions.get(number=application.revision_number).document.opened()


@applicant
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    batch = Batch.current()
    if batch is None:
        messages.error(request, "现在没有开放的申报批次。")
        return redirect("applications:home")
    application = selectors.application_of(request.user)
    if application and application.mendable and application.batch_id != batch.pk:
        messages.warning(request, f"请先办完「{application.batch}」退回的申请。")
        return redirect("applications:home")
    try:
        services.start(request.user, batch)
    except Refused as refusal:  # it closed a moment ago
        messages.error(request, refusal.reason)
        return redirect("applications:home")
    return redirect("applications:edit")


@applicant
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest) -> HttpResponse:
    """「填写」: 「提交」 saves what is there; 「提交审核」 saves and sends it on."""
    application = _mine(request)
    docked = list(docking_selectors.accepted_by(request.user)[:DOCKED_SHOWN]) if application.editable else []
    chosen = _chosen(request, application, docked)
    form = FORMS[type(application.form)](
        held.typed(request), instance=application.form,
        initial=docking_selectors.agreed_fields(chosen) if chosen else {},
    )  # fmt: skip
    page = partial(_form_page, request, form=form, docked=docked, chosen=chosen)
    if not application.editable:
        reason = f"申请当前状态为「{application.state_label}」，不能修改。"
        away = redirect("applications:home")
        return drafts.closed(request, form, reason, away=away, page=partial(page, application, status=409))
    if request.method == "POST" and form.is_valid():
        try:
            _save(application, request, form)
            if "submit_review" not in request.POST:
                left = len(selectors.missing(_mine(request)))
                messages.success(request, f"已保存，还有 {left} 项未填写。" if left else "已保存，可以「提交审核」了。")
                return redirect("applications:home")
            return _submit(request, _mine(request))
        except Refused as refusal:
            messages.error(request, refusal.reason)
            form.mark(refusal.problems, request.path)
            return page(_mine(request), problems=refusal.problems, status=409)
    return page(application, status=422 if request.method == "POST" else 200)


def _chosen(request: SignedInRequest, application: Application, docked: list[Match]) -> Match | None:
    """Which of 「已对接的单位」 fills the page: the one that was clicked, or the newest where nothing is written yet.
    It is saved only by whoever presses 「提交」."""
    if request.method != "GET":
        return None
    wanted = request.GET.get("match", "")
    blank = docked and not wanted and application.form.names_no_host
    return docked[0] if blank else next((match for match in docked if str(match.pk) == wanted), None)


@applicant
@require_safe
def hosts(request: SignedInRequest) -> JsonResponse:
    """What 「拟服务企业」 suggests while it is typed: {found: [{text, note, values: {field: value}}]}."""
    words = "".join(filter(str.isprintable, request.GET.get("q", "").strip()))[:MOST_TYPED]
    found = docking_selectors.hosts_called(words) if len(words) >= LEAST_TYPED else []
    return JsonResponse(
        {"found": [
            {"text": unit.name, "note": unit.location.full_name if unit.location else "",
             "values": docking_selectors.host_fields(unit, unit.location)}
            for unit in found
        ]}
    )  # fmt: skip


def _save(application: Application, request: SignedInRequest, form: DraftForm):
    saved = services.save_form(
        application, actor=request.user, version=form.cleaned_data["version"], values=form.values()
    )
    form.renew(saved.version)
    return saved


def _form_page(
    request, application: Application, *, form: DraftForm, docked: list[Match], chosen: Match | None, problems=(),
    status: int,
) -> HttpResponse:  # fmt: skip
    context = {
        "application": application,
        "form": form,
        "sections": _section_states(application),
        "profile_missing": [problem for problem in selectors.missing(application) if "基本信息" in problem.message],
        "problems": problems,
        "seen": application.seen,
        "closed": not application.editable,
        "told": notices.told_by_action(application, request.user).get("submit"),
        "docked": docked,
        "chosen": None if form.is_bound else chosen,
        "carried": _carried(application, docked),
        "minimum": MIN_PEOPLE,
    }
    return render(request, "applications/edit.html", context, status=status)


def _carried(application: Application, docked: list[Match]) -> Match | None:
    """Which of them the form had when it was begun, until it is saved."""
    form = application.form
    return next((match for match in docked if form.version == 0 and match.host.name == form.target_host), None)


def _section_states(application: Application) -> list[tuple[str, int]]:
    """(title, how many fields are still empty) of each section of the form."""
    empty = {name for name, _ in selectors.missing_form_fields(application.form)}
    return [(title, sum(name in empty for name in names)) for title, names in sections_of(application.form)]


@applicant
@require_POST
def autosave(request: SignedInRequest) -> JsonResponse:
    """Keep what is typed: fields that are wrong stay unsaved and are told when 「提交」 is pressed."""
    application = _mine(request)
    form = FORMS[type(application.form)](request.POST, instance=application.form)
    return drafts.autosaved(form, lambda: _save(application, request, form), lambda: _section_states(_mine(request)))


@applicant
@require_POST
def submit(request: SignedInRequest) -> HttpResponse:
    application = _mine(request)
    try:
        return _submit(request, application)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("applications:home")


def _submit(request: SignedInRequest, application: Application) -> HttpResponse:
    moved = perform(application, "submit", actor=request.user, seen=seen_of(request))
    messages.success(request, f"已提交审核，现由{moved.desk.name}办理。" if moved.desk else "已提交审核。")
    return redirect("applications:home")


@applicant
@require_POST
def withdraw(request: SignedInRequest) -> HttpResponse:
    try:
        moved = perform(_mine(request), "withdraw", actor=request.user, seen=seen_of(request))
        messages.success(request, f"已撤回，{moved.ends}前可以修改后再次提交审核。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("applications:home")


@signed_in
@require_safe
def application_pdf(request: SignedInRequest, pk: int, revision: int) -> HttpResponseBase:
    """个人申请表 as PDF, from a submitted revision that this person may read."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_review(), pk=pk)
    if (row := revision_of(application, request.user, revision)) is None:
        raise Http404
    full = selectors.may_read_identity(application, request.user)
    if full and not application.belongs_to(request.user) and "page" not in request.GET:
        audit.record(request, audit.Kind.REVEAL, "打开申请表，含完整证件号码", about=application)
    sheet = sheets.printed(papers.form_sheet(application, row, identity=full))
    return paper_response(request, sheet, papers.file_name(application, revision))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def seal(request: SignedInRequest, pk: int) -> HttpResponse:
    """The first desk uploads its sealed copy of an application (manual: 附件上传/下载 of cities and legal units)."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_review(), pk=pk)
    first = application.desk_for("first")
    if first is None or first.pk not in request.user.desk_ids:
        raise PermissionDenied
    form, status = received(
        request, lambda upload: services.upload_sealed(application, actor=request.user, upload=upload)
    )
    if status == TAKEN:
        messages.success(request, f"已上传{application.applicant_name}的盖章申请表，等待省科技厅核对。")
        return redirect("papers:folder")
    scans = [
        row for row in application.scans.select_related("file") if may_read(application, request.user, row.revision)
    ]
    sheet = SealedSheet.objects.visible_to(request.user).for_review().filter(pk=application.pk).first()
    became = selectors.became(sheet)
    for row in scans:
        row.became = became.get(row.number, "")
    bearer = sheet or selectors.sealed_of(application)
    uploads = [move for move in bearer.flow.moves_from(bearer.state) if move.action == UPLOAD]
    context = {
        "application": application, "form": form, "scans": scans, "sheet": sheet,
        "told": "".join(notices.audiences([bearer], uploads).values()),
        "closed": selectors.sealed_closed(application),
        "returned": sheet.steps.latest("number") if sheet and sheet.returned_from else None,
    }  # fmt: skip
    return render(request, "applications/seal.html", context, status=status)


@signed_in
@require_safe
def sealed(request: SignedInRequest, pk: int, number: int) -> HttpResponseBase:
    """A sealed copy, to those who may read the revision it was made from."""
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    row = get_object_or_404(application.scans.select_related("file"), number=number)
    if not (selectors.may_read_sealed(application, request.user) and may_read(application, request.user, row.revision)):
        raise Http404
    return paper_response(request, row.file, row.file.name)
