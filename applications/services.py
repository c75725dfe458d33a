"""Writes of the applicant: starting an application and saving its form. Moves are `review.services.perform`."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import Organisation, Profile, User
from accounts.services import appoint
from accounts.validators import NONE
from applications import flow
from applications.docking.selectors import accepted_by, agreed_fields
from applications.models import (
    Application,
    Batch,
    HostAdmission,
    PersonalForm,
    Post,
    SealedSheet,
    TeamForm,
    UnitAdmission,
)
from applications.models.sheets import SelectionForm
from review import drafts, scans
from review.flow import Move
from review.refusal import Refused
from review.services import perform, perform_many


@transaction.atomic
def start(user: User, batch: Batch) -> Application:
    """The person's application in a batch, begun now if there is none: 拟服务企业 is whom they have come to terms with
    last. Raises `Refused` when the batch is not open."""
    existing = Application.objects.filter(owner=user, batch=batch).first()
    if existing is not None:
        return existing
    if reason := batch.closed_reason():
        raise Refused(reason)
    Profile.objects.get_or_create(user=user)
    kind = Application.Kind.of(user)
    form = TeamForm if kind == Application.Kind.TEAM else PersonalForm
    application, created = Application.objects.get_or_create(owner=user, batch=batch, defaults={"kind": kind})
    if created:
        agreed = accepted_by(user).first()
        fields = agreed_fields(agreed) if agreed else {}
        form.objects.create(
            application=application, **{form._meta.get_field(name).attname: value for name, value in fields.items()}
        )
    return application


def save_form(application: Application, *, actor: User, version: int, values: dict) -> SelectionForm:
    """Write the given fields of the form. Raises `Refused` as `review.drafts.save` does."""
    return drafts.save(application, actor=actor, version=version, values=values, form_of=lambda case: case.form)  # type: ignore[return-value]


@transaction.atomic
def open_admission(user: User) -> UnitAdmission:
    """The account's request for admission, begun now if there is none."""
    admission, _ = UnitAdmission.objects.get_or_create(owner=user)
    return admission


def submit_unit(admission: UnitAdmission, *, actor: User, seen: int, at: datetime | None = None) -> UnitAdmission:
    """「提交」 of 机构信息: freezes it, and founds the organisation, which stays inactive until it is admitted.

    Raises `Refused` when something is missing or the code is another unit's.
    """
    return _submit(admission, "save", Organisation.Kind.LEGAL_UNIT, "省科技厅", actor=actor, seen=seen, at=at)


@transaction.atomic
def open_host(user: User) -> HostAdmission:
    """The account's 派驻单位, begun now if there is none."""
    host, _ = HostAdmission.objects.get_or_create(owner=user)
    return host


def submit_host(host: HostAdmission, *, actor: User, seen: int, at: datetime | None = None) -> HostAdmission:
    """「提交」 of 机构信息 to its city; while it is confirmed, 「更新信息」, which needs nobody's word.

    Raises `Refused` as `submit_unit` does, and when a confirmed one would become another.
    """
    action = "update" if host.confirmed else "submit"
    return _submit(host, action, Organisation.Kind.HOST_UNIT, "所在地市科技局", actor=actor, seen=seen, at=at)


Admission = TypeVar("Admission", UnitAdmission, HostAdmission)


@transaction.atomic
def _submit(
    admission: Admission, action: str, kind: str, office: str, *, actor: User, seen: int, at: datetime | None
) -> Admission:
    try:
        with transaction.atomic():
            admission = perform(admission, action, actor=actor, seen=seen, at=at)
            _settle(admission, kind, actor)
    except IntegrityError as error:
        raise Refused(f"该统一社会信用代码已登记，如非本单位操作，请联系{office}。") from error
    return admission


def _settle(admission: Admission, kind: str, actor: User) -> None:
    """The organisation of what was submitted, and who acts for it."""
    admission.organisation = admission.organisation or Organisation(kind=kind, active=False)
    _copy_to_organisation(admission)
    appoint(user=actor, organisation=admission.organisation)
    admission.save(update_fields=["organisation"])


@transaction.atomic
def submit_hosts(pks: Sequence[int], *, at: datetime) -> list[HostAdmission]:
    """`submit_host` of many new ones, each by its owner; for demo data. Raises the first refusal."""
    outcomes = perform_many(HostAdmission, "submit", dict.fromkeys(pks, 0), actor=None, at=at, tell=False)
    for outcome in outcomes:
        if outcome.refusal:
            raise outcome.refusal
        _settle(outcome.case, Organisation.Kind.HOST_UNIT, outcome.case.owner)  # type: ignore[type-var]
    return [outcome.case for outcome in outcomes]


def _copy_to_organisation(admission: UnitAdmission | HostAdmission) -> None:
    unit = admission.organisation
    unit.name, unit.location, unit.contact = admission.name, admission.region, admission.contact
    unit.credit_code = "" if admission.credit_code == NONE else admission.credit_code
    unit.phone = unit.contact_phone = admission.contact_phone
    unit.save()


def upload_overview(
    admission: UnitAdmission, *, actor: User, seen: int, upload: UploadedFile, at: datetime | None = None
) -> UnitAdmission:
    """Keep the sealed 单位概况 and send it to the province. Raises `ValidationError` or `Refused`."""
    return scans.submit(admission, upload, actor=actor, seen=seen, closed=_closed, at=at)


def _closed(admission: UnitAdmission) -> str:
    if admission.flow.move(admission.state, "upload"):
        return ""
    return f"当前状态为「{admission.state_label}」，不能上传单位概况。"


def admissions_moved(moved: Sequence[tuple[UnitAdmission | HostAdmission, Move]]) -> None:
    """With each move of an admission: the organisation is active while the admission stands, and only then."""
    for admission, move in moved:
        if admission.organisation_id and move.source != move.target:
            active = move.target in (flow.ADMITTED, flow.CONFIRMED)
            Organisation.objects.filter(pk=admission.organisation_id).update(active=active)


def applications_moved(moved: Sequence[tuple[Application, Move]]) -> None:
    """Nobody stands any more in what has come back; what was sealed of a version that is taken back goes with it."""
    back = [application.pk for application, move in moved if move.target not in flow.STANDING]
    if back:
        Post.objects.filter(application__in=back).delete()
    if withdrawn := [application.pk for application, move in moved if move.withdraws]:
        sheets = SealedSheet.objects.filter(pk__in=withdrawn, state=flow.CHECKING)
        sheets = sheets.filter(of_revision=F("application__revision_number"))
        perform_many(SealedSheet, "withdraw", {sheet.pk: sheet.seen for sheet in sheets}, actor=None)


def upload_sealed(application: Application, *, actor: User, upload: UploadedFile, at: datetime | None = None) -> None:
    """The first desk's sealed copy of an application (a city's or a legal unit's). Never replaced, only added; the
    province checks it. Raises `ValidationError` or `Refused`; then nothing is kept."""
    scans.add(application, upload, by=actor, at=at)


def sealed_came(application: Application, actor: User, at: datetime | None = None) -> None:
    """Hand a copy that was just kept to the province; the application is held. Raises `Refused` where it has decided
    on the one before meanwhile."""
    sheet, _ = SealedSheet.objects.get_or_create(
        pk=application.pk, defaults={"application": application, "owner": actor}
    )
    SealedSheet.objects.filter(pk=sheet.pk).update(owner=actor)
    perform(sheet, scans.UPLOAD, actor=actor, seen=sheet.seen, at=at)
