"""The officers' pages, generic over the processes of the registry: queue, records, one case, decide."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from accounts import held
from accounts.access import signed_in
from accounts.http import SignedInRequest
from review import notices, paging, papers, registry, selectors
from review.filters import CaseFilter
from review.flow import APPLICANT, Move, Stage
from review.forms import DecisionForm
from review.models import Handling, Reviewed
from review.refusal import Refused
from review.registry import Folder, Process
from review.services import Outcome, perform, perform_many

SIZES = tuple(map(str, paging.PAGE_SIZES))
RESULT = "review_result"  # session: what became of the rows of the last bulk decision, shown once


@signed_in
@require_safe
def queue(request: SignedInRequest, process: str, state: str) -> HttpResponse:
    return _queue_page(request, *_stage(request, process, state))


@signed_in
@require_safe
def records(request: SignedInRequest, process: str) -> HttpResponse:
    """审核记录: all that has come to this person's desks, with the live state of each stage."""
    found = _process(process)
    return render(request, "review/records.html", records_context(request, found))


def records_context(request: SignedInRequest, process: Process, *, folder: Folder | None = None) -> dict:
    """One page of what has come to this person's desks, or of what lies in a folder of their papers.

    Raises PermissionDenied without the right to see records.
    """
    _allow(request, process.model.records_permission())
    if folder is None:
        conditions = process.filters(request.GET, process=process)
        found = selectors.records(process, request.user)
    else:
        conditions = papers.conditions(process, folder, request.GET)
        found = papers.rows(process, folder, request.user)
    found, place = found.filter(conditions.q_of_records()), place_kept(request.GET)
    page = list_page(
        request, found, keys=("arrived_at", "id"), descending=True, counted=bool(folder) or not conditions.by_words
    )
    rows = _with_cases(process, page.rows, filed=folder is not None)
    return {
        "process": process, "filter": conditions, "rows": rows, "columns": process.screen_columns,
        "heads": process.heads_of([row.case.flow for row in rows]), "pager": pager_of(conditions, page),
        "query": conditions.query(), "back": conditions.query(**place),
    }  # fmt: skip


def _with_cases(process: Process, rows: list[Handling], *, filed: bool = False) -> list[Handling]:
    cases = process.model.objects.select_related(*process.related).prefetch_related(*process.prefetch)
    if filed:
        cases = cases.for_review().prefetch_related(f"{process.paper_of}scans__file")
    by_pk = cases.in_bulk([row.case_id for row in rows])
    for row in rows:
        row.case = by_pk[row.case_id]
    return rows


@signed_in
@require_safe
def case(request: SignedInRequest, process: str, pk: int) -> HttpResponse:
    found = _process(process)
    return _case_page(request, found, _visible(request, found, pk))


@signed_in
@require_POST
def decide(request: SignedInRequest, process: str) -> HttpResponse:
    """One decision (from the page of a case) or one for every ticked row (from a queue)."""
    found = _process(process)
    _allow(request, found.model.records_permission())
    form = DecisionForm(request.POST)
    single = request.POST.get("from") == "case"
    stage = found.queue(request.POST.get("queue", ""))
    if not form.is_valid():
        return _again(request, found, stage, single, Refused(form.sentence, words="comment" in form.errors))
    seen = form.cleaned_data["seen"]
    _visible_all(request, found, list(seen))
    back = _back(request, found)
    if single and len(seen) == 1:
        return _decide_one(request, found, stage, form, back, *next(iter(seen.items())))
    try:
        outcomes = perform_many(
            found.model,
            form.cleaned_data["action"],
            seen,
            actor=request.user,
            comment=form.cleaned_data["comment"],
        )
    except Refused as refusal:
        return _again(request, found, stage, single, refusal)
    refusals = [outcome.refusal for outcome in outcomes if outcome.refusal and outcome.refusal.words]
    if len(refusals) == len(outcomes):
        return _again(request, found, stage, single, refusals[0])
    request.session[RESULT] = {
        "done": [_result(found, outcome) for outcome in outcomes if not outcome.refusal],
        "refused": [_result(found, outcome) for outcome in outcomes if outcome.refusal],
        "unsaid": form.cleaned_data["comment"] if any(outcome.refusal for outcome in outcomes) else "",
    }
    return redirect(_queue_url(found, stage, back))


@signed_in
@require_POST
def remind(request: SignedInRequest, process: str, pk: int) -> HttpResponse:
    """「催办」, by the owner."""
    found = _process(process)
    own = get_object_or_404(found.model.objects.for_review().owned_by(request.user), pk=pk)
    try:
        messages.success(request, f"已催办，{notices.remind(own, actor=request.user).name}的办理人员会收到消息。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect(found.home)


def _back(request, process: Process) -> str:
    """The conditions and the page of the list a decision came from, and nothing else: read before anything is decided,
    so that no answer about a forged address stands in the place of the one about the decision."""
    data = _asked(request)
    return process.filters(data, process=process).query(**place_kept(data))


def _asked(request) -> QueryDict:
    """The address of the list: that of this page, or of the one that a form was posted from."""
    return QueryDict(request.POST.get("back", "")) if request.method == "POST" else request.GET


def place_kept(data: QueryDict) -> dict[str, str | None]:
    """Which page of a list an address asks for, and of what size: what it keeps beside the conditions."""
    size, cursor = data.get("size", ""), data.get("page", "")
    return {"page": cursor if paging.is_cursor(cursor) else None, "size": size if size in SIZES[1:] else None}


def size_kept(data: QueryDict) -> str:
    """What a list keeps of the address of another: how much a page shows."""
    size = data.get("size", "")
    return f"size={size}" if size in SIZES[1:] else ""


def _decide_one(
    request, process: Process, stage: Stage | None, form: DecisionForm, back: str, pk: int, seen: int
) -> HttpResponse:
    before = get_object_or_404(process.model.objects.visible_to(request.user), pk=pk)
    source, onward = before.state, _following(request, process, stage, before)
    try:
        moved = perform(
            before, form.cleaned_data["action"], actor=request.user, seen=seen, comment=form.cleaned_data["comment"]
        )
    except Refused as refusal:
        return _case_page(
            request, process, _visible(request, process, pk), refusal=refusal, status=422 if refusal.words else 409
        )
    move = moved.flow.move(source, form.cleaned_data["action"])
    messages.success(request, f"{process.title(moved)}：{_said(moved, move)}")
    if onward is not None:
        return redirect(f"{_case_url(process, onward.pk)}?{_with_queue(back, stage)}")
    return redirect(_queue_url(process, stage, back))


def _following(request, process: Process, stage: Stage | None, current: Reviewed) -> Reviewed | None:
    """The next of the same queue; at its end the first that is left."""
    if stage is None or not request.user.has_perm(stage.permission):
        return None
    conditions = process.filters(_asked(request), process=process)
    rows = selectors.queue(process, stage, request.user).filter(conditions.q()).exclude(pk=current.pk)
    return paging.neighbours(rows, current)[1] or rows.order_by("since", "id").first()


def _said(case: Reviewed, move: Move | None) -> str:
    """The table's words for what happened: 「已通过，转省厅审核」."""
    if move is None:
        return "已办理"
    target = case.flow.stage(move.target)
    return f"已{move.label}" + ("" if move.returns else f"，{'转' if target.reviewing else ''}{target.label}")


def _result(process: Process, outcome: Outcome) -> dict:
    if outcome.refusal:
        return {"title": process.title(outcome.case), "words": outcome.refusal.reason}
    move = outcome.case.flow.move(outcome.step.from_state, outcome.step.action)
    return {"title": process.title(outcome.case), "words": _said(outcome.case, move)}


def _again(request, process: Process, stage: Stage | None, single: bool, refusal: Refused) -> HttpResponse:
    """The page the decision came from, with the reason and with what was typed and ticked."""
    if single:
        pk = request.POST.get("rows", "").partition(":")[0]
        if pk.isascii() and pk.isdigit() and len(pk) <= 18:
            return _case_page(request, process, _visible(request, process, int(pk)), refusal=refusal, status=422)
    if stage is None or not request.user.has_perm(stage.permission):
        raise Http404
    return _queue_page(request, process, stage, refusal=refusal, status=422)


def _queue_page(
    request, process: Process, stage: Stage, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    typed = _typed(request)
    query = _asked(request)
    conditions = process.filters(query, process=process)
    conditions.fields.pop("state", None)  # a queue is one state
    back, sized = conditions.query(**place_kept(query)), size_kept(query)
    rows = selectors.queue(process, stage, request.user).filter(conditions.q())
    rows = rows.select_related(*process.related).prefetch_related(*process.prefetch)
    tabs = selectors.tabs(process, stage, request.user)
    records = request.user.has_perm(process.model.records_permission())
    whole = None if conditions.chosen() else dict(tabs)[stage]
    page = list_page(request, rows, keys=("since", "id"), descending=False, count=whole)
    moves = {}
    for flow in process.flows:
        for move in flow.moves_from(stage.state):
            if move.by == "desk":
                moves.setdefault(move.action, move)
    audiences = notices.audiences(page.rows, list(moves.values()), named=False)
    context = {
        "process": process, "stage": stage, "filter": conditions, "rows": page.rows, "columns": process.screen_columns,
        "tabs": [(tab, _queue_url(process, tab, sized), count) for tab, count in tabs] if len(tabs) > 1 else [],
        "moves": audiences, "pager": pager_of(conditions, page), "back": back,
        "case_query": _with_queue(back, stage), "query": conditions.query(),
        "result": request.session.pop(RESULT, None) if request.method == "GET" else None,
        "phrases": process.phrases, "records_url": _queue_url(process, None) if records else "",
        "picked": typed.getlist("rows"), **_told(typed, refusal),
    }  # fmt: skip
    return render(request, "review/queue.html", context, status=status)


def _case_page(
    request, process: Process, case: Reviewed, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    typed = _typed(request)
    query = _asked(request)
    state = query.get("queue") or request.POST.get("queue", "")
    stage = process.queue(state)
    if stage is not None and not request.user.has_perm(stage.permission):
        stage = None
    number = selectors.revision_for(case, request.user)
    current = number == case.revision_number
    conditions = process.filters(query, process=process)
    if stage is not None:
        conditions.fields.pop("state", None)
    back = conditions.query(**place_kept(query))
    before = after = None
    if stage is not None:
        rows = selectors.queue(process, stage, request.user).filter(conditions.q())
        before, after = paging.neighbours(rows, case)
    suffix = "?" + _with_queue(back, stage) if stage else ""
    moves = case.moves_for(request.user) if current else []
    moves.sort(key=lambda move: move.by == APPLICANT)  # who decides about their own office's decides first
    attachments = process.attachments(case, request.user, number)
    context = {
        "process": process, "case": case, "title": process.title(case), "stage": stage, "current": current,
        "document": selectors.document_for(case, request.user, number), "revision": number,
        "steps": selectors.steps_for(case, request.user, number), "path": selectors.path(case) if current else [],
        "moves": notices.audiences([case], moves),
        "attachments": attachments, "sealed": next((one for one in reversed(attachments) if one.scan), None),
        "upload_at": process.upload_at(case, request.user),
        "before_url": _case_url(process, before.pk) + suffix if before else None,
        "after_url": _case_url(process, after.pk) + suffix if after else None,
        "queue_url": _queue_url(process, stage, back), "back": back, **_told(typed, refusal),
        "phrases": process.phrases, "notices": process.notices(case) if current else [],
    }  # fmt: skip
    return render(request, "review/case.html", context, status=status)


def _typed(request: SignedInRequest) -> QueryDict:
    """What was posted to this page, or what was held for it when the session ended in the middle."""
    return held.typed(request) or QueryDict()


def _told(typed: QueryDict, refusal: Refused | None) -> dict:
    """The words as they were typed, and what was wrong: beside them where it is about them, else on top of the page."""
    words = refusal is not None and refusal.words
    return {
        "comment": typed.get("comment", ""),
        "comment_error": refusal.reason if refusal and words else "",
        "error": refusal.reason if refusal and not words else "",
    }


def _process(code: str) -> Process:
    if (found := registry.get(code)) is None:
        raise Http404
    return found


def _stage(request, code: str, state: str) -> tuple[Process, Stage]:
    process = _process(code)
    if (stage := process.queue(state)) is None:
        raise Http404
    _allow(request, stage.permission)
    return process, stage


def _allow(request, permission: str | None) -> None:
    if not permission or not request.user.has_perm(permission):
        raise PermissionDenied


def _visible(request, process: Process, pk: int) -> Reviewed:
    """The case, if it has come to this person; else 404, as if there were none."""
    _allow(request, process.model.records_permission())
    cases = process.model.objects.visible_to(request.user).for_review().select_related(*process.related)
    return get_object_or_404(cases, pk=pk)


def _visible_all(request, process: Process, pks: list[int]) -> None:
    """Rows that have never come to this person can't be ticked by honest use: the whole request is a 404 (R04)."""
    if process.model.objects.visible_to(request.user).filter(pk__in=pks).count() != len(pks):
        raise Http404


def list_page(
    request, rows, *, keys, descending: bool, count: int | None = None, counted: bool = True,
    search: tuple[paging.Search, ...] = (),
) -> paging.Page:  # fmt: skip
    """The page the address asks for; `count`: how many rows there are (bounded), where the caller knows."""
    asked = _asked(request)
    size = asked.get("size", "")
    return paging.page(
        rows,
        keys=keys,
        descending=descending,
        cursor=asked.get("page", ""),
        size=int(size) if size in SIZES else 0,
        count=count,
        counted=counted,
        search=search,
    )


class Kept(dict[str, str]):
    """What an address keeps from page to page where no form of conditions stands above the list."""

    def query(self, **changes) -> str:
        return urlencode({name: value for name, value in (self | changes).items() if value})


def pager_of(conditions: CaseFilter | Kept, page: paging.Page) -> paging.Pager:
    def url(cursor: str | None, size: int = page.size) -> str | None:
        if cursor is None:
            return None
        extra = {"page": cursor or None, "size": size if size != paging.PAGE_SIZES[0] else None}
        return "?" + conditions.query(**extra)

    return paging.Pager(
        url(page.first), url(page.previous), url(page.next), url(page.last), page.count_text, page.size,
        [(size, url("", size) or "") for size in paging.PAGE_SIZES], page.place_text, len(page.rows),
    )  # fmt: skip


def _with_queue(query: str, stage: Stage | None) -> str:
    return "&".join(part for part in (f"queue={stage.state}" if stage else "", query) if part)


def _case_url(process: Process, pk: int) -> str:
    return reverse("review:case", args=(process.code, pk))


def _queue_url(process: Process, stage: Stage | None, query: str = "") -> str:
    url = (
        reverse("review:queue", args=(process.code, stage.state))
        if stage
        else reverse("review:records", args=(process.code,))
    )
    clean: Any = QueryDict(query, mutable=True)
    clean.pop("queue", None)
    return url + ("?" + clean.urlencode() if clean else "")
