"""对接: what a specialist and a host unit say to each other about a need."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import validators
from accounts.models import Organisation, Region, Term, term_field
from applications.models.needs import Need
from applications.models.selection import Application


class Match(models.Model):
    """An offer of help, or an invitation, and its answer. Contacts are the other side's only once it is accepted.

    No process of `review`: neither side is an office that works off a queue, and what is said is said once.
    """

    class Answer(models.TextChoices):
        OPEN = "open", "待答复"
        ACCEPTED = "accepted", "已达成"
        DECLINED = "declined", "已谢绝"
        WITHDRAWN = "withdrawn", "已撤回"
        LAPSED = "lapsed", "已失效"

    LIVE = (Answer.OPEN, Answer.ACCEPTED)
    TONES = {Answer.OPEN: "ochre", Answer.ACCEPTED: "green", Answer.DECLINED: "red"}

    need = models.ForeignKey(Need, models.PROTECT, related_name="matches", verbose_name="需求")
    host = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="派驻单位")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="matches", verbose_name="科技特派员"
    )
    # As what they spoke, as it was then: alone, or for a team
    person_kind = models.CharField("类别", max_length=8, choices=Application.Kind.choices)
    team_name = models.CharField("团队名称", max_length=50, blank=True)
    # What of the need lists ask for, as it was public then; and the office that had it, whose list this stands in
    title = models.CharField("需求标题", max_length=60, db_index=True)
    chain = term_field("产业链", Term.Kind.CHAIN, null=True)
    office = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="所在地市机构")
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="服务县（市、区）")
    invited = models.BooleanField("由派驻单位邀请")
    words = models.CharField("说明", max_length=500, validators=[validators.clean_text])
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("提出时间")
    answer = models.CharField("状态", max_length=10, choices=Answer.choices, default=Answer.OPEN)
    reply = models.CharField("答复", max_length=500, blank=True, validators=[validators.clean_text])
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "服务对接"
        default_permissions = ()
        permissions = (("offer_help", "响应需求"), ("invite_specialist", "邀请科技特派员"))
        constraints = (
            models.UniqueConstraint(
                fields=("need", "person"), condition=Q(answer__in=("open", "accepted")), name="one_live_match"
            ),
        )
        indexes = (
            models.Index(fields=("host", "made_at", "id"), name="match_of_host"),
            models.Index(fields=("person", "made_at", "id"), name="match_of_person"),
            models.Index(fields=("office", "made_at", "id"), name="match_of_office"),
            models.Index(fields=("made_at", "id"), name="match_list"),
        )

    def __str__(self) -> str:
        return f"{self.person}—{self.title}"

    @classmethod
    def about(cls, need: Need, **said) -> "Match":
        """A new one about a need that is public now."""
        return cls(
            need=need, host=need.host, title=need.title, chain=need.chain, office=need.desk, county=need.county, **said
        )

    @property
    def kind(self) -> str:
        return "邀请" if self.invited else "响应"

    @property
    def who(self) -> str:
        """The specialist's side in words, as the other side reads it."""
        return f"团队「{self.team_name}」（负责人{self.person}）" if self.team_name else str(self.person)

    @property
    def open(self) -> bool:
        return self.answer == self.Answer.OPEN

    @property
    def accepted(self) -> bool:
        return self.answer == self.Answer.ACCEPTED

    @property
    def tone(self) -> str:
        return self.TONES.get(self.Answer(self.answer), "grey")

    def answers(self, user_is_person: bool) -> bool:
        """Whether this side is the one that is asked."""
        return self.invited == user_is_person
