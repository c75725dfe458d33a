from django.db import models

from accounts.models.people import User


class Notice(models.Model):
    """One line in a person's inbox; `accounts.notices` writes them. With a `topic` it is the one line on that matter,
    which counts what is new and comes to the top again; without, it stands as it was told.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="notices", verbose_name="收件人")
    text = models.CharField("内容", max_length=300)
    url = models.CharField(max_length=200, blank=True)
    topic = models.CharField(max_length=60, blank=True)
    count = models.PositiveIntegerField(default=1)
    important = models.BooleanField(default=False)  # goes out by e-mail too
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("user", "topic"), condition=~models.Q(topic=""), name="one_notice_per_topic"
            ),
        )
        indexes = (
            models.Index(fields=("user", "at", "id"), name="inbox"),
            models.Index(fields=("user",), condition=models.Q(read_at=None), name="inbox_unread"),
            models.Index(fields=("at",), condition=models.Q(mailed_at=None, important=True), name="notice_to_mail"),
        )

    def __str__(self) -> str:
        return f"{self.text}（{self.count} 件）" if self.count > 1 else self.text
