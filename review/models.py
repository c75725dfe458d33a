"""The engine's four tables, abstract: every process owns its rows, with real foreign keys and no generic relations."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts import crypto, validators
from accounts.append_only import AppendOnly
from accounts.models import Organisation, User
from attachments.models import Intake, StoredFile
from review.deadlines import due_on, soon, urgency, waited
from review.document import Document
from review.flow import APPLICANT, Flow, Mark, Move, Stage

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 1 I O: people copy it from paper


def new_code() -> str:
    """60 random bits in 12 characters: names a revision on paper, and can't be guessed."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(12))


class ReviewedQuerySet(models.QuerySet):
    @staticmethod
    def whose(user: User) -> Q:
        """Theirs to write, to submit and to take back; `Reviewed.belongs_to` says the same of one row."""
        return Q(owner=user)

    def owned_by(self, user: User) -> Self:
        return self.filter(self.whose(user))

    def visible_to(self, user: User) -> Self:
        """What a person may know of: their own, and what has come to a desk they act for. The one scope of every
        page, list, download and count (I01)."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(self.whose(user) | self.handled_by(user))

    def handled_by(self, user: User) -> Q:
        """What has come to a desk that this person acts for, if they may read records."""
        if not (user.has_perm(self.model.records_permission()) and user.desk_ids):
            return Q(pk__in=())
        handled = self.model.related("handlings").objects.filter(case=OuterRef("pk"), organisation__in=user.desk_ids)
        return Q(Exists(handled))

    def for_review(self) -> Self:
        """With all that a decision reads, so that many rows cost as many queries as one."""
        return self.select_related("desk")

    def update_state(self, **values) -> int:
        """For `review.services` alone, which locks the rows and writes the history in the same transaction."""
        return super().update(**values)


class Reviewed(models.Model):
    """A piece of work: on one desk in one state. Only `review.services.perform` moves it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    state = models.CharField("状态", max_length=16, editable=False)
    desk = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="当前办理", editable=False
    )
    since = models.DateTimeField("到达时间", auto_now_add=True)
    step_count = models.PositiveIntegerField(default=0, editable=False)
    revision_number = models.PositiveIntegerField("版本", default=0, editable=False)
    returned_from = models.CharField(max_length=16, blank=True, editable=False)

    objects = ReviewedQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = (models.Index(fields=("desk", "state", "since", "id"), name="%(class)s_queue"),)

    facts: Sequence[str] = ()  # columns that `take_facts` has written, until they are saved

    # What each process says of itself
    @property
    def flow(self) -> Flow:
        raise NotImplementedError

    def desk_for(self, name: str) -> Organisation | None:
        """The organisation behind a desk name of the flow's table."""
        raise NotImplementedError

    def desk_at(self, state: str) -> Organisation | None:
        """The organisation that has it in a state; None where its owner has it, or nobody."""
        desk = self.flow.stage(state).desk
        return self.desk_for(desk) if desk not in (None, APPLICANT) else None

    def foreseen(self) -> Self:
        """As it would be if it were frozen now, as far as that decides who has it next. Not to be saved."""
        return self

    def take_facts(self, at: datetime) -> list[str]:
        """On freezing: copy into own columns what queues filter by; the names of the columns written."""
        return []

    @classmethod
    def before_freeze(cls, cases: Sequence["Reviewed"]) -> None:
        """Before the guards and the freezing of several cases: read at once what these would read one by one."""

    @classmethod
    def after_freeze(cls, cases: Sequence["Reviewed"]) -> None:
        """On freezing, in the same transaction: rows of other tables that repeat the frozen form."""

    def belongs_to(self, user: User) -> bool:
        """Whether it is this person's to write, to submit and to take back."""
        return self.owner_id == user.pk

    def is_own(self, user: User) -> bool:
        """Nobody decides on what is their own."""
        return self.belongs_to(user)

    @classmethod
    def before_decision(cls, cases: Sequence["Reviewed"], user: User) -> None:
        """Before somebody decides on several cases: read at once what `is_own` would read one by one."""

    # What follows from the table
    @classmethod
    def related(cls, name: str) -> type[models.Model]:
        """The concrete Step, Revision or Handling of this process."""
        return cls._meta.get_field(name).related_model or cls

    @classmethod
    def records_permission(cls) -> str:
        return f"{cls._meta.app_label}.view_records"

    def frozen(self, number: int) -> "Revision":
        """A version that there is; out of what was prefetched, where it was."""
        return next(row for row in self.revisions.all() if row.number == number)

    @property
    def stage(self) -> Stage:
        return self.flow.stage(self.state)

    @property
    def state_label(self) -> str:
        return self.stage.label

    @property
    def tone(self) -> str:
        if self.returned_from:
            return "red"
        if self.flow.is_final(self.state):
            return "green"
        return "ochre" if self.stage.waits else "blue"

    @property
    def seen(self) -> int:
        """What a decision form carries: a decision on anything later is refused."""
        return self.step_count

    @property
    def row_value(self) -> str:
        """How a form names this case as it was seen."""
        return f"{self.pk}:{self.seen}"

    @property
    def editable(self) -> bool:
        return self.flow.editable(self.state)

    @property
    def marks(self) -> Sequence[Mark]:
        return self.flow.marks(self.state, self.returned_from)

    @property
    def column_marks(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.stage.column]

    @property
    def waited(self) -> int:
        return waited(self.since)

    @property
    def due(self) -> date | None:
        """The last day in time, for whoever has it: a desk or its owner."""
        return due_on(self.since, self.stage.days)

    @property
    def urgency(self) -> str:
        return urgency(self.due, soon=soon())

    @property
    def remindable(self) -> bool:
        """Whether a desk has it and is late: then its owner may remind it."""
        return self.stage.waits and self.urgency == "late"

    def moves_for(self, user: User) -> list[Move]:
        """The buttons: moves that role and desk allow here and now."""
        return [move for move in self.flow.moves_from(self.state) if self.may(user, move)]

    def may(self, user: User, move: Move) -> bool:
        """Role × desk × not one's own."""
        if move.by == APPLICANT:
            return self.belongs_to(user)
        permission = self.stage.permission
        return bool(
            permission and user.has_perm(permission) and self.desk_id in user.desk_ids and not self.is_own(user)
        )

    def stands_in(self, user: User, move: Move) -> Organisation | None:
        """The desk for which this person may make a move of the owner's, where the table lets one. No button does:
        it is asked for by the service that knows what has to come with the move."""
        desk = self.desk_for(move.stand_in) if move.stand_in else None
        allowed = desk and desk.pk in user.desk_ids and user.has_perm(self.records_permission())
        return desk if allowed else None


class Step(models.Model):
    """One row of history: who did what, when, with what words. Sealed in a chain; never changed, never deleted.

    Subclasses declare `case = ForeignKey(…, PROTECT, related_name="steps")`.
    """

    SEALED: ClassVar = (
        "case_id", "number", "action", "label", "from_state", "to_state", "actor_id", "actor_name",
        "organisation_id", "organisation_name", "comment", "revision", "bulk_id",
    )  # fmt: skip

    number = models.PositiveIntegerField("序号")
    action = models.CharField("动作", max_length=16)
    label = models.CharField("动作名称", max_length=20)
    from_state = models.CharField(max_length=16)
    to_state = models.CharField(max_length=16)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    actor_name = models.CharField("办理人姓名", max_length=50)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="办理机构")
    organisation_name = models.CharField("办理机构名称", max_length=100, blank=True)
    comment = models.CharField("意见", max_length=1000, blank=True, validators=[validators.clean_text])
    revision = models.PositiveIntegerField("版本")
    bulk_id = models.UUIDField("批次号", null=True)
    at = models.DateTimeField("时间")
    seal = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        abstract = True
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="%(class)s_number"),)

    def save(self, *args, **kwargs):
        raise TypeError("History is written by review.services alone")

    def delete(self, *args, **kwargs):
        raise TypeError("History is append-only")

    def sealed_by(self, previous: str) -> str:
        """A keyed hash over the previous row's seal and this row: a changed or missing row breaks the chain, and who
        has only the database can't make it anew."""
        row = (str(getattr(self, name)) for name in self.SEALED)
        return crypto.seal(self._meta.label_lower, previous, *row, f"{self.at.timestamp():.6f}")

    @property
    def tone(self) -> str:
        move = self.case.flow.move(self.from_state, self.action)
        return move.tone if move else "blue"


class Revision(models.Model):
    """The form as it was frozen under a number: officers judge it, paper is printed from it and bears its `code`.

    Sealed, never changed, never deleted; that there is one of each number, the steps say, whose seals have the number.
    Subclasses declare `case = ForeignKey(…, PROTECT, related_name="revisions")`.
    """

    number = models.PositiveIntegerField("版本")
    content = models.JSONField("内容")
    code = models.CharField("验证码", max_length=12, unique=True, default=new_code)
    at = models.DateTimeField("时间")
    seal = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        abstract = True
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="%(class)s_number"),)

    def save(self, *args, **kwargs):
        raise TypeError("Versions are frozen by review.services alone")

    def delete(self, *args, **kwargs):
        raise TypeError("Versions are append-only")

    def sealed(self) -> str:
        at = f"{self.at.timestamp():.6f}"
        return crypto.seal(self._meta.label_lower, self.case_id, self.number, self.code, at, self.content)

    @property
    def document(self) -> Document:
        return Document.from_json(self.content)


class Scan(models.Model):
    """One upload of sealed paper. Never replaced in place: a new upload is a new version (U10).

    Subclasses declare `case = ForeignKey(…, PROTECT, related_name="scans")`.
    """

    file = models.OneToOneField(StoredFile, models.PROTECT, verbose_name="文件")
    number = models.PositiveIntegerField("第几次上传")
    revision = models.PositiveIntegerField("版本")
    at = models.DateTimeField("上传时间")

    class Meta:
        abstract = True
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="%(class)s_number"),)

    def __str__(self) -> str:
        return f"{self.file.name}（第 {self.number} 次上传）"


class Handling(models.Model):
    """A case has come to a desk: from then on the desk finds it in 审核记录, as of the revision that it got.

    `decided` is the last revision the desk has decided on; `state` repeats the case's, so that a desk's records of one
    state are one range of an index (what is approved came long ago: walking the arrivals for it passes the rest).
    Subclasses declare `case = ForeignKey(…, PROTECT, related_name="handlings")`.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    decided = models.PositiveIntegerField(null=True)
    arrived_at = models.DateTimeField("到达时间")
    state = models.CharField(max_length=16)

    class Meta:
        abstract = True
        constraints = (models.UniqueConstraint(fields=("case", "organisation"), name="%(class)s_once"),)
        indexes = (
            models.Index(fields=("organisation", "arrived_at", "id"), name="%(class)s_records"),
            models.Index(fields=("organisation", "state", "arrived_at", "id"), name="%(class)s_by_state"),
        )

    @property
    def current(self) -> bool:
        """Whether the desk has the version that lives; of a later one it learns nothing (W06)."""
        return self.revision == self.case.revision_number


class IntakeDocument(models.Model):
    """One document of scans that came in together, as it is to be filed; whose it is, its code says.

    `pages` are [place in the intake, how far it has to be turned] in their order; `found` is what has to be known about
    them (missing, doubled, … numbers; guessed places), whoever has put them together.
    """

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="documents")
    number = models.PositiveSmallIntegerField("序号")
    code = models.CharField("查验码", max_length=12)
    pages = models.JSONField(default=list)
    found = models.JSONField(default=dict)
    by_hand = models.BooleanField(default=False)
    outcome = models.CharField("未提交的原因", max_length=300, blank=True)
    filed = models.DateTimeField("提交时间", null=True)

    class Meta:
        ordering = ("number",)
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("intake", "number"), name="intakedocument_number"),)

    def __str__(self) -> str:
        return f"{self.intake} 第 {self.number} 份"

    @property
    def places(self) -> list[int]:
        return [at for at, _ in self.pages]
