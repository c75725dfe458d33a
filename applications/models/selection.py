from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from accounts.fields import EncryptedCharField
from accounts.models import Organisation, Profile, Region, Term, User, term_field
from applications import flow
from applications.models.hosts import host_units
from applications.models.teams import PEOPLE, Membership
from review.flow import Flow
from review.models import Handling, Reviewed, ReviewedQuerySet, Revision, Scan, Step

if TYPE_CHECKING:
    from applications.models.sheets import PersonalForm, TeamForm


CLOSES_EARLY = "申报截止必须晚于申报开始。"


def within(least: int, most: int, what: str) -> list:
    """Both bounds of a number, with one sentence."""
    words = f"请填写 {least} 至 {most} 之间的{what}。"
    return [MinValueValidator(least, words), MaxValueValidator(most, words)]


def _day(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y年%-m月%-d日}" if moment else ""


def last_day(end: datetime) -> date:
    """The last day on which something may still be done: what ends at midnight ends with the day before."""
    return timezone.localdate(end - timedelta(microseconds=1))


def end_words(end: datetime, *, year: bool = False) -> str:
    """An end as people read it: midnight is 24:00 of the day before. Its year where it is another than this."""
    day, here = last_day(end), timezone.localtime(end)
    dated = f"{day:%Y年%-m月%-d日}" if year or day.year != timezone.localdate().year else f"{day:%-m月%-d日}"
    return f"{dated} 24:00" if day != here.date() else f"{dated} {here:%H:%M}"


class Batch(models.Model):
    """申报批次: opens and closes; what comes late is refused (domain.md §4.4)."""

    name = models.CharField("名称", max_length=50, unique=True)
    year = models.PositiveSmallIntegerField("年度", validators=within(2000, 2100, "年份"))
    office = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="主办机构", limit_choices_to={"kind": Organisation.Kind.PROVINCE}
    )
    opens_at = models.DateTimeField("申报开始")
    closes_at = models.DateTimeField("申报截止")
    mends_until = models.DateTimeField(
        "退回补正截止", null=True, blank=True, help_text="被退回的申请在此时间前仍可再次提交审核；不填则与申报截止相同"
    )
    min_days = models.PositiveSmallIntegerField("每年服务天数下限", default=12, validators=within(1, 366, "天数"))

    class Meta:
        verbose_name = verbose_name_plural = "申报批次"
        ordering = ("-opens_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="batch_closes_after_opening",
                violation_error_message=CLOSES_EARLY,
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Beside the fields what the constraint says of the row, and the date that only later ones may ask for."""
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError({"closes_at": CLOSES_EARLY})
        if self.closes_at and self.mends_until and self.mends_until < self.closes_at:
            raise ValidationError({"mends_until": "退回补正截止不能早于申报截止；与申报截止相同时可不填。"})

    @classmethod
    def current(cls) -> "Batch | None":
        """The batch that is open now; of several, the one opened last."""
        now = timezone.now()
        return cls.objects.filter(opens_at__lte=now, closes_at__gt=now).first()

    @classmethod
    def announced(cls) -> "Batch | None":
        """The one the public is told of: that which is open, else the next, else the last. There is one a year: all are
        read."""
        rows, now = list(cls.objects.all()), timezone.now()
        coming = [row for row in rows if row.opens_at > now]
        return next(iter([row for row in rows if row.is_open] or coming[-1:] or rows), None)

    @property
    def is_open(self) -> bool:
        return self.opens_at <= timezone.now() < self.closes_at

    @property
    def is_mending(self) -> bool:
        """Closed, but for what was returned."""
        return self.closes_at <= timezone.now() < self.mending_closes_at

    @property
    def followed(self) -> bool:
        """Whether a later batch has opened since."""
        return Batch.objects.filter(opens_at__gt=self.opens_at, opens_at__lte=timezone.now()).exists()

    @property
    def days_left(self) -> int:
        return (last_day(self.closes_at) - timezone.localdate()).days

    @property
    def ends(self) -> str:
        """「12月16日 24:00」: the words for its end on every page."""
        return end_words(self.closes_at)

    @property
    def mending_closes_at(self) -> datetime:
        """Until when what was returned may be submitted again."""
        return self.mends_until or self.closes_at

    @property
    def time_left(self) -> str:
        """Of one that is open: 「还有 3 天截止」, on its last day 「今天 17:00 截止」; the same words on every page."""
        time = self.ends.rpartition(" ")[2]
        return f"还有 {self.days_left} 天截止" if self.days_left else f"今天 {time} 截止"

    @property
    def standing(self) -> str:
        """Where it stands today."""
        if timezone.now() < self.opens_at:
            return f"{_day(self.opens_at)}开始申报"
        if self.is_open:
            return f"正在申报，{self.time_left}"
        return (
            f"申报已截止，退回补正至{end_words(self.mending_closes_at, year=True)}" if self.is_mending else "申报已截止"
        )

    def closed_reason(self, *, mending: bool = False) -> str:
        """Why nothing may be submitted now (a sentence), or an empty string. `mending`: it has been returned."""
        now, last = timezone.now(), self.mending_closes_at if mending else self.closes_at
        if now < self.opens_at:
            return f"「{self.name}」将于{timezone.localtime(self.opens_at):%Y年%m月%d日 %H:%M}开始申报。"
        if now >= last:
            return f"「{self.name}」已于{end_words(last, year=True)} 截止，不能再提交审核。"
        return ""


class ApplicationQuerySet(ReviewedQuerySet):
    def for_review(self) -> Self:
        return super().for_review().select_related("batch__office", "home_city__bureau", "target_city__bureau", "unit")


class Application(Reviewed):
    """One person's (or team's) application in a batch: the case that moves. What it says stands in its form while
    it is written, and in its revisions once submitted; the columns here repeat the last revision for the queues."""

    class Kind(models.TextChoices):
        PERSONAL = "personal", "个人"
        TEAM = "team", "法人"

        @classmethod
        def of(cls, user: User) -> "Application.Kind":
            """What a person applies as."""
            return cls.TEAM if user.has_perm("applications.apply_team") else cls.PERSONAL

        @property
        def form_name(self) -> str:
            return {"personal": "个人申请表", "team": "团队申请表"}[self]

        @property
        def first_desk(self) -> str:
            return {"personal": "所在地市科技局", "team": "法人单位"}[self]

    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    batch = models.ForeignKey(Batch, models.PROTECT, verbose_name="申报批次")
    state = models.CharField("状态", max_length=16, default=flow.DRAFT, editable=False)

    # Written at submission, from the form that is frozen then (W06)
    applicant_name = models.CharField("姓名", max_length=50, blank=True, db_index=True)
    unit_name = models.CharField("单位", max_length=100, blank=True)
    team_name = models.CharField("团队名称", max_length=50, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="法人单位")
    unit_nature = term_field("单位性质", Term.Kind.UNIT_NATURE, null=True)
    discipline = term_field("专业类别", Term.Kind.DISCIPLINE, null=True)
    person_key = models.CharField(max_length=64, blank=True)
    home_city = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", verbose_name="所在地市")
    home_county = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name="所在县（市、区）"
    )
    target_city = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name="意向服务市（州）"
    )
    target_county = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name="意向服务县（市、区）"
    )
    target_host = models.CharField("意向服务企业", max_length=100, blank=True)
    target_host_unit = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="served_by", verbose_name="派驻单位"
    )  # the confirmed host unit of that name, if there is one
    chains = models.ManyToManyField(Term, related_name="+", verbose_name="农业科技产业链")
    chain_names = models.TextField("农业科技产业链", blank=True)  # in words, so that a list need not read `chains`
    submitted_at = models.DateTimeField("提交时间", null=True)

    # What `before_freeze` finds out about the batch's other applications, by the hashes of identity numbers
    has_twin = False  # the owner has applied already, under another account
    elsewhere: frozenset[str] = frozenset()  # those of its people who stand in another application
    host: Organisation | None = None  # the confirmed host unit that its form names

    objects = ApplicationQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "申请"
        default_permissions = ()
        permissions = (
            ("apply_personal", "填写个人申请表"),
            ("apply_team", "填写团队申请表"),
            ("act_initial", "初审"),
            ("act_province", "省厅审核"),
            ("act_push", "推送"),
            ("act_docking", "对接审核"),
            ("act_final", "省厅终审"),
            ("view_records", "查看审核记录"),
        )
        constraints = (
            models.UniqueConstraint(fields=("batch", "owner"), name="one_application_per_batch"),
            models.UniqueConstraint(
                fields=("batch", "person_key"), condition=~models.Q(person_key=""), name="one_person_per_batch"
            ),
        )

    def __str__(self) -> str:
        return f"{self.applicant_name or self.owner}的{self.get_kind_display()}申请"

    @property
    def flow(self) -> Flow:
        return flow.TEAM if self.is_team else flow.PERSONAL

    def desk_for(self, name: str) -> Organisation | None:
        match name:
            case "province":
                return self.batch.office
            case "first" if self.is_team:
                return self.unit if self.unit and self.unit.active else None
            case "first":
                return self.home_city.active_bureau if self.home_city else None
            case "target":
                return self.target_city.active_bureau if self.target_city else None
        raise ValueError(name)

    def is_own(self, user: User) -> bool:
        """Also when the same person sits behind another account, or is one of the team (W17)."""
        profile = getattr(user, "profile", None)
        if super().is_own(user) or profile is None or not profile.id_hash:
            return super().is_own(user)
        numbers = {self.person_key} | self.form.numbers() | {post.person_key for post in self.posts.all()}
        return profile.id_hash in numbers

    @classmethod
    def before_decision(cls, cases: Sequence[Reviewed], user: User) -> None:
        if getattr(user, "profile", None) and user.profile.id_hash:
            models.prefetch_related_objects(
                cases, "posts", "personalform", "teamform", "owner__profile", f"owner__team__{PEOPLE}"
            )

    def take_facts(self, at: datetime) -> list[str]:
        facts = self.form.facts() | {"submitted_at": at, "target_host_unit": self.host}
        for name, value in facts.items():
            setattr(self, name, value)
        return list(facts)

    def foreseen(self) -> Self:
        ahead = copy(self)
        for name, value in self.form.seat().items():
            setattr(ahead, name, value)
        return ahead

    @classmethod
    def before_freeze(cls, cases: Sequence[Reviewed]) -> None:
        cls._hold_people(cases)
        models.prefetch_related_objects(
            cases, "owner__profile__region__parent__bureau", "owner__profile__talent_type",
            "owner__profile__discipline", "owner__profile__service_mode",
            *(f"{form}__{name}" for form in ("personalform", "teamform")
              for name in ("chains", "target_city__bureau", "target_county")),
            "owner__team__unit__location__parent", "owner__team__unit__admission", f"owner__team__{PEOPLE}",
        )  # fmt: skip
        others = cls.objects.filter(batch__in={case.batch_id for case in cases})
        numbers = set[str]().union(*(case.form.numbers() for case in cases))
        cls._find_twins(cases, others.filter(person_key__in=numbers))  # type: ignore[arg-type]
        standing = others.filter(posts__person_key__in=numbers)
        taken = list(standing.values_list("batch", "posts__person_key", "pk"))
        for case in cases:
            found = {key for batch, key, pk in taken if batch == case.batch_id and pk != case.pk}
            case.elsewhere = frozenset(case.form.numbers() & found)
        cls._find_hosts(cases)  # type: ignore[arg-type]

    @staticmethod
    def _hold_people(cases: Sequence[Reviewed]) -> None:
        """No 基本信息 of theirs changes between being read and being frozen: who saves one holds it too."""
        owners = [case.owner_id for case in cases]
        members = Membership.objects.filter(team__leader__in=owners, state=Membership.State.CONFIRMED)
        people = Profile.objects.filter(models.Q(user__in=owners) | models.Q(user__in=members.values("user")))
        list(people.select_for_update().order_by("pk").values_list("pk"))

    @staticmethod
    def _find_twins(cases: Sequence["Application"], bearers: models.QuerySet) -> None:
        bearer_of = {(batch, key): pk for batch, key, pk in bearers.values_list("batch", "person_key", "pk")}
        for case in cases:
            profile = getattr(case.owner, "profile", None)
            key = profile.id_hash if profile else ""
            case.has_twin = bearer_of.get((case.batch_id, key), case.pk) != case.pk

    @staticmethod
    def _find_hosts(cases: Sequence["Application"]) -> None:
        """By the name that is typed; of several units of one name that of the county, and no other's."""
        units: dict[str, list[Organisation]] = {}
        for unit in host_units().filter(name__in={case.form.target_host for case in cases}):
            units.setdefault(unit.name, []).append(unit)
        for case in cases:
            found = units.get(case.form.target_host, [])
            found = [unit for unit in found if unit.location_id == case.form.target_county_id] or found
            case.host = found[0] if len(found) == 1 else None

    @classmethod
    def after_freeze(cls, cases: Sequence[Reviewed]) -> None:
        """Who stands in them; and what lists and statistics ask for: the people of the teams, the chains."""
        post, pks = cls._meta.get_field("posts").related_model, [case.pk for case in cases]
        # of several accounts of one person the first
        people = {(case, person.profile.id_hash): person for case in cases for person in reversed(case.form.people())}
        # in one order, so that two submissions with two people in common wait for each other instead of deadlocking
        post.objects.bulk_create(
            post(application=case, batch_id=case.batch_id, user=person, person_key=key)
            for (case, key), person in sorted(people.items(), key=lambda item: item[0][1])
        )
        Participant.objects.filter(case__in=pks).delete()
        Participant.objects.bulk_create(row for case in cases if case.is_team for row in Participant.of(case))  # type: ignore[arg-type]
        link = cls.chains.through
        link.objects.filter(application__in=pks).delete()
        for form in (cls._meta.get_field("personalform"), cls._meta.get_field("teamform")):
            owner = f"{form.name}__application"
            chosen = form.related_model.chains.through.objects.filter(**{f"{owner}__in": pks})
            link.objects.bulk_create(
                link(application_id=application, term_id=term)
                for application, term in chosen.values_list(owner, "term")
            )

    @property
    def is_team(self) -> bool:
        return self.kind == self.Kind.TEAM

    @property
    def stalled(self) -> bool:
        """A team's that is judged while its unit is not admitted (any more): it stops where it is (W12)."""
        return bool(self.is_team and self.state in flow.JUDGED and self.unit and not self.unit.active)

    @property
    def form(self) -> "PersonalForm | TeamForm":
        """The live form of this kind of application."""
        return self.teamform if self.is_team else self.personalform

    @property
    def papers_name(self) -> str:
        return self.Kind(self.kind).form_name

    @property
    def returned(self) -> bool:
        return self.state == flow.RETURNED

    @property
    def due(self) -> date | None:
        """What was returned has its days, but no more than its batch leaves; once that is closed, none."""
        due = super().due
        if due is None or not self.returned:
            return due
        return None if self.closed_reason else min(due, last_day(self.batch.mending_closes_at))

    @property
    def mending(self) -> bool:
        """It has been returned; what was submitted again since, and taken back, may come until the same end."""
        return self.returned or (self.revision_number > 1 and self.steps.filter(to_state=flow.RETURNED).exists())

    @property
    def closes_at(self) -> datetime:
        """Until when it may be submitted."""
        return self.batch.mending_closes_at if self.mending else self.batch.closes_at

    @property
    def ends(self) -> str:
        """The words for it."""
        return end_words(self.closes_at)

    @property
    def closed_reason(self) -> str:
        """Why it can't be submitted now, for all that stands in it."""
        return self.batch.closed_reason() and self.batch.closed_reason(mending=self.mending)

    @property
    def mendable(self) -> bool:
        """It came back and may be submitted again now."""
        return self.editable and self.mending and not self.closed_reason

    @property
    def approved(self) -> bool:
        return self.state == flow.APPROVED


class Participant(models.Model):
    """One person of a team's application, as it was frozen: what statistics count and list as 法人科技特派员.

    The revision has a member's words but no numbers: they stand here, for 个人信息 alone.
    """

    class Part(models.TextChoices):
        LEADER = "leader", "负责人"
        MEMBER = "member", "成员"

    case = models.ForeignKey(Application, models.PROTECT, related_name="participants", verbose_name="申请")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="用户")
    name = models.CharField("姓名", max_length=50)
    part = models.CharField("身份", max_length=6, choices=Part.choices)
    discipline = term_field("专业类别", Term.Kind.DISCIPLINE, null=True)
    id_number = EncryptedCharField("证件号码", max_length=18, blank=True)
    mobile = EncryptedCharField("手机", max_length=11, blank=True)
    at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "法人科技特派员"
        default_permissions = ()
        indexes = (models.Index(fields=("at", "id"), name="participant_list"),)

    def __str__(self) -> str:
        return f"{self.name}（{self.get_part_display()}）"

    @classmethod
    def of(cls, case: Application) -> "Iterator[Participant]":
        """The leader first; nothing is read that `before_freeze` has not read."""
        for number, person in enumerate(case.form.people()):
            part = cls.Part.MEMBER if number else cls.Part.LEADER
            yield cls(
                case=case, user=person, name=person.real_name, part=part,
                discipline_id=person.profile.discipline_id, id_number=person.profile.id_number, mobile=person.mobile,
                at=case.submitted_at,
            )  # fmt: skip


class ApplicationStep(Step):
    case = models.ForeignKey(Application, models.PROTECT, related_name="steps")

    class Meta(Step.Meta):
        verbose_name = verbose_name_plural = "办理记录"
        default_permissions = ()


class ApplicationRevision(Revision):
    case = models.ForeignKey(Application, models.PROTECT, related_name="revisions")

    class Meta(Revision.Meta):
        default_permissions = ()


class ApplicationHandling(Handling):
    case = models.ForeignKey(Application, models.PROTECT, related_name="handlings")

    class Meta(Handling.Meta):
        default_permissions = ()


class ApplicationScan(Scan):
    """The application sealed by the first desk: the city's or the legal unit's (domain.md §3.14)."""

    case = models.ForeignKey(Application, models.PROTECT, related_name="scans")

    class Meta(Scan.Meta):
        verbose_name = verbose_name_plural = "盖章申请表"
        default_permissions = ()
