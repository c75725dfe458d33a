"""The morning: once a working day, one line for each officer on what waits (and a mail, where they have an address);
once a year one for the administrators, when next year's holidays are wanted."""

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from accounts import notices
from accounts.models import Appointment, Notice, SpecialDays, Tally, User
from accounts.selectors import administrators
from portal.publicity.selectors import Open, open_objections
from review.deadlines import is_working_day
from review.selectors import Waiting, waiting

MORNING, NOON = time(8), time(12)  # a worker that starts later has missed it
TOPIC = "digest"
HOLIDAYS_KNOWN = (11, 20)  # month and day by which 国务院办公厅 has told next year's, as a rule


def send(now: datetime | None = None) -> int:
    """Tell every officer who has something to do; returns how many were told. Safe to call often: all are asked once a
    day, so what comes later is told tomorrow; who was told before a crash is not told again."""
    today = timezone.localtime(now)
    if not is_working_day(today.date()) or not MORNING <= today.time() < NOON:
        return 0
    done = f"{TOPIC}:{today:%Y-%m-%d}"
    if Tally.objects.filter(key=done).exists():
        return 0
    _ask_for_holidays(today)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    people = User.objects.filter(Appointment.in_force("appointment__"), is_active=True).distinct()
    told = Notice.objects.filter(topic=TOPIC, at__gte=midnight).values("user")
    count = 0
    for user in people.exclude(pk__in=told):
        if words := _words([one for one in waiting(user) if one.count], open_objections(user)):
            url = reverse("portal:workbench")
            notices.nudge([user.pk], topic=TOPIC, text=words, url=url, count=1, important=True, at=today)
            count += 1
    Tally.objects.get_or_create(key=done, defaults={"until": midnight + timedelta(days=1)})
    return count


def _ask_for_holidays(today: datetime) -> None:
    """What is due next year is counted by a calendar that an administrator has to enter."""
    year = today.year + 1
    if (today.month, today.day) < HOLIDAYS_KNOWN or SpecialDays.objects.filter(first__year=year, active=True).exists():
        return
    topic = f"holidays:{year}"
    told = Notice.objects.filter(topic=topic).values("user")
    notices.nudge(
        administrators().exclude(pk__in=told).values_list("pk", flat=True), topic=topic, important=True, at=today,
        text=f"请登记{year}年的节假日和调休：办理时限和公示期按工作日计算。",
        url=reverse("admin:accounts_specialdays_changelist"),
    )  # fmt: skip


def _words(queues: list[Waiting], objections: Open | None) -> str:
    parts = [f"「{one.stage.queue}」{one.stage.tab} {one.count_text} 件" for one in queues]
    if objections and objections.count:
        parts.append(f"「公示异议」待处理 {objections.count} 件")
    if not parts:
        return ""
    late = [one for one in queues if one.urgency == "late"]
    waited = f"；最早的已等 {max(one.waited for one in late)} 个工作日，已超期" if late else ""
    return "今日待办：" + "，".join(parts) + waited
