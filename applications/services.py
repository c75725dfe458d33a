"""Writes of the applicant: starting an application and saving its form. Moves are `review.services.perform`."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Profile, User
from applications.documents import FORM_FIELDS
from applications.models import Application, Batch, PersonalForm
from review.refusal import Refused


@transaction.atomic
def start(user: User, batch: Batch) -> Application:
    """The person's application in a batch, begun now if there is none. Raises `Refused` when the batch is not open."""
    existing = Application.objects.filter(owner=user, batch=batch).first()
    if existing is not None:
        return existing
    if reason := batch.closed_reason():
        raise Refused(reason)
    Profile.objects.get_or_create(user=user)
    application, created = Application.objects.get_or_create(
        owner=user, batch=batch, defaults={"kind": Application.Kind.PERSONAL}
    )
    if created:
        PersonalForm.objects.create(application=application)
    return application


@transaction.atomic
def save_form(application: Application, *, actor: User, version: int, values: dict) -> PersonalForm:
    """Write the given fields of the form ({name: clean value}).

    Raises `Refused` when it is under review, or when another tab has saved since `version` was read.
    """
    locked = Application.objects.select_for_update().get(pk=application.pk, owner=actor)
    if not locked.editable:
        raise Refused(f"申请当前状态为「{locked.state_label}」，不能修改。")
    form = PersonalForm.objects.get(application=locked)
    if form.version != version:
        raise Refused("这份申请表已在另一个窗口保存过，请刷新页面，核对后再保存。")
    for name in FORM_FIELDS:
        if name in values and name != "chains":
            setattr(form, name, values[name])
    form.version, form.saved_at = version + 1, timezone.now()
    form.save()
    if "chains" in values:
        form.chains.set(values["chains"])
    return form
