"""Writes of the specialist: opening an agreement, saving it, uploading the sealed scan."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from agreements.models import Agreement
from agreements.selectors import closed_reason, scan_closed
from applications.models import Application
from review import drafts, scans
from review.refusal import Refused


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


def save_agreement(agreement: Agreement, *, actor: User, version: int, values: dict) -> Agreement:
    """Write the given fields. Raises `Refused` as `review.drafts.save` does, or once a scan lies with the province."""
    return drafts.save(agreement, actor=actor, version=version, values=values)  # type: ignore[return-value]


def upload_scan(agreement: Agreement, *, actor: User, seen: int, upload: UploadedFile, at=None) -> Agreement:
    """Keep the sealed scan as a new version and send it to the province.

    Raises `ValidationError` when the file is not fit, `Refused` when the agreement has moved on; then nothing is kept.
    """
    return scans.submit(agreement, upload, actor=actor, seen=seen, closed=scan_closed, at=at)
