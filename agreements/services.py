"""Writes of the specialist: opening an agreement, saving it, uploading the sealed scan."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agreements import flow
from agreements.documents import FIELDS
from agreements.models import Agreement, AgreementScan
from agreements.selectors import closed_reason
from applications.models import Application
from attachments.services import discard, store_pdf
from review.refusal import Refused
from review.services import perform


@transaction.atomic
def open_agreement(application: Application, *, actor: User) -> Agreement:
    """The agreement of an approved application, begun now if there is none, with what is already known filled in.

    Raises `Refused` with the reason when the application is not approved.
    """
    if reason := closed_reason(application):
        raise Refused(reason)
    profile = application.owner.profile
    agreement, _ = Agreement.objects.get_or_create(
        application=application,
        defaults={
            "owner": actor,
            "speciality": profile.speciality,
            "sender_name": application.unit_name,
            "host_name": application.target_host,
            "host_address": application.form.target_host_address,
        },
    )
    return agreement


@transaction.atomic
def save_agreement(agreement: Agreement, *, actor: User, version: int, values: dict) -> Agreement:
    """Write the given fields. Raises `Refused` once a scan lies with the province, or when another tab has saved."""
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk, owner=actor)
    if not locked.editable:
        raise Refused(f"协议当前状态为「{locked.state_label}」，不能修改。")
    if locked.version != version:
        raise Refused("这份协议已在另一个窗口保存过，请刷新页面，核对后再保存。")
    names = [name for name in (*FIELDS, "targets") if name in values]
    for name in names:
        setattr(locked, name, values[name])
    locked.version, locked.saved_at = version + 1, timezone.now()
    locked.save(update_fields=[*names, "version", "saved_at"])
    return locked


def upload_scan(agreement: Agreement, *, actor: User, seen: int, upload: UploadedFile, at=None) -> Agreement:
    """Keep the sealed scan as a new version and send it to the province.

    Raises `ValidationError` when the file is not fit, `Refused` when the agreement has moved on; then nothing is kept.
    """
    current = Agreement.objects.get(pk=agreement.pk, owner=actor)
    _next_scan(current)
    if current.seen != seen:  # `perform` says what has happened meanwhile; no file is looked through in vain
        return perform(current, "upload", actor=actor, seen=seen, at=at)
    stored = store_pdf(upload, by=actor)  # may take seconds: nobody waits for a lock meanwhile
    try:
        with transaction.atomic():
            locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
            number = _next_scan(locked)
            if locked.seen == seen:
                AgreementScan.objects.create(
                    agreement=locked, file=stored, number=number, revision=locked.revision_number,
                    at=at or timezone.now(),
                )  # fmt: skip
            return perform(locked, "upload", actor=actor, seen=seen, at=at)
    except BaseException:
        discard(stored)
        raise


def _next_scan(agreement: Agreement) -> int:
    """The number of the next upload. Raises `Refused` when there can be none."""
    if agreement.flow.move(agreement.state, "upload") is None:
        raise Refused(
            "请先填写并提交服务协议，再上传盖章扫描件。"
            if agreement.state == flow.BLANK
            else "协议已归档，不能再替换扫描件。"
        )
    number = agreement.scans.count() + 1
    if number > MAX_SCANS:
        raise Refused(f"最多上传 {MAX_SCANS} 次，请联系省科技厅。")
    return number


MAX_SCANS = 20
