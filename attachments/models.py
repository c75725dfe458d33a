import uuid
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import models

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
