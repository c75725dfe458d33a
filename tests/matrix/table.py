"""Who may what (security part B), as tables. From these the committed expectation is made: `expected.csv`.

A cell is the answer to one request of one actor:
    200 403 404 405   as HTTP says
    login             302 to the login page
    > /address/       302 to another page
    done, refused     of a POST: the change was made; it was not, and the page says why
    -                 not asked: pages about one's own answer others alike in every situation
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from accounts.roles import ROLES, SYSTEM_ADMIN, Role
from agreements.flow import AGREEMENT
from applications.flow import PERSONAL
from review import registry
from review.flow import APPLICANT, Flow

EXPECTED = Path(__file__).with_name("expected.csv")


@dataclass(frozen=True)
class Actor:
    """One column. `desk`: which desk of s1's application (home 武汉, target 宜昌) this person sits at."""

    title: str
    user: str = ""
    groups: tuple[str, ...] = ()
    desk: str = ""

    def holds(self, permission: str | None) -> bool:
        return any(permission in ROLES[group].permissions for group in self.groups)

    @property
    def is_owner(self) -> bool:
        return self.user == "s1"


ACTORS = (
    Actor("anonymous"),
    Actor("owner", "s1", (Role.SPECIALIST,)),
    Actor("other specialist", "s2", (Role.SPECIALIST,)),
    Actor("home city", "wh1", (Role.CITY,), "first"),
    Actor("target city", "yc1", (Role.CITY,), "target"),
    Actor("other city", "hg1", (Role.CITY,)),
    Actor("province", "p1", (Role.PROVINCE,), "province"),
    Actor("system admin", "a1", (SYSTEM_ADMIN,)),
    Actor("province + admin", "pa1", (Role.PROVINCE, SYSTEM_ADMIN), "province"),
    Actor("city, no desk", "c0", (Role.CITY,)),
    Actor("no role", "n0"),
)

Rule = Callable[[Actor], str]


@dataclass(frozen=True)
class Request:
    """One row. `situation`: where s1's application or agreement lies. `data` is what a POST sends."""

    method: str
    path: str
    situation: str
    rule: Rule
    data: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return f"{self.method} {self.path} {self.data}".strip(), self.situation


# Rules


def public(actor: Actor) -> str:
    return "200"


def answers(cell: str) -> Rule:
    """The same to everybody."""
    return lambda actor: cell


def signed_in(cell: str = "200") -> Rule:
    return lambda actor: cell if actor.user else "login"


def visitors(actor: Actor) -> str:
    return "> /workbench/" if actor.user else "200"


def holds(permission: str | None, cell: str = "200") -> Rule:
    return lambda actor: "login" if not actor.user else cell if actor.holds(permission) else "403"


def administers(cell: str = "200") -> Rule:
    """To everybody else 系统管理 is not there."""
    return lambda actor: "login" if not actor.user else cell if actor.holds("accounts.administer") else "404"


def owner_else(cell: str, permission: str, *, asked: bool = True) -> Rule:
    """Pages without an id, about one's own: 404 for somebody of the same role who has none."""
    inner = holds(permission, "404")
    return lambda actor: cell if actor.is_owner else inner(actor) if asked else "-"


# Pages that stand by themselves; s1 has a draft

APPLY, AGREE, PROFILE = "applications.apply_personal", "agreements.write_agreement", "accounts.fill_profile"
SELECTION, AGREEMENTS = "applications.view_records", "agreements.view_records"
STATISTICS, ORGANISATION = "stats.view_statistics", "accounts.fill_organisation"


def organisation(actor: Actor) -> str:
    return "403" if actor.user == "c0" else holds(ORGANISATION)(actor)


PAGES: tuple[tuple[str, Rule], ...] = (
    ("/", visitors),
    ("/workbench/", signed_in()),
    ("/healthz/", public),
    ("/login/", visitors),
    ("/logout/", answers("405")),
    ("/register/", visitors),
    ("/terms/", public),
    ("/captcha/new/?purpose=login&kind=image", public),
    ("/captcha/unknown.png", answers("404")),
    ("/account/", signed_in()),
    ("/account/password/", signed_in()),
    ("/account/sign-out-everywhere/", signed_in("405")),
    ("/profile/", holds(PROFILE)),
    ("/profile/edit/", holds(PROFILE)),
    ("/profile/autosave/", holds(PROFILE, "405")),
    ("/organisation/", organisation),
    ("/application/", holds(APPLY)),
    ("/application/start/", holds(APPLY, "405")),
    ("/application/edit/", owner_else("200", APPLY)),
    ("/application/autosave/", holds(APPLY, "405")),
    ("/application/submit/", holds(APPLY, "405")),
    ("/application/withdraw/", holds(APPLY, "405")),
    ("/agreement/", holds(AGREE)),
    ("/agreement/start/", holds(AGREE, "405")),
    ("/agreement/edit/", holds(AGREE, "404")),
    ("/agreement/autosave/", holds(AGREE, "405")),
    ("/agreement/papers/", holds(AGREE)),
    ("/papers/", holds(SELECTION)),
    ("/papers/selection/", holds(SELECTION)),
    ("/papers/agreements/", holds(AGREEMENTS)),
    ("/papers/unknown/", signed_in("404")),
    ("/verify/", public),
    ("/v/ABCDEFGHJKLM", answers("404")),
    ("/review/unknown/records/", signed_in("404")),
    ("/review/selection/queue/draft/", signed_in("404")),
    ("/statistics/", holds(STATISTICS)),
    ("/statistics/export/unknown/", signed_in("404")),
    *(
        (f"/review/{process.code}/queue/{stage.state}/", holds(stage.permission))
        for process in registry.all_processes()
        for stage in process.queues
    ),
    *(
        (path.format(process.code), rule)
        for process in registry.all_processes()
        for path, rule in (
            ("/review/{}/records/", holds(process.model.records_permission())),
            ("/review/{}/decide/", signed_in("405")),
            ("/statistics/export/{}/", holds(process.model.records_permission())),
        )
    ),
    # 系统管理
    ("/admin/", administers()),
    ("/admin/login/", answers("> /admin/")),
    ("/admin/logout/", administers("405")),
    ("/admin/password_change/", administers("> /account/password/")),
    ("/admin/password_change/done/", administers("> /account/password/")),
    ("/admin/autocomplete/", administers("403")),
    ("/admin/jsi18n/", administers()),
    ("/admin/r/1/1/", administers("404")),
    ("/admin/accounts/", administers()),
    ("/admin/unknown/", administers("404")),
    ("/admin/accounts/user/{user}/reset-password/", administers()),
    *(
        (f"/admin/{model}/{page}", administers(cell))
        for model, pk in (
            ("accounts/user", "{user}"),
            ("accounts/organisation", "{organisation}"),
            ("accounts/region", "{region}"),
            ("accounts/term", "{term}"),
            ("applications/batch", "{batch}"),
            ("portal/menuitem", "{menuitem}"),
        )
        for page, cell in (
            ("", "200"),
            ("add/", "200"),
            (f"{pk}/", f"> /admin/{model}/{pk}/change/"),
            (f"{pk}/change/", "200"),
            (f"{pk}/history/", "200"),
            (f"{pk}/delete/", "403"),  # nothing is ever deleted
        )
    ),
)  # fmt: skip

# One application in all its situations, and the desks that may read it there (B.1)

APPLICATION_READERS: dict[str, str] = {
    "draft": "",
    "withdrawn": "",
    "initial": "first province",
    "province": "first province",
    "push": "first province",
    "docking": "first province target",
    "final": "first province target",
    "approved": "first province target",
    "returned from initial": "first province",
    "returned from province": "first province",
    "returned from docking": "first province target",
    "returned from final": "first province target",
}
AGREEMENT_READERS = dict.fromkeys(("saved", "archiving", "returned", "archived"), "province") | {"blank": ""}


def state_of(situation: str) -> str:
    return "draft" if situation == "withdrawn" else situation.split()[0]


def reads(actor: Actor, situation: str, readers: dict[str, str]) -> bool:
    return bool(actor.desk) and actor.desk in readers[situation].split()


def case_page(process: str, situation: str, readers: dict[str, str]) -> Rule:
    inner = holds(f"{registry.get(process).model._meta.app_label}.view_records")

    def rule(actor: Actor) -> str:
        return inner(actor) if inner(actor) != "200" or reads(actor, situation, readers) else "404"

    return rule


def paper(situation: str, readers: dict[str, str], *, exists: bool) -> Rule:
    def rule(actor: Actor) -> str:
        if not actor.user:
            return "login"
        return "200" if exists and (actor.is_owner or reads(actor, situation, readers)) else "404"

    return rule


def decision(flow: Flow, process: str, situation: str, readers: dict[str, str], action: str) -> Rule:
    page, state = case_page(process, situation, readers), state_of(situation)
    move = flow.move(state, action)

    def rule(actor: Actor) -> str:
        if page(actor) != "200":
            return page(actor)
        stage = flow.stage(state)
        sits_here = actor.desk == stage.desk and actor.holds(stage.permission)
        return "done" if move and move.by != APPLICANT and sits_here else "refused"

    return rule


def own_move(flow: Flow, permission: str, situation: str, action: str) -> Rule:
    cell = "done" if flow.move(state_of(situation), action) else "refused"
    return owner_else(cell, permission, asked=situation == flow.start.state)


def _application_requests() -> Iterable[Request]:
    for situation in APPLICATION_READERS:
        state, readers = state_of(situation), APPLICATION_READERS
        yield Request("GET", "/review/selection/case/{case}/", situation, case_page("selection", situation, readers))
        yield Request(
            "GET", "/application/{case}/1/pdf/", situation,
            paper(situation, readers, exists=situation != "draft"),
        )  # fmt: skip
        editable = "200" if PERSONAL.editable(state) else "> /application/"
        yield Request("GET", "/application/edit/", situation, owner_else(editable, APPLY, asked=state == "draft"))
        for path, action in (("edit/", "submit"), ("submit/", "submit"), ("withdraw/", "withdraw")):
            yield Request("POST", f"/application/{path}", situation, own_move(PERSONAL, APPLY, situation, action))
        yield Request("POST", "/application/autosave/", situation, own_move(PERSONAL, APPLY, situation, "submit"))
        for action in sorted({move.action for move in PERSONAL.moves}):
            rule = decision(PERSONAL, "selection", situation, readers, action)
            yield Request("POST", "/review/selection/decide/", situation, rule, action)


def _agreement_requests() -> Iterable[Request]:
    for situation in AGREEMENT_READERS:
        readers, scanned = AGREEMENT_READERS, situation not in ("blank", "saved")
        yield Request("GET", "/review/agreements/case/{case}/", situation, case_page("agreements", situation, readers))
        yield Request(
            "GET", "/agreement/{case}/1/pdf/", situation, paper(situation, readers, exists=situation != "blank")
        )
        yield Request("GET", "/agreement/{case}/scan/1/", situation, paper(situation, readers, exists=scanned))
        yield Request("GET", "/v/{code}", situation, answers("404" if situation == "blank" else "200"))
        editable = "200" if AGREEMENT.editable(situation) else "> /agreement/"
        yield Request("GET", "/agreement/edit/", situation, owner_else(editable, AGREE, asked=situation == "blank"))
        yield Request("POST", "/agreement/edit/", situation, own_move(AGREEMENT, AGREE, situation, "save"))
        yield Request("POST", "/agreement/autosave/", situation, own_move(AGREEMENT, AGREE, situation, "save"))
        yield Request("POST", "/agreement/papers/", situation, own_move(AGREEMENT, AGREE, situation, "upload"))
        for action in sorted({move.action for move in AGREEMENT.moves}):
            rule = decision(AGREEMENT, "agreements", situation, readers, action)
            yield Request("POST", "/review/agreements/decide/", situation, rule, action)


PAGE_REQUESTS = [Request("GET", path, "", rule) for path, rule in PAGES]
APPLICATION_REQUESTS = list(_application_requests())
AGREEMENT_REQUESTS = list(_agreement_requests())
REQUESTS = [*PAGE_REQUESTS, *APPLICATION_REQUESTS, *AGREEMENT_REQUESTS]


# The committed expectation


def text() -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["request", "situation", *(actor.title for actor in ACTORS)])
    for request in REQUESTS:
        rows.writerow([*request.key, *(request.rule(actor) for actor in ACTORS)])
    return out.getvalue()


def expected() -> dict[tuple[str, str], dict[str, str]]:
    """{(request, situation): {actor: cell}} as committed."""
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return {(row.pop("request"), row.pop("situation")): row for row in csv.DictReader(file)}
