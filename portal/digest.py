"""The officers' morning: once a working day, one line on what waits (and a mail, where they have an address)."""

from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone

from accounts import notices
from accounts.models import Appointment, Notice, User
from portal.publicity.selectors import Open, open_objections
from review.deadlines import is_working_day
from review.selectors import Waiting, waiting

MORNING = time(8)
TOPIC = "digest"


def send(now: datetime | None = None) -> int:
    """Tell every officer who has something to do, unless told today; returns how many were told. Safe to call often."""
    today = timezone.localtime(now)
    if not is_working_day(today.date()) or today.time() < MORNING:
        return 0
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    people = User.objects.filter(Appointment.in_force("appointment__"), is_active=True).distinct()
    told = Notice.objects.filter(topic=TOPIC, at__gte=midnight).values("user")
    count = 0
    for user in people.exclude(pk__in=told):
        if words := _words([one for one in waiting(user) if one.count], open_objections(user)):
            url = reverse("portal:workbench")
            notices.nudge([user.pk], topic=TOPIC, text=words, url=url, count=1, important=True, at=today)
            count += 1
    return count


def _words(queues: list[Waiting], objections: Open | None) -> str:
    parts = [f"「{one.stage.queue}」{one.stage.tab} {one.count_text} 件" for one in queues]
    if objections and objections.count:
        parts.append(f"「公示异议」待处理 {objections.count} 件")
    if not parts:
        return ""
    late = [one for one in queues if one.urgency == "late"]
    waited = f"；最早的已等 {max(one.waited for one in late)} 个工作日，已超期" if late else ""
    return "今日待办：" + "，".join(parts) + waited
