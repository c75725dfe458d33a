from django.db import models

from accounts.models import User
from applications.models.selection import Application, Batch


class Post(models.Model):
    """一人一岗: a person stands in one application of a batch, alone or in a team, from its submission until it comes
    back. The database holds it where two submissions at once have each looked and seen nothing (W10)."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="posts")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    person_key = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("batch", "person_key"), name="one_post_per_person"),)

    def __str__(self) -> str:
        return f"{self.user}（{self.application}）"
