import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import models
from django.utils import timezone

from . import storage


class StoredFile(models.Model):
    """A PDF that somebody uploaded. Never changed: a new upload is a new row. Owners point here and guard the way."""

    key = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("文件名", max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("字节数")
    pages = models.PositiveSmallIntegerField("页数")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="上传人"
    )
    created = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("附件存入后不再改动")
        super().save(*args, **kwargs)

    @property
    def path(self) -> Path:
        return storage.path_of(self.key)

    def open(self) -> BinaryIO:
        return self.path.open("rb")


JOB_KEPT = timedelta(hours=24)  # how long the file that a job made can be fetched


class Job(models.Model):
    """Work in the background. `attachments.jobs` starts, runs and ends it; only who asked for it sees it.

    `lease` names the run that holds it now; a run whose lease is gone has no say any more. The file a job made lies
    under the lease that made it, so half a file has no row and a second run no way to touch the first one's.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "等待中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"
        CANCELLED = "cancelled", "已取消"

    OPEN = (Status.WAITING, Status.RUNNING)

    key = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=40)
    title = models.CharField("名称", max_length=200)
    args = models.JSONField(default=dict)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.WAITING)
    note = models.CharField("说明", max_length=300, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    heartbeat = models.DateTimeField(null=True)
    long = models.BooleanField(default=False)  # may take hours: one hand of the worker leaves it alone
    cancelled = models.BooleanField(default=False)  # asked for; the run stops at its next step
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人")
    standing = models.JSONField(default=list)  # theirs when they asked; without it they fetch nothing
    created = models.DateTimeField("发起时间", auto_now_add=True)
    ended = models.DateTimeField("结束时间", null=True)
    file_name = models.CharField("文件名", max_length=150, blank=True)
    size = models.PositiveBigIntegerField("字节数", default=0)
    url = models.CharField(max_length=200, blank=True)  # where its result is to be seen, if that is a page

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ("-created",)
        default_permissions = ()
        indexes = (
            models.Index(fields=("status", "created"), name="job_queue"),
            models.Index(fields=("asked_by", "-created"), name="job_mine"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def open(self) -> bool:
        return self.status in self.OPEN

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def path(self) -> Path:
        return storage.result_of(self.lease) if self.lease else Path("/nonexistent")

    @property
    def kept_until(self):
        return self.ended + JOB_KEPT if self.ended else None

    @property
    def fetchable(self) -> bool:
        """Whether its file is there to be fetched, by one who would still be given it."""
        there = self.status == self.Status.DONE and self.file_name and timezone.now() < self.kept_until
        return bool(there and set(self.standing) <= self.asked_by.standing)

    @property
    def tone(self) -> str:
        return {"waiting": "blue", "running": "ochre", "done": "green", "failed": "red"}.get(self.status, "grey")


INTAKE_KEPT = timedelta(days=30)


class Intake(models.Model):
    """Scans that came in together: what was uploaded, and what a job has read on their pages.

    The files lie in a folder of their own until the one who brought them is done with them. Whose the documents in
    it are, others know.
    """

    key = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField("名称", max_length=200)
    uploads = models.JSONField(default=list)  # names of the files as they came, in their order
    passed_over = models.JSONField(default=list)  # [name, why] of each file that could not be used
    files = models.JSONField(default=list)  # [name, pages] of each PDF that was read
    pages = models.JSONField(default=list)  # `reading.Page` of each page, through all files
    read_in = models.UUIDField(null=True)  # the lease of the job that has read it; null: not yet
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    created = models.DateTimeField("上传时间", auto_now_add=True)
    ended = models.DateTimeField("结束时间", null=True)  # its files have been taken away

    class Meta:
        verbose_name = verbose_name_plural = "打包上传"
        ordering = ("-created",)
        default_permissions = ()
        permissions = (("upload_packed", "打包上传盖章扫描件"),)
        indexes = (models.Index(fields=("uploaded_by", "-created"), name="intake_mine"),)

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> Path:
        return storage.intake_of(self.key)

    def upload(self, number: int) -> Path:
        return self.folder / "uploads" / str(number)

    def place(self, at: int) -> tuple[int, int]:
        """(which file, which page of it) of a place in the stream of pages."""
        for number, (_, pages) in enumerate(self.files):
            if at < pages:
                return number, at
            at -= pages
        raise IndexError(at)

    def pdf(self, number: int) -> Path:
        return self.folder / self.read_in.hex / f"{number}.pdf"

    def picture(self, at: int) -> Path:
        number, page = self.place(at)
        return self.folder / self.read_in.hex / str(number) / f"{page}.jpg"

    @property
    def kept_until(self):
        return self.created + INTAKE_KEPT
