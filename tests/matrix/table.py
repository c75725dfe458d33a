"""Who may what (security part B), as tables. From these the committed expectation is made: `expected.csv`.

A cell is the answer to one request of one actor:
    200 403 404 405   as HTTP says
    login             302 to the login page
    > /address/       302 to another page
    done, refused     of a POST: the change was made; it was not, and the page says why
    -                 not asked: whoever is neither owner nor ever at a desk of the case and has no right to see records
                      gets the same answer in every situation, and is asked once, where everything is there to be seen

To add an address (a test fails until it is here):
    1. Its row: in PAGES where it stands by itself, with the rule that says who gets what; where it is about a case, in
       `_application`, `_agreement`, … for every situation. A name in braces is one that objects.py knows.
    2. What a POST about a case sends: in `posted` of that case's test in test_matrix.py.
    3. `python -m tests.matrix --write`; read the new rows of expected.csv as the security officer would; commit both.
All else comes by itself: HEAD, other methods, odd ids, missing tokens, odd parameters are tried on every row.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from accounts.roles import ROLES, SYSTEM_ADMIN, Role, acting
from agreements.flow import AGREEMENT
from applications.flow import ADMISSION, HOST, NEED, PERSONAL, SEALED, TEAM
from review import registry
from review.flow import APPLICANT, Flow
from stats.exports import FILLED

EXPECTED = Path(__file__).with_name("expected.csv")


Permission = str | tuple[str, ...] | None  # of several any


@dataclass(frozen=True)
class Actor:
    """One column. `desk`: at which desk of s1's application (home 武汉, target 宜昌) this person sits; `team_desk`: at
    which of the application of l1's team (unit u1, target 宜昌); `host_desk`: at which of h5's confirmation and of
    h1's need (武汉)."""

    title: str
    user: str = ""
    groups: tuple[str, ...] = ()
    desk: str = ""
    team_desk: str = ""
    host_desk: str = ""

    def holds(self, permission: Permission) -> bool:
        wanted = {permission} if isinstance(permission, str) else set(permission or ())
        return any(wanted & set(ROLES[group].permissions) for group in self.groups)


ACTORS = (
    Actor("anonymous"),
    Actor("owner", "s1", (Role.SPECIALIST,)),
    Actor("other specialist", "s2", (Role.SPECIALIST,)),
    Actor("home city", "wh1", (Role.CITY,), "first", "", "city"),
    Actor("target city", "yc1", (Role.CITY,), "target", "target"),
    Actor("other city", "hg1", (Role.CITY,)),
    Actor("province", "p1", (Role.PROVINCE,), "province", "province", "province"),
    Actor("system admin", "a1", (SYSTEM_ADMIN,)),
    Actor("province + admin", "pa1", (Role.PROVINCE, SYSTEM_ADMIN), "province", "province", "province"),
    Actor("city, no desk", "c0", (Role.CITY,)),
    Actor("no role", "n0"),
    Actor("leader", "l1", (Role.TEAM_LEADER,)),
    Actor("member", "l1m1", (Role.TEAM_MEMBER,)),
    Actor("unit", "u1", (Role.LEGAL_UNIT, acting(Role.LEGAL_UNIT)), "", "first"),
    Actor("other unit", "u2", (Role.LEGAL_UNIT, acting(Role.LEGAL_UNIT))),
    Actor("unit, not admitted", "u3", (Role.LEGAL_UNIT,)),
    Actor("unit, revoked", "u4", (Role.LEGAL_UNIT,)),
    Actor("unit, applying", "u5", (Role.LEGAL_UNIT,)),
    Actor("host", "h1", (Role.HOST_UNIT, acting(Role.HOST_UNIT))),
    Actor("other host", "h2", (Role.HOST_UNIT, acting(Role.HOST_UNIT))),
    Actor("host, reviewed", "h3", (Role.HOST_UNIT,)),
    Actor("host, applying", "h5", (Role.HOST_UNIT,)),
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


def holds(permission: Permission, cell: str = "200") -> Rule:
    return lambda actor: "login" if not actor.user else cell if actor.holds(permission) else "403"


def administers(cell: str = "200") -> Rule:
    """To everybody else 系统管理 is not there."""
    return lambda actor: "login" if not actor.user else cell if actor.holds("accounts.administer") else "404"


def owner_else(cell: str, permission: Permission, *, asked: bool = True, owner: str = "s1") -> Rule:
    """Pages without an id, about one's own: 404 for somebody of the same role who has none."""
    inner = holds(permission, "404")
    return lambda actor: cell if actor.user == owner else inner(actor) if asked else "-"


def whose(user: str) -> Rule:
    """One person's; to others there is no such thing."""
    return lambda actor: "login" if not actor.user else "200" if actor.user == user else "404"


# Pages that stand by themselves; s1 has a draft

APPLY = ("applications.apply_personal", "applications.apply_team")
AGREE, PROFILE, UNIT = "agreements.write_agreement", "accounts.fill_profile", "applications.fill_unit"
HOST_UNIT, PUBLISH = "applications.fill_host", "applications.publish_need"
OFFER, INVITE = "applications.offer_help", "applications.invite_specialist"
LEAD, JOIN = "applications.lead_team", "applications.join_team"
SELECTION, AGREEMENTS = "applications.view_records", "agreements.view_records"
ADMINISTER = "accounts.administer"
PUBLICITY = "portal.run_publicity"
WRITE, PACK = "portal.write_article", "attachments.upload_packed"
STATISTICS, ORGANISATION = "stats.view_statistics", "accounts.fill_organisation"
EXPORTS, NEEDS = "stats.export_all", "applications.view_needs"


def whose_writing(user: str, cell: str, permission: str = WRITE) -> Rule:
    """One author's text, or one officer's scans: to others of the kind it is not there."""
    inner = holds(permission, "404")
    return lambda actor: cell if (cell == "405" and inner(actor) == "404") or actor.user == user else inner(actor)


def organisation(actor: Actor) -> str:
    return "403" if actor.user == "c0" else holds(ORGANISATION)(actor)


def unit_edit(actor: Actor) -> str:
    """Locked while the admission stands."""
    return "> /application/unit/" if acting(Role.LEGAL_UNIT) in actor.groups else holds(UNIT)(actor)


def host_edit(actor: Actor) -> str:
    """Locked while it is judged."""
    return "> /application/host/" if actor.user == "h3" else holds(HOST_UNIT)(actor)


def between(*users: str) -> Rule:
    """What is said between two; to others of their kinds there is no such thing."""
    return lambda actor: "200" if actor.user in users else holds((OFFER, INVITE), "404")(actor)


def workbench(actor: Actor) -> str:
    """Those who have one page only are sent there."""
    match actor.groups:
        case (Role.TEAM_MEMBER,):
            return "> /application/membership/"
        case (Role.LEGAL_UNIT,):
            return "> /application/unit/"
        case (Role.HOST_UNIT, *_):
            return "> /application/host/"
    return signed_in()(actor)


def tab(permission: str, *others: str) -> Rule:
    """A tab of 附件上传/下载 is not for the offices of these roles, whatever they may read."""
    inner = holds(permission)
    return lambda actor: "403" if set(others) & set(actor.groups) and actor.user != "c0" else inner(actor)


PAGES: tuple[tuple[str, Rule], ...] = (
    ("/", public),
    ("/workbench/", workbench),
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
    ("/application/hosts/", holds(APPLY)),
    ("/application/submit/", holds(APPLY, "405")),
    ("/application/withdraw/", holds(APPLY, "405")),
    ("/application/team/", holds(LEAD)),
    ("/application/team/1/confirm/", holds(LEAD, "405")),
    ("/application/team/1/remove/", holds(LEAD, "405")),
    ("/application/membership/", holds(JOIN)),
    ("/application/unit/", holds(UNIT)),
    ("/application/unit/edit/", unit_edit),
    ("/application/unit/autosave/", holds(UNIT, "405")),
    ("/application/unit/papers/", holds(UNIT)),
    ("/application/unit/move/", holds(UNIT, "405")),
    ("/application/host/", holds(HOST_UNIT)),
    ("/application/host/edit/", host_edit),
    ("/application/host/autosave/", holds(HOST_UNIT, "405")),
    ("/application/host/move/", holds(HOST_UNIT, "405")),
    ("/application/host/needs/", holds(PUBLISH)),
    ("/application/host/needs/new/", holds(PUBLISH, "405")),
    ("/needs/", public),
    ("/needs/{need}/", public),
    ("/docking/", holds((OFFER, INVITE))),
    ("/docking/{match}/", between("s2", "h1")),
    ("/docking/needs/", holds(OFFER)),
    ("/docking/needs/{need}/", holds(OFFER)),
    ("/docking/specialists/", holds(INVITE)),
    ("/docking/serving/", holds(INVITE)),
    ("/docking/specialists/{selected}/", holds(INVITE)),
    ("/agreement/", holds(AGREE)),
    ("/agreement/start/", holds(AGREE, "405")),
    ("/agreement/edit/", holds(AGREE, "404")),
    ("/agreement/autosave/", holds(AGREE, "405")),
    ("/agreement/papers/", holds(AGREE)),
    ("/review/intake/", holds(PACK)),
    *((f"/review/intake/{{intake}}/{page}", whose_writing("wh1", cell, PACK)) for page, cell in (
        ("", "200"), ("read/", "405"), ("file/", "405"), ("end/", "405"), ("page/0/", "404"), ("new/", "200"),
        ("1/", "200"), ("1/apart/", "405"),
    )),
    ("/news/", public),
    ("/news/{named}/", public),
    ("/news/{named}/take-down/", holds("portal.act_publish")),
    ("/news/{named}/pin/", holds("portal.act_publish", "405")),
    ("/news/files/{job}/", answers("404")),
    ("/news/rss/", public),
    ("/news/rss/news/", public),
    ("/news/out/", answers("404")),
    ("/news/write/", holds(WRITE)),
    ("/news/write/new/", holds(WRITE, "405")),
    *((f"/news/write/{{article}}/{page}", whose_writing("wh1", cell)) for page, cell in (
        ("", "200"), ("edit/", "200"), ("autosave/", "405"), ("move/submit/", "405"), ("pictures/", "405"),
        ("files/", "405"), ("files/{job}/remove/", "405"),
    )),
    ("/news/write/{article}/preview/0/", whose("wh1")),
    ("/publicity/", holds(PUBLICITY)),
    ("/publicity/make/{batch}/", holds(PUBLICITY, "405")),
    ("/publicity/objections/", holds(PUBLICITY)),
    ("/publicity/objections/{objection}/", holds(PUBLICITY)),
    ("/publicity/objections/{objection}/contact/", holds(PUBLICITY, "405")),
    ("/publicity/objections/{objection}/answer/", holds(PUBLICITY, "405")),
    ("/publicity/{named}/object/", public),
    ("/publicity/receipt/{receipt}/", public),
    ("/inbox/", signed_in()),
    ("/inbox/read/", signed_in("405")),
    ("/inbox/1/", signed_in("405")),
    ("/jobs/", signed_in()),
    ("/jobs/{job}/", whose("s1")),
    ("/jobs/{job}/state/", whose("s1")),
    ("/jobs/{job}/cancel/", signed_in("405")),
    ("/jobs/{job}/file/", signed_in("404")),  # it waits: there is none yet
    ("/papers/", holds(SELECTION)),
    ("/papers/personal/", tab(SELECTION, Role.LEGAL_UNIT)),
    ("/papers/docked/", tab(SELECTION, Role.LEGAL_UNIT, Role.PROVINCE)),
    *((f"/papers/{kind}/", holds(SELECTION)) for kind in ("team", "sealed")),
    ("/papers/personal-agreements/", tab(AGREEMENTS, Role.LEGAL_UNIT)),
    ("/papers/team-agreements/", holds(AGREEMENTS)),
    ("/papers/units/", holds("applications.view_admissions")),
    ("/papers/unknown/", signed_in("404")),
    ("/papers/personal/bundle/", signed_in("405")),
    ("/verify/", public),
    ("/v/ABCDEFGHJKLM", answers("404")),
    ("/review/unknown/records/", signed_in("404")),
    ("/review/selection/queue/draft/", signed_in("404")),
    ("/statistics/", holds(STATISTICS)),
    ("/statistics/stages/", holds(STATISTICS)),
    ("/statistics/docking/", holds(NEEDS)),
    ("/statistics/teams/", holds("stats.view_teams")),
    ("/statistics/list/matches/", holds(NEEDS)),
    ("/statistics/export/matches-list/", holds(NEEDS)),
    *(
        (f"/statistics/{path}/", holds(permission))
        for key, permission in (
            *((key, SELECTION) for key in ("people", "sent", "sent-people", "serving", "serving-people", "decisions")),
            ("units", STATISTICS), ("teams", "stats.view_teams"), ("agreements-decisions", AGREEMENTS),
            ("admission-decisions", "applications.view_admissions"),
        )
        for path in (f"list/{key}", f"export/{key}-list")
    ),
    ("/statistics/list/unknown/", signed_in("404")),
    ("/statistics/export/", holds(EXPORTS)),
    *((f"/statistics/export/{export.code}/", holds(EXPORTS)) for export in FILLED),
    ("/statistics/export/specialists/", holds(INVITE)),
    ("/statistics/export/serving/", holds(INVITE)),
    ("/statistics/export/docking/", holds((OFFER, INVITE))),
    ("/statistics/export/needs/", holds(OFFER)),
    ("/statistics/export/own-needs/", holds(PUBLISH)),
    ("/statistics/export/own-articles/", holds(WRITE)),
    ("/statistics/export/objections/", holds(PUBLICITY)),
    *(
        (f"/statistics/export/{name}-admin/", holds(ADMINISTER))
        for name in ("user", "organisation", "batch", "term", "region", "menuitem", "parameter")
    ),
    ("/statistics/export/login-log/", holds(ADMINISTER)),
    ("/statistics/export/operation-log/", holds(ADMINISTER)),
    ("/statistics/export/unknown/", signed_in("404")),
    *(
        (path, holds(stage.permission))
        for process in registry.all_processes()
        for stage in process.queues
        for path in (
            f"/review/{process.code}/queue/{stage.state}/",
            f"/statistics/export/{process.code}-{stage.state}/",
        )
    ),
    *(
        (path.format(process.code), rule)
        for process in registry.all_processes()
        for path, rule in (
            ("/review/{}/records/", holds(process.model.records_permission())),
            ("/review/{}/decide/", signed_in("405")),
            ("/review/{}/remind/1/", signed_in("405")),
            ("/statistics/export/{}-records/", holds(process.model.records_permission())),
        )
    ),
    *(
        (f"/statistics/export/{folder.code}-papers/", holds(process.model.records_permission()))
        for process in registry.all_processes()
        for folder in process.folders
    ),
    # 系统管理
    ("/system/users/", holds(ADMINISTER)),
    ("/system/users/template/", holds(ADMINISTER)),
    ("/system/users/bureaus/", holds(ADMINISTER, "405")),
    ("/system/users/{job}/", holds(ADMINISTER, "404")),
    ("/system/users/{job}/confirm/", holds(ADMINISTER, "405")),
    ("/system/users/{job}/passwords/", holds(ADMINISTER, "405")),
    ("/system/roles/", holds(ADMINISTER)),
    ("/system/menus/city/", holds(ADMINISTER)),
    ("/system/menus/unknown/", holds(ADMINISTER, "404")),
    ("/system/log/login/", holds(ADMINISTER)),
    ("/system/log/operation/", holds(ADMINISTER)),
    ("/system/log/unknown/", holds(ADMINISTER, "404")),
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
            ("accounts/parameter", "{parameter}"),
            ("accounts/specialdays", "{days}"),
            ("applications/batch", "{batch}"),
            ("portal/menuitem", "{menuitem}"),
        )
        for page, cell in (
            ("", "200"),
            ("add/", "403" if model == "accounts/parameter" else "200"),  # those that are declared are there
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
ADMISSION_READERS = dict.fromkeys(("saved", "reviewing", "returned", "admitted", "revoked"), "province") | {"blank": ""}
HOST_READERS = dict.fromkeys(("reviewing", "returned", "confirmed", "revoked"), "city province") | {"blank": ""}
SEALED_READERS = dict.fromkeys(("checking", "returned", "archived"), "first province") | {"awaited": ""}
NEED_READERS = dict.fromkeys(
    ("reviewing", "returned", "published", "solved", "closed", "expired"), "city province"
) | {"draft": ""}  # fmt: skip


@dataclass(frozen=True)
class Matter:
    """A case in all its situations: whose it is, which desks may read it in each, and what its sheets are called.

    `seat`: which attribute of Actor says at which desk of this case somebody sits. `label` tells situations of two
    matters apart that share addresses.
    """

    process: str
    flow: Flow
    owner: str
    readers: dict[str, str]
    seat: str = "desk"
    label: str = ""

    @property
    def permission(self) -> str:
        return registry.get(self.process).model.records_permission()

    def desk(self, actor: Actor) -> str:
        return getattr(actor, self.seat)

    def named(self, situation: str) -> str:
        return f"{self.label}{situation}"

    def concerns(self, actor: Actor, situation: str) -> bool:
        """Whether to ask this person in this situation: outsiders only in the last one."""
        insider = actor.user == self.owner or self.desk(actor) or actor.holds(self.permission)
        return bool(insider) or situation == list(self.readers)[-1] or situation == "approved"

    def reads(self, actor: Actor, situation: str) -> bool:
        return bool(self.desk(actor)) and self.desk(actor) in self.readers[situation].split()


PERSONAL_CASE = Matter("selection", PERSONAL, "s1", APPLICATION_READERS)
TEAM_CASE = Matter("selection", TEAM, "l1", APPLICATION_READERS, "team_desk", "team ")
AGREEMENT_CASE = Matter("agreements", AGREEMENT, "s1", AGREEMENT_READERS)
DUTIES_CASE = Matter(
    "agreements", AGREEMENT, "l1",
    {situation: f"{desks} first".strip() if desks else "" for situation, desks in AGREEMENT_READERS.items()},
    "team_desk", "team ",
)  # fmt: skip
ADMISSION_CASE = Matter("admission", ADMISSION, "u5", ADMISSION_READERS, label="unit ")
HOST_CASE = Matter("hosts", HOST, "h5", HOST_READERS, "host_desk", "host ")
NEED_CASE = Matter("needs", NEED, "h1", NEED_READERS, "host_desk", "need ")
SEALED_CASE = Matter("sealed", SEALED, "wh1", SEALED_READERS, label="sealed ")


def state_of(situation: str) -> str:
    return "draft" if situation == "withdrawn" else situation.split()[0]


def case_page(matter: Matter, situation: str) -> Rule:
    inner = holds(matter.permission)

    def rule(actor: Actor) -> str:
        return inner(actor) if inner(actor) != "200" or matter.reads(actor, situation) else "404"

    return rule


def paper(matter: Matter, situation: str, *, exists: bool, owner: bool = True) -> Rule:
    def rule(actor: Actor) -> str:
        if not actor.user:
            return "login"
        mine = owner and actor.user == matter.owner
        return "200" if exists and (mine or matter.reads(actor, situation)) else "404"

    return rule


def seal(matter: Matter, situation: str) -> Rule:
    """The sealed copy is uploaded by the first desk, of what it may read."""

    def rule(actor: Actor) -> str:
        if not actor.user:
            return "login"
        if actor.user != matter.owner and not matter.reads(actor, situation):
            return "404"
        return "200" if matter.desk(actor) == "first" else "403"

    return rule


def decision(matter: Matter, situation: str, action: str) -> Rule:
    page, state = case_page(matter, situation), state_of(situation)
    move = matter.flow.move(state, action)

    def rule(actor: Actor) -> str:
        if page(actor) != "200":
            return page(actor)
        stage = matter.flow.stage(state)
        sits_here = matter.desk(actor) == stage.desk and actor.holds(stage.permission)
        return "done" if move and move.by != APPLICANT and sits_here else "refused"

    return rule


def own_page(matter: Matter, cell: str, permission: Permission, situation: str) -> Rule:
    """A page without an id, about one's own; what others get there is asked once, of the personal ones at the start."""
    asked = situation in (matter.flow.start.state, "approved") and not matter.label
    return owner_else(cell, permission, asked=asked, owner=matter.owner)


def own_move(matter: Matter, permission: Permission, situation: str, action: str) -> Rule:
    cell = "done" if matter.flow.move(state_of(situation), action) else "refused"
    return own_page(matter, cell, permission, situation)


def _asking(matter: Matter, situation: str, rule: Rule) -> Rule:
    return lambda actor: rule(actor) if matter.concerns(actor, situation) else "-"


def requests(matter: Matter, make: Callable[[Matter, str], Iterable[tuple]]) -> Iterable[Request]:
    """The rows of a matter, situation by situation; `make` gives (method, path, rule) or (method, path, rule, data)."""
    for situation in matter.readers:
        for method, path, rule, *data in make(matter, situation):
            yield Request(method, path, matter.named(situation), _asking(matter, situation, rule), *data)


def _application(matter: Matter, situation: str) -> Iterable[tuple]:
    state = state_of(situation)
    yield "GET", "/review/selection/case/{case}/", case_page(matter, situation)
    yield "GET", "/application/{case}/1/pdf/", paper(matter, situation, exists=situation != "draft")
    yield "GET", "/application/{case}/seal/", seal(matter, situation)
    yield "GET", "/application/{case}/sealed/1/", paper(matter, situation, exists=False)
    editable = "200" if matter.flow.editable(state) else "> /application/"
    yield "GET", "/application/edit/", own_page(matter, editable, APPLY, situation)
    for path, action in (
        ("edit/", "submit"),
        ("submit/", "submit"),
        ("withdraw/", "withdraw"),
        ("autosave/", "submit"),
    ):
        yield "POST", f"/application/{path}", own_move(matter, APPLY, situation, action)
    for action in sorted({move.action for move in matter.flow.moves}):
        yield "POST", "/review/selection/decide/", decision(matter, situation, action), action


def _agreement(matter: Matter, situation: str) -> Iterable[tuple]:
    begun, scanned = situation != "blank", situation not in ("blank", "saved")
    yield "GET", "/review/agreements/case/{case}/", case_page(matter, situation)
    yield "GET", "/agreement/{case}/1/pdf/", paper(matter, situation, exists=begun)
    yield "GET", "/agreement/{case}/scan/1/", paper(matter, situation, exists=scanned)
    yield "GET", "/v/{code}", answers("200" if begun else "404")
    editable = "200" if matter.flow.editable(situation) else "> /agreement/"
    yield "GET", "/agreement/edit/", own_page(matter, editable, AGREE, situation)
    for path, action in (("edit/", "save"), ("autosave/", "save"), ("papers/", "upload")):
        yield "POST", f"/agreement/{path}", own_move(matter, AGREE, situation, action)
    for action in sorted({move.action for move in matter.flow.moves}):
        yield "POST", "/review/agreements/decide/", decision(matter, situation, action), action


def _admission(matter: Matter, situation: str) -> Iterable[tuple]:
    begun, scanned = situation != "blank", situation not in ("blank", "saved")
    yield "GET", "/review/admission/case/{case}/", case_page(matter, situation)
    yield "GET", "/application/unit/{case}/1/pdf/", paper(matter, situation, exists=begun)
    yield "GET", "/application/unit/{case}/scan/1/", paper(matter, situation, exists=scanned)
    yield "GET", "/v/{code}", answers("200" if begun else "404")
    for path, action in (("edit/", "save"), ("papers/", "upload")):
        yield "POST", f"/application/unit/{path}", own_move(matter, UNIT, situation, action)
    yield "POST", "/application/unit/move/", own_move(matter, UNIT, situation, "change"), "change"
    yield "POST", "/application/unit/move/", own_page(matter, "refused", UNIT, situation), "keep"  # in none of these
    for action in sorted({move.action for move in matter.flow.moves}):
        yield "POST", "/review/admission/decide/", decision(matter, situation, action), action


def _host(matter: Matter, situation: str) -> Iterable[tuple]:
    yield "GET", "/review/hosts/case/{case}/", case_page(matter, situation)
    action = "update" if situation == "confirmed" else "submit"
    yield "POST", "/application/host/edit/", own_move(matter, HOST_UNIT, situation, action)
    for action in ("withdraw", "change"):
        yield "POST", "/application/host/move/", own_move(matter, HOST_UNIT, situation, action), action
    yield "POST", "/application/host/move/", own_page(matter, "refused", HOST_UNIT, situation), "keep"
    for action in sorted({move.action for move in matter.flow.moves}):
        yield "POST", "/review/hosts/decide/", decision(matter, situation, action), action


def _need(matter: Matter, situation: str) -> Iterable[tuple]:
    own, public = "/application/host/needs/{case}/", "200" if situation == "published" else "404"

    def mine(cell: str) -> Rule:
        return owner_else(cell, PUBLISH, asked=situation == "published", owner=matter.owner)

    yield "GET", "/needs/{case}/", answers(public)
    yield "GET", "/review/needs/case/{case}/", case_page(matter, situation)
    yield "GET", own, mine("200")
    editable = matter.flow.editable(situation)
    yield "GET", f"{own}edit/", mine("200" if editable else "> /application/host/needs/{case}/")
    for path in ("edit/", "autosave/"):
        yield "POST", own + path, mine("done" if editable else "refused")
    for action in ("submit", "withdraw", "solve", "close", "expire"):
        allowed = action != "expire" and matter.flow.move(situation, action)
        yield "POST", f"{own}move/", mine("done" if allowed else "refused"), action
    for action in sorted({move.action for move in matter.flow.moves}):
        yield "POST", "/review/needs/decide/", decision(matter, situation, action), action


def _sealed(matter: Matter, situation: str) -> Iterable[tuple]:
    """Of s1's application at the province, uploaded by wh1, who alone may take it back."""
    yield "GET", "/review/sealed/case/{case}/", case_page(matter, situation)
    yield "GET", "/application/{case}/sealed/1/", paper(PERSONAL_CASE, "province", exists=True, owner=False)
    yield "GET", "/application/{case}/seal/", seal(PERSONAL_CASE, "province")
    for action in sorted({move.action for move in matter.flow.moves}):
        rule = decision(matter, situation, action)
        if action == "withdraw" and situation == "checking":
            rule = _uploader(rule)
        yield "POST", "/review/sealed/decide/", rule, action


def _uploader(inner: Rule) -> Rule:
    return lambda actor: "done" if actor.user == SEALED_CASE.owner else inner(actor)


PAGE_REQUESTS = [Request("GET", path, "", rule) for path, rule in PAGES]
CASE_REQUESTS = [
    *requests(PERSONAL_CASE, _application),
    *requests(TEAM_CASE, _application),
    *requests(AGREEMENT_CASE, _agreement),
    *requests(DUTIES_CASE, _agreement),
    *requests(ADMISSION_CASE, _admission),
    *requests(HOST_CASE, _host),
    *requests(NEED_CASE, _need),
    *requests(SEALED_CASE, _sealed),
]
REQUESTS = [*PAGE_REQUESTS, *CASE_REQUESTS]


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
