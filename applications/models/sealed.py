"""审核附件: what the first desk has sealed of an application, and the province's word on it (domain.md §3.14)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from django.db import models

from accounts.models import Organisation, User
from applications import flow
from applications.models.selection import Application
from review.flow import Flow, Move
from review.models import Handling, Reviewed, ReviewedQuerySet, Revision, Step


class SealedQuerySet(ReviewedQuerySet):
    def visible_to(self, user: User) -> Self:
        """Whoever uploaded it did so for an office: it is offices that see it."""
        return super().visible_to(user).filter(self.handled_by(user))

    def for_review(self) -> Self:
        ways = ("batch__office", "home_city__bureau", "unit")
        return super().for_review().select_related(*(f"application__{way}" for way in ways))


class SealedSheet(Reviewed):
    """The sealed copies of one application: each upload (`ApplicationScan`) is a revision under the same number.

    The owner is who has uploaded last. Its id is that of its application, so that a pack of many and a decision on many
    hold them in one order. What the application itself is doing goes on beside it.
    """

    application = models.OneToOneField(Application, models.PROTECT, related_name="sealed", verbose_name="申请")
    state = models.CharField("状态", max_length=16, default=flow.AWAITED, editable=False)
    of_revision = models.PositiveIntegerField("对应版本", default=0, editable=False)  # of the application

    objects = SealedQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "审核附件"
        default_permissions = ()
        permissions = (("act_sealed", "核对归档审核附件"),)

    def __str__(self) -> str:
        return f"{self.application.applicant_name}的盖章{self.application.papers_name}"

    @property
    def flow(self) -> Flow:
        return flow.SEALED

    @property
    def overtaken(self) -> bool:
        """Whether the application has a later version than the one that was sealed."""
        return self.of_revision != self.application.revision_number

    def desk_for(self, name: str) -> Organisation | None:
        return self.application.desk_for(name)

    def is_own(self, user: User) -> bool:
        return super().is_own(user) or self.application.is_own(user)

    @classmethod
    def before_decision(cls, cases: Sequence[Reviewed], user: User) -> None:
        Application.before_decision([case.application for case in cases], user)

    def may(self, user: User, move: Move) -> bool:
        """Whoever has uploaded last may upload for the first desk alone, and take it back wherever they are now."""
        return super().may(user, move) and (not move.stand_in or self.stands_in(user, move) is not None)

    def moves_for(self, user: User) -> list[Move]:
        """An upload comes with its file, by no button."""
        return [move for move in super().moves_for(user) if not move.freezes]

    def take_facts(self, at: datetime) -> list[str]:
        self.of_revision = self.application.scans.latest("number").revision
        return ["of_revision"]


class SealedSheetStep(Step):
    case = models.ForeignKey(SealedSheet, models.PROTECT, related_name="steps")

    class Meta(Step.Meta):
        verbose_name = verbose_name_plural = "审核附件办理记录"
        default_permissions = ()


class SealedSheetRevision(Revision):
    case = models.ForeignKey(SealedSheet, models.PROTECT, related_name="revisions")

    class Meta(Revision.Meta):
        default_permissions = ()


class SealedSheetHandling(Handling):
    case = models.ForeignKey(SealedSheet, models.PROTECT, related_name="handlings")

    class Meta(Handling.Meta):
        default_permissions = ()
