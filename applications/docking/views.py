"""服务对接: the public list of needs, offers and invitations."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import held
from accounts.access import role_required
from accounts.http import SignedInRequest
from applications.docking import selectors, services, suggestions
from applications.documents import public_need
from applications.forms import InvitationForm, NeedSearch, OfferForm, ReplyForm, SpecialistFilter
from applications.models import Match, Need
from review import search
from review.document import Document
from review.filters import CaseFilter
from review.refusal import Refused
from review.views import list_page, pager_of

ASKED_SHOWN, NEEDS_SHOWN = 20, 10
helper = role_required("applications.offer_help")
inviter = role_required("applications.invite_specialist")
either = role_required("applications.offer_help", "applications.invite_specialist")


def _list(request: HttpRequest) -> dict:
    """A page of what is public under the address's conditions, the newest first; nothing but a sentence for whoever
    has searched too often."""
    conditions = NeedSearch(request.GET)
    if conditions.words and search.too_often(request):
        return {"filter": conditions, "too_often": search.TOO_OFTEN}
    rows = selectors.public_needs("chain", "kind", "discipline").filter(conditions.q())
    ways = selectors.ways_to_find(conditions.words)
    page = list_page(request, rows, keys=("since", "id"), descending=True, counted=not ways, search=ways)
    return {"filter": conditions, "rows": page.rows, "pager": pager_of(conditions, page)}


def _document(need: Need) -> Document | None:
    """What the public reads of it; of what is not public any more, nothing."""
    return public_need(need.revisions.get(number=need.revision_number).document) if need.is_public else None


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """「服务对接」 for everybody."""
    return _listed(request, "docking/public_needs.html", _list(request))


def _listed(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    return render(request, template, context, status=429 if "too_often" in context else 200)


@require_safe
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """One need as its city has read it, without whom to call; what is not public is not there."""
    found = get_object_or_404(Need.objects.public().select_related("host"), pk=pk)
    return render(request, "docking/public_need.html", {"need": found, "document": _document(found)})


def _acted(request: SignedInRequest, form: Form, act: Callable[..., HttpResponse]) -> tuple[HttpResponse | None, int]:
    """The answer to a valid form, by `act` with what was typed; or the page's status, with what was refused said."""
    if request.method != "POST":
        return None, 200
    if not form.is_valid():
        return None, 422
    try:
        return act(**form.cleaned_data), 302
    except Refused as refusal:
        if refusal.words:
            form.add_error("words", refusal.reason)
            return None, 422
        messages.error(request, refusal.reason)
        return None, 409


# ---- people who help ----


@helper
@require_safe
def find(request: SignedInRequest) -> HttpResponse:
    """「需求」: what fits this person, and all that is public."""
    context = _list(request)
    first = not (context["filter"].chosen() or request.GET.get("page"))
    context["suggestions"] = suggestions.needs_for(request.user) if first else []
    return _listed(request, "docking/find.html", context)


@helper
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: SignedInRequest, pk: int) -> HttpResponse:
    """One need, and 「我能帮助」."""
    rows = Need.objects.select_related("host")
    # who answers what was closed a moment ago is told so, and keeps what was typed
    rows = rows.filter(published_at__isnull=False) if request.method == "POST" else rows.public()
    found = get_object_or_404(rows, pk=pk)
    form = OfferForm(held.typed(request))

    def act(words: str) -> HttpResponse:
        made = services.offer(found, actor=request.user, words=words)
        messages.success(request, f"已响应，{found.host.name}会收到消息。")
        return redirect("docking:match", made.pk)

    done, status = _acted(request, form, act)
    if done:
        return done
    context = {
        "need": found, "document": _document(found), "form": form,
        "live": selectors.live_match(found, request.user),
    }  # fmt: skip
    return render(request, "docking/offer.html", context, status=status)


# ---- host units ----


@inviter
@require_safe
def specialists(request: SignedInRequest) -> HttpResponse:
    """「找科技特派员」: who has been selected, without whom to call; for one of one's own needs, who fits it."""
    needs = _own_public(request).select_related("chain", "county", "city", "discipline")
    conditions = SpecialistFilter(request.GET, process=None, needs=needs)
    chosen = conditions.chosen()
    need: Need | None = chosen.pop("need", None)  # type: ignore[assignment]
    rows = selectors.approved().filter(conditions.q())
    page = list_page(request, rows, keys=("since", "id"), descending=True)
    first = not (chosen or request.GET.get("page"))
    context = {
        "filter": conditions, "rows": page.rows, "pager": pager_of(conditions, page), "need": need,
        "suggestions": suggestions.people_for(need) if need and first else None,
        "needs": needs.order_by("-since", "-id")[:NEEDS_SHOWN] if first and not need else [],
    }  # fmt: skip
    return render(request, "docking/specialists.html", context)


def _own_public(request: SignedInRequest) -> QuerySet[Need]:
    return Need.objects.public().filter(host__in=selectors.host_desks(request.user))


@inviter
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """One of them, and 「邀请」 to one of one's own needs."""
    person = get_object_or_404(selectors.approved(), pk=pk)
    needs = _own_public(request)
    typed = held.typed(request)
    form = InvitationForm(typed, needs=needs)
    if typed is None:
        form.fields["need"].initial = request.GET.get("need")

    def act(need: Need, words: str) -> HttpResponse:
        made = services.invite(need, person, actor=request.user, words=words)
        messages.success(request, f"已邀请{person.applicant_name}，等待答复。")
        return redirect("docking:match", made.pk)

    done, status = _acted(request, form, act)
    if done:
        return done
    context = {"person": person, "profile": person.owner.profile, "form": form, "any": needs.exists()}
    return render(request, "docking/invite.html", context, status=status)


# ---- both ----


@either
@require_safe
def matches(request: SignedInRequest) -> HttpResponse:
    """「我的对接」: what waits for my answer, and all that was said."""
    page = list_page(request, selectors.matches_of(request.user), keys=("made_at", "id"), descending=True)
    context = {
        "rows": page.rows, "pager": pager_of(CaseFilter(request.GET, process=None), page),
        "asked": list(selectors.asked_of(request.user).order_by("made_at")[:ASKED_SHOWN]),
        "waiting": selectors.asked_count(request.user),
    }  # fmt: skip
    return render(request, "docking/matches.html", context)


def _match(request: SignedInRequest, pk: int) -> Match:
    rows = selectors.matches_of(request.user)
    return get_object_or_404(rows.prefetch_related("need__form", "need__host", "host__host"), pk=pk)


@either
@require_http_methods(["GET", "HEAD", "POST"])
def match(request: SignedInRequest, pk: int) -> HttpResponse:
    """One of them: what was said; 「接受」, 「谢绝」, 「撤回」; once accepted, whom to call."""
    found = _match(request, pk)
    form = ReplyForm(held.typed(request))

    def act(words: str) -> HttpResponse:
        messages.success(request, _said(request, found, words))
        return redirect("docking:match", pk)

    done, status = _acted(request, form, act)
    if done:
        return done
    if status == 409:  # somebody was faster: as it is now
        found = _match(request, pk)
    helps = found.person_id == request.user.pk
    context = {
        "match": found, "form": form, "contacts": selectors.contacts(found, request.user), "helps": helps,
        "answering": found.open and found.answers(helps), "document": _document(found.need),
    }  # fmt: skip
    return render(request, "docking/match.html", context, status=status)


def _said(request: SignedInRequest, found: Match, words: str) -> str:
    match request.POST.get("action"):
        case "accept":
            services.answer(found, actor=request.user, accept=True, words=words)
            return "已接受，双方可以看到彼此的联系方式。"
        case "decline":
            services.answer(found, actor=request.user, accept=False, words=words)
            return "已谢绝。"
        case "withdraw":
            services.withdraw(found, actor=request.user)
            return "已撤回。"
    raise Refused("不能进行此操作。")
