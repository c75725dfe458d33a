"""The agreement as a document: which fields, in which order, under which heading."""

from agreements.counters import in_words
from agreements.models import Agreement
from applications.documents import field_of
from review.document import Document, Field, Section

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("派出单位（甲方）", ("sender_name", "sender_head", "sender_contact", "sender_phone")),
    (
        "服务企业（丙方）",
        (
            "host_name", "host_credit_code", "host_head", "host_contact", "host_phone", "host_address",
            "host_main_business",
        ),
    ),
    ("服务期限", ("service_start", "service_end", "committed_days")),
    ("服务内容", ("speciality", "service_need", "work_plan", "expected_targets")),
)  # fmt: skip
FIELDS = tuple(name for _, names in SECTIONS for name in names)


def agreement_document(agreement: Agreement) -> Document:
    """个人服务协议 as it is frozen, printed and sealed; the specialist is as the approved application says."""
    application = agreement.application
    person = (
        Field("number", "协议编号", agreement.number),
        Field("name", "姓名", application.applicant_name),
        Field("unit", "工作单位", application.unit_name),
        Field("target_city", "服务地市", application.target_city.name),
        Field("target_county", "服务县（市、区）", application.target_county.name),
    )
    sections = [Section(title, tuple(field_of(agreement, name) for name in names)) for title, names in SECTIONS]
    targets = Section("量化指标", (Field("targets", "量化指标", in_words(agreement.targets), wide=True),))
    return Document("个人科技特派员服务协议", (Section("科技特派员（乙方）", person), *sections, targets))
