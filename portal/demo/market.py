"""A market: many host units and their needs, and what specialists and they said to each other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.roles import Role
from applications import flow
from applications.docking import selectors as docking_selectors
from applications.docking.services import MOST_OPEN
from applications.models import Application, HostAdmission, Match, Need, NeedForm
from applications.services import submit_hosts
from portal.demo.build import Say
from portal.demo.diary import CHUNK, Diary, Offices, analyze, progress
from portal.demo.people import Reference, Writer
from portal.demo.phrases import BRANDS, DECLINES, INVITATIONS, NEED_TITLES, OFFERS, REPLIES
from portal.demo.tales import COOP, FIRM, VILLAGE, HostTale, NeedTale
from portal.demo.trades import TRADES, Trade
from review.services import perform_many

NEEDS_OF_A_HOST = 20
FIRST = 10_000  # below it are the host units of `build`
USERNAME = "host{}"
CROWD = r"^host\d{5}$"
FATES = {flow.DRAFT: 3, flow.RETURNED: 3, flow.REVIEWING: 5, flow.PUBLISHED: 77, flow.SOLVED: 8, flow.CLOSED: 4}
CLOSING = {flow.SOLVED: "solve", flow.CLOSED: "close"}
OPENED, SILENT = 90, 3  # needs come within so many days; nothing is said about them in the last ones, when some close
SPOKEN_OF = 0.3  # this share of what is public
ANSWERS = {Match.Answer.OPEN: 30, Match.Answer.ACCEPTED: 40, Match.Answer.DECLINED: 20, Match.Answer.WITHDRAWN: 10}


def market(count: int, say: Say, seed: int) -> None:
    """`count` needs, the host units that have them, and their matches. The same seed on the same database makes the
    same ones."""
    rng = Random(f"needs:{seed}:{count}")  # noqa: S311
    begun = timezone.now()
    writer = Writer(Reference(), rng)
    offices = Offices(Organisation.objects.get(kind=Organisation.Kind.PROVINCE))
    found_hosts(writer, offices, say, wanted=-(-count // NEEDS_OF_A_HOST))
    hosts = list(HostAdmission.objects.for_review().filter(owner__username__regex=CROWD, state=flow.CONFIRMED))
    opening, closing = (Diary(Need, rng, offices) for _ in range(2))
    made: list[int] = []
    for start in range(0, count, CHUNK):
        chosen = [rng.choice(hosts) for _ in range(min(CHUNK, count - start))]
        for need, host in zip(_begin(writer, chosen), chosen, strict=True):
            _enter(opening, closing, need, offices.bureaus[host.region.parent_id])
            made.append(need.pk)
        progress(say, "填写需求", len(made), count, start)
    opening.play(say, "审核需求")
    people = People()
    spoken = sum(_speak(rng, made[start : start + CHUNK], people) for start in range(0, count, CHUNK))
    closing.seen = opening.seen
    closing.play(say, "关闭需求")
    analyze()
    say(f"已生成 {count:,} 条需求、{spoken:,} 条响应和邀请，用时 {(timezone.now() - begun).seconds} 秒。")


def found_hosts(writer: Writer, offices: Offices, say: Say, *, wanted: int) -> None:
    """More host units, confirmed before their needs come, until there are `wanted`."""
    there = User.objects.filter(username__regex=CROWD).count()
    at = timezone.now() - timedelta(days=OPENED + 20)
    password = make_password(None)
    for start in range(there, wanted, CHUNK):
        indexes = range(FIRST + start, FIRST + min(start + CHUNK, wanted))
        values = [writer.host(index, _tale(writer.rng, writer.reference)) for index in indexes]
        clerks = User.objects.bulk_create(
            User(username=USERNAME.format(index), real_name=one["contact"], mobile=one["contact_phone"],
                 role=Role.HOST_UNIT, password=password, consented_at=at)
            for index, one in zip(indexes, values, strict=True)
        )  # fmt: skip
        rows = HostAdmission.objects.bulk_create(
            HostAdmission(owner=clerk, version=1, saved_at=at, **one) for clerk, one in zip(clerks, values, strict=True)
        )
        submitted = submit_hosts([row.pk for row in rows], at=at)
        desks = {case.desk_id for case in submitted}
        for desk in sorted(desks):
            seen = {case.pk: case.seen for case in submitted if case.desk_id == desk}
            officer = writer.rng.choice(offices.officers[desk])
            perform_many(HostAdmission, "pass", seen, actor=officer, at=at + timedelta(days=3), tell=False)
        progress(say, "派驻单位", start + len(rows), wanted, start)


def _tale(rng: Random, reference: Reference) -> HostTale:
    trade = rng.choice(TRADES)
    county = rng.choice(reference.counties[rng.choice(trade.cities)]).name
    brand, kind = rng.choice(BRANDS), rng.choice(trade.hosts)
    name = f"{county}{brand}{'村' if rng.random() < 0.15 else kind}"
    ends = {"村": VILLAGE, "合作社": COOP, "公司": FIRM}
    sort = next((sort for end, sort in ends.items() if name.endswith(end)), "家庭农场")
    return HostTale(name, sort, county, trade.chain, f"{brand}经办人")


def _trade_of(host: HostAdmission) -> Trade:
    """What `Writer.host` has written of."""
    return next(trade for trade in TRADES if host.main_business.startswith(trade.business))


def _begin(writer: Writer, hosts: Sequence[HostAdmission]) -> list[Need]:
    needs = Need.objects.bulk_create(Need(owner_id=host.owner_id, host_id=host.organisation_id) for host in hosts)
    at, rng = timezone.now(), writer.rng
    forms = []
    for need, host in zip(needs, hosts, strict=True):
        trade, kind = _trade_of(host), rng.choice(list(NEED_TITLES))
        words = {"topic": trade.topic, "skill": rng.choice(trade.skills), "county": host.region.name}
        title = rng.choice(NEED_TITLES[kind]).format(**words)
        chain = writer.reference.terms["chain", trade.chain]
        values = writer.need(NeedTale(host.name, title, kind), chain, host)
        forms.append(NeedForm(need=need, version=1, saved_at=at, **values))
    NeedForm.objects.bulk_create(forms)
    return needs


def _enter(opening: Diary, closing: Diary, need: Need, bureau: int) -> None:
    """Draw a fate and put its moves on days."""
    rng = opening.rng
    fate = rng.choices(list(FATES), list(FATES.values()))[0]
    if fate == flow.DRAFT:
        return
    day = rng.randint(0, 8) if fate == flow.REVIEWING else rng.randint(SILENT + 2, OPENED)
    opening.note(need.pk, day + rng.randint(1, 4), "submit", None)
    if fate != flow.REVIEWING:
        opening.note(need.pk, day, "return" if fate == flow.RETURNED else "pass", bureau)
    if fate in CLOSING:
        closing.note(need.pk, rng.randint(0, SILENT - 1), CLOSING[fate], None)


class People:
    """Who may offer help, who may be invited; how many offers of each wait for an answer."""

    def __init__(self) -> None:
        submitted = Application.objects.exclude(revision_number=0).order_by("owner", "batch__opens_at")
        # {person: as what they speak}
        self.spoken = {
            owner: {"person_kind": kind, "team_name": team}
            for owner, kind, team in submitted.values_list("owner", "kind", "team_name")
        }
        self.all = list(self.spoken)
        self.selected = list(docking_selectors.approved().order_by("owner").values_list("owner", flat=True))
        self.waiting: Counter[int] = Counter()


def _speak(rng: Random, pks: Sequence[int], people: People) -> int:
    """What was said about some of these needs; as the services write it, many at once."""
    needs = Need.objects.filter(pk__in=pks, state=flow.PUBLISHED).order_by("pk")
    said: list[Match] = []
    answered: list[Need] = []
    for need in needs.select_related("host", "chain", "county", "desk"):
        if people.all and rng.random() < SPOKEN_OF:
            own = list(_matches(rng, need, people))
            moments = [first for match in own if (first := _answer_at(match))]
            if moments:
                need.first_answer_at = min(moments)
                answered.append(need)
            said += own
    Match.objects.bulk_create(said)
    Need.objects.bulk_update(answered, ["first_answer_at"])
    return len(said)


def _answer_at(match: Match) -> datetime | None:
    """When a host unit has heard of somebody: with an offer, or with the yes to an invitation."""
    if not match.invited:
        return match.made_at
    return match.answered_at if match.accepted else None


def _matches(rng: Random, need: Need, people: People) -> Iterator[Match]:
    invited = bool(people.selected) and rng.random() < 0.3
    pool = people.selected if invited else people.all
    until = timezone.now() - timedelta(days=SILENT)
    for person in rng.sample(pool, min(rng.choice((1, 1, 2, 3)), len(pool))):
        made = need.published_at + (until - need.published_at) * rng.random() * 0.8
        answer = rng.choices(list(ANSWERS), list(ANSWERS.values()))[0]
        if answer == Match.Answer.OPEN and not invited:
            if people.waiting[person] >= MOST_OPEN:
                answer = Match.Answer.DECLINED
            people.waiting[person] += answer == Match.Answer.OPEN
        asking, asked = (need.owner_id, person) if invited else (person, need.owner_id)
        words = rng.choice(INVITATIONS if invited else OFFERS)
        match = Match.about(
            need, person_id=person, invited=invited, words=words, made_by_id=asking, made_at=made,
            **people.spoken[person],
        )  # fmt: skip
        if answer != Match.Answer.OPEN:
            match.answer, match.answered_at = answer, made + (until - made) * rng.random()
            match.answered_by_id = asking if answer == Match.Answer.WITHDRAWN else asked
            replies = {Match.Answer.ACCEPTED: REPLIES, Match.Answer.DECLINED: DECLINES}
            match.reply = rng.choice(replies.get(answer, ("",)))
        yield match
