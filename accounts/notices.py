"""Telling people: the inbox, and e-mail behind it where a server is configured."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from accounts.models import Appointment, Notice, Organisation, User

logger = logging.getLogger("ktp.notices")

UNREAD_SHOWN = 99
MAIL_WITHIN = timedelta(days=2)  # older ones have been read, or do not matter any more
MAIL_AT_ONCE = 100


def tell(notices: Iterable[Notice]) -> None:
    """Lines without a topic, in the caller's transaction: told if and only if what they tell has happened (F02)."""
    Notice.objects.bulk_create(notices, batch_size=500)


def tell_one(user: User, text: str, *, url: str = "", important: bool = True) -> None:
    tell([Notice(user=user, text=text[:300], url=url, important=important, at=timezone.now())])


@transaction.atomic
def nudge(
    users: Iterable[int], *, topic: str, text: str, url: str, count: int = 1, important: bool = False,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """The one line on `topic` of each of these people: new again, and so many more. A short transaction of its own,
    rows in the order of their ids, so that no decision waits for somebody's inbox."""
    at, people = at or timezone.now(), sorted(set(users))
    Notice.objects.bulk_create(
        [Notice(user_id=user, topic=topic, text=text, url=url, count=0, at=at) for user in people],
        ignore_conflicts=True,
    )
    rows = Notice.objects.filter(user__in=people, topic=topic)
    found = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
    more = Case(When(read_at=None, then=F("count") + count), default=Value(count))
    rows.filter(pk__in=found).update(
        count=more, read_at=None, mailed_at=None, at=at, text=text[:300], url=url, important=important
    )


def officers(desk: Organisation) -> list[int]:
    """Ids of the active people who act for a desk."""
    acting = Appointment.in_force("appointment__") & Q(appointment__content_object=desk)
    return list(User.objects.filter(acting, is_active=True).values_list("pk", flat=True))


def unread(user: User) -> int:
    """How many lines are new, up to one more than UNREAD_SHOWN."""
    return Notice.objects.filter(user=user, read_at=None)[: UNREAD_SHOWN + 1].count()


def read(user: User, pk: int | None = None) -> None:
    """Mark one line, or all of them, as read."""
    rows = Notice.objects.filter(user=user, read_at=None)
    (rows if pk is None else rows.filter(pk=pk)).update(read_at=timezone.now())


def forget(before: datetime) -> int:
    """Take away lines that were read before then; how many. What nobody has read stays."""
    return Notice.objects.filter(read_at__lt=before).delete()[0]


# ---- e-mail ----


def mail_pending() -> int:
    """Send what is important and was not sent yet; returns how many went out. Each is tried once: the inbox is the
    notice, the mail its echo. A mail says no more than the inbox line, which holds no personal number."""
    if not settings.EMAIL_URL:
        return 0
    now = timezone.now()
    waiting = Notice.objects.filter(important=True, mailed_at=None, at__gt=now - MAIL_WITHIN, user__is_active=True)
    sent = 0
    with get_connection() as server:
        for notice in waiting.select_related("user__profile").order_by("at")[:MAIL_AT_ONCE]:
            if not Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=now):
                continue  # another worker was quicker
            if address := address_of(notice.user):
                sent += _send(server, notice, address)
    return sent


def address_of(user: User) -> str:
    """Where a person's mail goes: the address given for notices, else the one of 基本信息; 「无」 is none."""
    email = user.email or getattr(getattr(user, "profile", None), "email", "")
    return email if "@" in email else ""


def _send(server, notice: Notice, address: str) -> int:
    where = f"请登录查看：{settings.BASE_URL}{notice.url}"
    body = "\n\n".join((f"{notice.user.real_name}，您好：", str(notice), where, settings.SITE_NAME))
    try:
        return EmailMessage(f"【{settings.SITE_NAME}】您有新的消息", body, to=[address], connection=server).send()
    except OSError:  # smtplib's errors are among them; the address stays out of the log
        logger.warning("mail for notice %s failed", notice.pk, exc_info=True)
        return 0
