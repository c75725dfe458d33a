"""「填写机构信息」 of a legal unit and of a 派驻单位, on their own pages: saved as it is typed, sent on by 「提交」."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import held
from accounts.access import View
from accounts.http import SignedInRequest
from review import drafts
from review.drafts import DraftForm, seen_of
from review.models import Reviewed
from review.refusal import Problem, Refused
from review.services import perform


@dataclass(frozen=True)
class Information:
    """`mine` reads the case anew; `submit` moves what has just been saved, says so, and names the page to go on to;
    `home` names the one that shows the case."""

    form: type[DraftForm]
    template: str
    home: str
    mine: Callable[[SignedInRequest], Any]
    missing: Callable[[Any], list[Problem]]
    submit: Callable[[SignedInRequest, Any, int], str]

    def views(self, role: Callable[[View], View]) -> tuple[View, View]:
        """`edit` and `autosave` as addresses, behind the decorator of a role."""
        edit, autosave = require_http_methods(["GET", "HEAD", "POST"])(self.edit), require_POST(self.autosave)
        return role(edit), role(autosave)

    def edit(self, request: SignedInRequest) -> HttpResponse:
        """「填写机构信息」: 「提交」 keeps what is typed and, when nothing is missing, moves it on."""
        case = self.mine(request)
        form = self.form(held.typed(request), instance=case)
        if not case.editable:
            reason = f"当前状态为「{case.state_label}」，机构信息不能修改。"
            page = partial(self._page, request, case, form, status=409)
            return drafts.closed(request, form, reason, away=redirect(self.home), page=page)
        status = 422 if request.method == "POST" else 200
        problems: tuple[Problem, ...] = ()
        if request.method == "POST" and form.is_valid():
            try:
                return redirect(self.submit(request, self._save(request, form), seen_of(request)))
            except Refused as refusal:
                words = f"已保存，但还不能提交：{refusal.reason}" if refusal.problems else refusal.reason
                messages.error(request, words)
                form.mark(refusal.problems, request.path)
                problems, status = tuple(refusal.problems), 409
        return self._page(request, case, form, problems=problems, status=status)

    def autosave(self, request: SignedInRequest) -> JsonResponse:
        form = self.form(request.POST, instance=self.mine(request))
        return drafts.autosaved(form, lambda: self._save(request, form), lambda: self._sections(self.mine(request)))

    def _page(self, request: SignedInRequest, case, form: DraftForm, *, problems=(), status: int) -> HttpResponse:
        fresh = self.mine(request)
        context = {
            "case": case, "form": form, "sections": self._sections(fresh), "problems": problems, "seen": fresh.seen,
            "closed": not case.editable,
        }  # fmt: skip
        return render(request, self.template, context, status=status)

    def _save(self, request: SignedInRequest, form: DraftForm) -> Any:
        saved = drafts.save(
            self.mine(request), actor=request.user, version=form.cleaned_data["version"], values=form.values()
        )
        form.renew(saved.version)
        return saved

    def _sections(self, case) -> list[tuple[str, int]]:
        return drafts.empty_by_section(self.form.sections, self.missing(case))


def moved(request: SignedInRequest, case: Reviewed, said: Mapping[str, str], home: str) -> HttpResponse:
    """A button of the owner's page: makes the move it names, one of those in `said`, and says so."""
    action = request.POST.get("action", "")
    try:
        if action not in said:
            raise Refused("不能进行此操作。")
        perform(case, action, actor=request.user, seen=seen_of(request))
        messages.success(request, said[action])
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect(home)
