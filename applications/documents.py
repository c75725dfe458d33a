"""The application as a document: which fields, in which order, under which heading. Labels are the models' own."""

from datetime import date

from django.db import models

from accounts.masks import mask_mobile, mask_number
from accounts.models import Region, User
from accounts.selectors import PROFILE_SECTIONS
from applications.models import Application, HostAdmission, Need, PersonalForm, SealedSheet, TeamForm, UnitAdmission
from applications.models.sheets import SelectionForm
from review.document import Document, Field, Section, Sections

UNIT_SECTIONS: Sections = (
    ("单位基本情况", ("name", "credit_code", "nature", "region", "address", "postcode", "founded_on", "main_business")),
    ("法人代表与联系人", ("legal_rep", "legal_rep_post", "contact", "contact_phone", "email")),
    ("科技服务能力", ("tech_strength", "service_record")),
)
VILLAGE_SECTION = ("村（社区）情况", ("village_head", "households", "population", "industry"))
OPTIONAL_SECTION = ("经营规模（选填）", ("capital", "assets", "last_income", "staff", "remark"))
HOST_SECTIONS: Sections = (
    ("单位基本情况", ("name", "host_type", "credit_code", "region", "address", "founded")),
    ("负责人与联系人", ("legal_rep", "legal_rep_phone", "contact", "contact_phone")),
    ("生产经营与技术需求", ("main_business", "tech_need")),
    VILLAGE_SECTION,
    OPTIONAL_SECTION,
)
NEED_SECTIONS: Sections = (
    ("需求信息", ("title", "chain", "kind", "discipline", "county", "starts_on", "ends_on", "description")),
    ("联系方式", ("contact", "contact_phone")),
)
NEED_PUBLIC = frozenset(("host", "host_kind", "host_region", *NEED_SECTIONS[0][1]))  # what the public reads of it
_HOST = ("拟服务对象", ("target_city", "target_county", "target_host", "target_host_address"))
FORM_SECTIONS: dict[type[SelectionForm], Sections] = {
    PersonalForm: (
        ("申报信息", ("apply_type", "major", "tech_field", "chains")),
        _HOST,
        ("个人情况与服务设想", ("introduction", "work_history", "planned_service")),
    ),
    TeamForm: (
        ("负责人", ("leader_field", "leader_achievement")),
        _HOST,
        ("团队依托与服务设想", ("chains", "planned_service")),
    ),
}
WIDE = 60  # longer fields take the whole width of the sheet


def sections_of(form: SelectionForm) -> Sections:
    return FORM_SECTIONS[type(form)]


def fields_of(form: type[SelectionForm]) -> tuple[str, ...]:
    """The names of a form's fields, in their order."""
    return tuple(name for _, names in FORM_SECTIONS[form] for name in names)


def document_of(application: Application) -> Document:
    """The form with the 基本信息 of whoever applies, as officers judge it and as it is printed."""
    user, form = application.owner, application.form
    profile = [Section(title, tuple(_profile_field(user, name) for name in names)) for title, names in PROFILE_SECTIONS]
    own = [Section(title, tuple(field_of(form, name) for name in names)) for title, names in sections_of(form)]
    if application.is_team:
        return Document("法人科技特派员（团队）申请表", (_team(user), *profile, *own))
    return Document("个人科技特派员申请表", (*profile, *own))


def unit_document(admission: UnitAdmission) -> Document:
    """单位概况, as the province judges it and as it is printed and sealed."""
    sections = [Section(title, tuple(field_of(admission, name) for name in names)) for title, names in UNIT_SECTIONS]
    return Document("法人单位概况", tuple(sections))


def host_sections(host: HostAdmission) -> Sections:
    """What it has to tell: a village more."""
    left_out = (OPTIONAL_SECTION,) if host.is_village else (OPTIONAL_SECTION, VILLAGE_SECTION)
    return tuple(one for one in HOST_SECTIONS if one not in left_out)


def host_document(host: HostAdmission) -> Document:
    """机构信息 of a 派驻单位, as its city judges it; of what it need not tell what it has told."""
    title, names = OPTIONAL_SECTION
    told = (title, tuple(name for name in names if text_of(host, name)))
    sections = [
        Section(title, tuple(field_of(host, name) for name in names))
        for title, names in (*host_sections(host), told) if names
    ]  # fmt: skip
    return Document("派驻单位信息", tuple(sections))


def sealed_document(sheet: SealedSheet) -> Document:
    """What the first desk has uploaded last."""
    application, scan = sheet.application, sheet.application.scans.select_related("file__uploaded_by").latest("number")
    facts = (
        ("name", "申请人", application.applicant_name),
        ("paper", "材料", f"{application.papers_name}，第 {scan.revision} 版"),
        ("office", "上传单位", str(application.desk_for("first") or "")),
        ("uploader", "上传人", scan.file.uploaded_by.real_name),
        ("file", "文件", f"{scan.file.name}，{scan.file.pages} 页"),
    )
    return Document("盖章申请表", (Section("上传的盖章件", tuple(Field(*fact) for fact in facts)),))


def need_document(need: Need) -> Document:
    """A 需求 as its city judges it; what NEED_PUBLIC names is what becomes public."""
    host, form = need.host, need.form
    admission = getattr(host, "host", None)  # of one that an administrator has entered there is none
    who = (
        Field("host", "需求单位", host.name, wide=True),
        Field("host_kind", "单位类型", admission.kind_name if admission else ""),
        Field("host_region", "单位所在地", host.location.full_name if host.location else ""),
    )
    sections = [Section(title, tuple(field_of(form, name) for name in names)) for title, names in NEED_SECTIONS]
    return Document("科技服务需求", (Section("需求单位", who), *sections))


def public_need(document: Document) -> Document:
    """Without whom to call."""
    parts = ((one.title, tuple(item for item in one.fields if item.key in NEED_PUBLIC)) for one in document.sections)
    return Document(document.title, tuple(Section(title, fields) for title, fields in parts if fields))


def _team(leader: User) -> Section:
    """Unit, name and the members who count, one row each: they are frozen with the form.

    All names stand in one row too, which shows as changed when somebody else comes in.
    """
    team = getattr(leader, "team", None)
    _, *members = people = team.people() if team else [leader]
    names = "、".join(person.real_name for person in people)
    facts = (
        Field("unit", "所属单位", team.unit.name if team else "", wide=True),
        Field("team", "团队名称", team.name if team else "", wide=True),
        Field("size", "团队总人数", f"{len(people)} 人（含负责人）：{names}", wide=True),
    )
    rows = (Field(f"member_{person.pk}", f"成员：{person.real_name}", _member(person), wide=True) for person in members)
    return Section("团队信息", (*facts, *rows))


def _member(person: User) -> str:
    profile = getattr(person, "profile", None)
    if profile is None:  # shown to the leader before anything is filled in; never frozen so
        return ""
    return "　".join(
        (profile.work_unit, profile.post, profile.get_title_level_display(), profile.title_name, profile.speciality)
    )


def _profile_field(user: User, name: str) -> Field:
    if name == "id_number":
        number = user.profile.id_number
        return Field.secret("profile_id_number", "证件号码", number, mask_number(number))
    if name == "mobile":
        return Field.secret("profile_mobile", "手机", user.mobile, mask_mobile(user.mobile), shown=True)
    return field_of(user if name == "real_name" else user.profile, name, prefix="profile_")


def field_of(row: models.Model, name: str, *, prefix: str = "") -> Field:
    column = row._meta.get_field(name)
    wide = isinstance(column, models.ManyToManyField) or (getattr(column, "max_length", 0) or 0) > WIDE
    return Field(prefix + name, str(column.verbose_name), text_of(row, name), wide=wide and not column.choices)


def text_of(row: models.Model, name: str) -> str:
    """A field's value in words; empty when there is none."""
    column = row._meta.get_field(name)
    if isinstance(column, models.ManyToManyField):
        return "、".join(str(item) for item in getattr(row, name).all()) if row.pk else ""
    if column.choices:
        return str(getattr(row, f"get_{name}_display")())
    value = getattr(row, name)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, Region):
        return value.full_name if value.level == Region.Level.COUNTY and name in ("region", "county") else value.name
    return "" if value is None else str(value)
