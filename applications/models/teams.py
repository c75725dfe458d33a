"""Teams of a legal unit and who belongs to them (domain.md §3.6)."""

from django.db import models

from accounts import validators
from accounts.models import Organisation, User

PEOPLE = "memberships__user__profile"
NAME_TAKEN = "本单位已有同名团队，请换一个名称。"
MIN_PEOPLE = 3  # 团队总人数≥3人, the leader counts (manual: 团队申请表)


class Team(models.Model):
    """A leader has one team, in one admitted unit. It is frozen while its application is judged, and once approved."""

    leader = models.OneToOneField(User, models.PROTECT, related_name="team", verbose_name="负责人")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="teams", verbose_name="所属单位")
    name = models.CharField(
        "团队名称", max_length=50, validators=[validators.clean_line],
        help_text="建议：单位简称＋产业（领域）＋负责人姓名＋团队",
    )  # fmt: skip

    class Meta:
        verbose_name = verbose_name_plural = "团队"
        default_permissions = ()
        permissions = (("lead_team", "填写团队信息"), ("join_team", "加入团队"))
        constraints = (
            models.UniqueConstraint(
                fields=("unit", "name"), name="team_name_in_unit",
                violation_error_message=NAME_TAKEN,
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def counted(self) -> "models.QuerySet[Membership]":
        """The members the leader has confirmed; the leader is not among them."""
        return self.memberships.filter(state=Membership.State.CONFIRMED)

    def people(self) -> list[User]:
        """The leader and the members who count, with their 基本信息; prefetched along PEOPLE, without a query."""
        models.prefetch_related_objects([self], PEOPLE)
        confirmed = (row for row in self.memberships.all() if row.state == Membership.State.CONFIRMED)
        return [self.leader, *(row.user for row in confirmed)]


class Membership(models.Model):
    """A member chooses a team and counts once the leader has pressed 「确认」; 「删除」 removes them with a reason."""

    class State(models.TextChoices):
        JOINED = "joined", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REMOVED = "removed", "已移出"

    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships", verbose_name="所属团队")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="成员")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.JOINED)
    reason = models.CharField("移出原因", max_length=200, blank=True, validators=[validators.clean_text])
    since = models.DateTimeField("时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "团队成员"
        default_permissions = ()
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("user",), condition=~models.Q(state="removed"), name="one_team_per_person"),
        )

    def __str__(self) -> str:
        return f"{self.user}（{self.team}）"
