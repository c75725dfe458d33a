"""Takes away what has expired, and closes what has come to its end:
sessions, captchas, counters, failed logins, the oldest lines of the login log, of inboxes and of jobs."""

from datetime import timedelta
from importlib import import_module

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from captcha.models import CaptchaStore
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import notices, parameters
from accounts.models import Tally
from applications.needs.services import close_over
from attachments import intake, jobs, pictures, sheets
from portal.issuing import services as issuing
from review import intake as piles

ATTEMPTS_KEPT = timedelta(days=1)  # longer than any lock-out
LOGINS_KEPT = timedelta(days=200)  # the law asks for six months at least (网络安全法)


class Command(BaseCommand):
    help = "清理过期的会话、验证码、登录失败记录，以及超过保存期限的登录日志、消息和任务"

    def handle(self, **options) -> None:
        now = timezone.now()
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
        removed = {
            "验证码": CaptchaStore.objects.filter(expiration__lt=now),
            "限次计数": Tally.objects.filter(until__lt=now),
            "登录失败计数": AccessAttempt.objects.filter(attempt_time__lt=now - ATTEMPTS_KEPT),
            "登录失败日志": AccessFailureLog.objects.filter(attempt_time__lt=now - LOGINS_KEPT),
            "登录日志": AccessLog.objects.filter(attempt_time__lt=now - LOGINS_KEPT),
        }
        counts = "，".join(f"{name} {rows.delete()[0]} 条" for name, rows in removed.items())
        counts += f"，到期需求 {close_over()} 条"
        counts += f"，任务文件 {jobs.expire()} 个，扫描件 {intake.expire()} 批（另提醒 {piles.remind()} 批）"
        counts += f"，久未使用的 PDF {sheets.expire()} 个、页面图 {pictures.expire()} 份"
        kept = now - timedelta(days=int(parameters.get("keep.days")))
        counts += f"，结束已久的任务 {jobs.forget(kept)} 条，已读已久的消息 {notices.forget(kept)} 条"
        counts += f"，账号发放 {issuing.expire()} 批"
        self.stdout.write(f"{timezone.localtime(now):%Y-%m-%d %H:%M:%S} 已清理：{counts}")
