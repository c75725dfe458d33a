"""The agreement as a document: which fields, in which order, under which heading."""

from agreements.counters import in_words
from agreements.models import Agreement
from applications.documents import field_of
from review.document import Document, Field, Section, Sections

_SENDER = ("派出单位（甲方）", ("sender_name", "sender_head", "sender_contact", "sender_phone"))
_HOST = (
    "服务企业（丙方）",
    (
        "host_name", "host_credit_code", "host_head", "host_contact", "host_phone", "host_address",
        "host_main_business",
    ),
)  # fmt: skip
_TERM = ("服务期限", ("service_start", "service_end", "committed_days"))
_WORK = ("service_need", "work_plan", "expected_targets")
PERSONAL_SECTIONS: Sections = (_SENDER, _HOST, _TERM, ("服务内容", ("speciality", *_WORK)))
TEAM_SECTIONS: Sections = (_SENDER, _HOST, _TERM, ("团队分工与服务内容", ("division", *_WORK)))
FIELDS = tuple(dict.fromkeys(name for _, names in (*PERSONAL_SECTIONS, *TEAM_SECTIONS) for name in names))


def sections_of(agreement: Agreement) -> Sections:
    return TEAM_SECTIONS if agreement.application.is_team else PERSONAL_SECTIONS


def agreement_document(agreement: Agreement) -> Document:
    """The agreement as it is frozen, printed and sealed; who serves is as the approved application says."""
    application = agreement.application
    person = (
        Field("number", "协议编号", agreement.number),
        Field("name", "负责人" if application.is_team else "姓名", application.applicant_name),
        Field("unit", "工作单位", application.unit_name),
        Field("target_city", "服务地市", application.target_city.name),
        Field("target_county", "服务县（市、区）", application.target_county.name),
    )
    team = (
        Field("team", "团队名称", application.team_name, wide=True),
        Field("members", "团队成员", "、".join(_members(agreement)), wide=True),
    )
    texts = [
        Section(title, tuple(field_of(agreement, name) for name in names)) for title, names in sections_of(agreement)
    ]
    targets = Section("量化指标", (Field("targets", "量化指标", in_words(agreement.targets), wide=True),))
    if application.is_team:
        return Document("法人科技特派员（团队）服务协议", (Section("团队（乙方）", (*person, *team)), *texts, targets))
    return Document("个人科技特派员服务协议", (Section("科技特派员（乙方）", person), *texts, targets))


def _members(agreement: Agreement) -> list[str]:
    """Names as they stood in the revision that was approved."""
    application = agreement.application
    approved = application.revisions.get(number=application.revision_number).document
    names = [item.label.removeprefix("成员：") for item in approved.fields if item.key.startswith("member_")]
    return [application.applicant_name, *names]
