"""Invented people: names, careers, units and the texts they write, from one seeded source of chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any

from django.utils import timezone
from stdnum.cn import ric, uscc

from accounts.models import Region, Term
from accounts.standards import Degree, Education, Gender, IdentityKind, PoliticalStatus, TitleLevel
from accounts.validators import NONE
from applications.models import HostAdmission, PersonalForm
from portal.demo.phrases import (
    ADDITION,
    AWARDS,
    BRANDS,
    CLOSINGS,
    DUTIES,
    EXPERIENCES,
    FEMALE,
    HEADLINES,
    HOMES,
    MALE,
    MINORITY,
    OPENINGS,
    PERIODS,
    SCHOOLS,
    STREETS,
    SURNAMES,
    TARGETS,
    TOWNS,
    UNIT_TEXTS,
)
from portal.demo.tales import HostTale, NeedTale
from portal.demo.trades import ENSHI, TRADES, Trade


@dataclass(frozen=True)
class Career:
    """`unit` stands for a unit of one's county; an empty one is a school or institute of the city (CAMPUSES)."""

    weight: int
    talent: str
    unit: str
    posts: tuple[str, ...]
    titles: tuple[tuple[TitleLevel, str], ...]
    schooling: tuple[tuple[Education, Degree], ...]


_S, _A, _M, _J = TitleLevel.SENIOR, TitleLevel.ASSOCIATE, TitleLevel.MIDDLE, TitleLevel.JUNIOR
_DOCTOR, _MASTER = (Education.DOCTOR, Degree.DOCTOR), (Education.MASTER, Degree.MASTER)
_BACHELOR, _COLLEGE = (Education.BACHELOR, Degree.BACHELOR), (Education.COLLEGE, Degree.NONE)

CAREERS = (
    Career(28, "高校科技人员", "", ("教师", "系主任", "教研室主任", "无"),
           ((_S, "教授"), (_A, "副教授"), (_A, "副教授"), (_M, "讲师")), (_DOCTOR, _DOCTOR, _MASTER)),
    Career(18, "科研院所科技人员", "", ("研究室主任", "副所长", "课题组长", "无"),
           ((_S, "研究员"), (_A, "副研究员"), (_M, "助理研究员")), (_DOCTOR, _MASTER)),
    Career(24, "基层农技推广人员", "{county}农业技术推广中心", ("站长", "副站长", "技术员", "无"),
           ((_S, "推广研究员"), (_A, "高级农艺师"), (_M, "农艺师"), (_M, "畜牧师")), (_MASTER, _BACHELOR, _COLLEGE)),
    Career(6, "基层农技推广人员", "{county}畜牧水产服务中心", ("主任", "技术员", "无"),
           ((_A, "高级畜牧师"), (_M, "兽医师"), (_J, "助理畜牧师")), (_BACHELOR, _COLLEGE)),
    Career(12, "企业人员", "{city}{brand}{host}", ("总经理", "技术总监", "生产部经理"),
           ((_A, "高级工程师"), (_M, "工程师"), (TitleLevel.NONE, "无")), (_MASTER, _BACHELOR, _COLLEGE)),
    Career(5, "职业院校人员", "{city}农业职业技术学校", ("教师", "实训中心主任"),
           ((_A, "高级讲师"), (_M, "讲师")), (_MASTER, _BACHELOR)),
    Career(4, "乡土人才", "{county}{brand}{host}", ("理事长", "技术员"),
           ((_M, "农民技师"), (_J, "农民助理技师"), (TitleLevel.NONE, "无")),
           (_COLLEGE, (Education.HIGH_SCHOOL, Degree.NONE), (Education.SECONDARY, Degree.NONE))),
    Career(3, "致富带头人", "{county}{brand}家庭农场", ("负责人",),
           ((TitleLevel.NONE, "无"),), ((Education.HIGH_SCHOOL, Degree.NONE), (Education.SECONDARY, Degree.NONE))),
)  # fmt: skip

# Schools and institutes by city: (name, county). A city without one sends its county's people only.
CAMPUSES: dict[str, tuple[tuple[str, str], ...]] = {
    "武汉市": (("华中农业大学", "洪山区"), ("湖北省农业科学院", "洪山区"), ("武汉轻工大学", "东西湖区"),
               ("武汉市农业科学院", "江夏区"), ("湖北大学", "武昌区")),
    "宜昌市": (("三峡大学", "西陵区"), ("宜昌市农业科学研究院", "伍家岗区")),
    "荆州市": (("长江大学", "荆州区"), ("荆州农业科学院", "沙市区")),
    "襄阳市": (("湖北文理学院", "襄城区"), ("襄阳市农业科学院", "襄州区")),
    "黄冈市": (("黄冈师范学院", "黄州区"), ("黄冈市农业科学院", "黄州区")),
    "十堰市": (("汉江师范学院", "茅箭区"), ("十堰市农业科学院", "张湾区")),
    "孝感市": (("湖北工程学院", "孝南区"),),
    "黄石市": (("湖北师范大学", "黄石港区"), ("湖北理工学院", "下陆区")),
    "荆门市": (("荆楚理工学院", "东宝区"),),
    "咸宁市": (("湖北科技学院", "咸安区"), ("咸宁市农业科学院", "咸安区")),
    ENSHI: (("湖北民族大学", "恩施市"), ("恩施州农业科学院", "恩施市")),
}  # fmt: skip
MODES = ("公益服务", "公益服务", "技术承包", "技术入股")
PARTIES = (
    (PoliticalStatus.PARTY, PoliticalStatus.MASSES, PoliticalStatus.JIUSAN, PoliticalStatus.CDL), (58, 36, 3, 3),
)  # fmt: skip
SERIALS = {True: 996, False: 997}  # kept for centenarians: nobody of working age has one (even: women, odd: men)
FIRST_BIRTHDAY, BIRTHDAYS = date(1966, 1, 1), 32 * 365
LIMIT = 300  # of 个人介绍 and 拟服务内容
STRIDE = 743_521  # has no factor in common with counties × birthdays, so that no two indexes meet


Place = tuple[str, Region]  # a unit, and the county it stands in


@dataclass(frozen=True)
class Person:
    """Somebody with a trade who would serve at `host` in `goal`: account and 基本信息 as the services take them.

    `words` fill the texts that they write.
    """

    index: int
    name: str
    mobile: str
    trade: Trade
    goal: Region
    host: str
    words: dict[str, Any]
    profile: dict[str, Any]


class Reference:
    """Regions and dictionaries, read once."""

    def __init__(self) -> None:
        counties = Region.objects.filter(level=Region.Level.COUNTY, custom=False).select_related("parent")
        self.counties: dict[str, list[Region]] = {}
        for county in counties:
            self.counties.setdefault(county.city.name, []).append(county)
        self.codes = sorted(county.code for county in counties)
        self.names = {county.code: county for county in counties}
        self.terms = {(term.kind, term.name): term for term in Term.objects.all()}

    def county(self, name: str) -> Region:
        return next(county for rows in self.counties.values() for county in rows if county.name == name)


class Writer:
    """Invents people. The same seed invents the same ones."""

    def __init__(self, reference: Reference, rng: Random) -> None:
        self.reference, self.rng = reference, rng

    def person(
        self,
        index: int,
        *,
        name: str = "",
        home: str = "",
        target: str = "",
        chain: str = "",
        woman: bool | None = None,
        host: str = "",
        at: Place | None = None,
    ) -> Person:
        """The `index`-th person of the installation: number and telephone follow from it, so that no two are equal.

        What is given is kept: name, home county, target county and `host` there, chain, where they work; the rest is
        chance.
        """
        rng, reference = self.rng, self.reference
        if woman is None:
            woman = rng.random() < 0.42
        if not name and rng.random() < 0.005:
            _, name, woman = rng.choice(MINORITY)
        ethnicity = next((code for code, whole, _ in MINORITY if whole == name), "01")
        trade = next(row for row in TRADES if row.chain == chain) if chain else self._weighted(TRADES)
        career = _career_at(at[0]) if at else self._weighted(CAREERS)
        unit, county = at or self._unit(career, home, trade)
        goal = reference.county(target) if target else self._county(self._target_city(trade))
        number = self._identity(index, woman)
        birth, year = date(int(number[6:10]), int(number[10:12]), 1), timezone.localdate().year
        education, degree = rng.choice(career.schooling)
        level, title = rng.choice(career.titles)
        post = rng.choice(career.posts)
        first = birth.year + rng.randint(19, 23)
        words = {
            "field": trade.field,
            "skill": rng.choice(trade.skills),
            "major": rng.choice(trade.majors),
            "school": rng.choice(SCHOOLS),
            "years": year - first,
            "first": first,
            "start": max(first, year - rng.randint(2, 8)),
            "county": goal.name,
            "unit": unit,
            "post": post,
        }
        made_up = f"{goal.name}{rng.choice(BRANDS)}{rng.choice(trade.hosts)}"
        profile = {
            "gender": Gender.FEMALE if woman else Gender.MALE,
            "birth_month": f"{birth:%Y-%m}",
            "native_place": f"湖北{reference.names[number[:6]].city.name.removesuffix('市')}",
            "ethnicity": ethnicity,
            "political_status": rng.choices(*PARTIES)[0],
            "id_kind": IdentityKind.IDENTITY_CARD,
            "id_number": number,
            "education": education,
            "degree": degree,
            "graduate_school": words["school"] if degree != Degree.NONE else f"{county.city.name}农业学校",
            "major": words["major"],
            "work_unit": unit,
            "post": post,
            "region": county,
            "title_level": level,
            "title_name": title,
            "talent_type": reference.terms["talent", career.talent],
            "discipline": reference.terms["discipline", trade.discipline],
            "speciality": f"{'、'.join(rng.sample(trade.skills, 2))}。能够开展现场诊断、技术培训和项目申报指导。",
            "service_mode": reference.terms["service_mode", rng.choice(MODES)],
            "phone": NONE if rng.random() < 0.6 else f"027-8700{index % 10000:04d}",
            "email": NONE if rng.random() < 0.3 else f"tp{index}@example.com",
            "address": f"{_place(county)}{rng.choice(TOWNS)}{rng.randint(1, 260)}号",
            "postcode": f"43{rng.randint(0, 9999):04d}",
            "service_experience": self._text(rng.choice(EXPERIENCES), words),
            "awards_penalties": self._text(rng.choice(AWARDS), words),
        }
        return Person(index, name or self._name(woman), f"190{index:08d}", trade, goal, host or made_up, words, profile)

    def personal_form(self, person: Person) -> dict[str, Any]:
        """个人申请表."""
        again = self.rng.random() < 0.3
        return {
            "apply_type": PersonalForm.ApplyType.AGAIN if again else PersonalForm.ApplyType.NEW,
            "major": person.words["major"],
            "tech_field": person.trade.field,
            **self._target(person),
            "introduction": self._introduction(person),
            "work_history": self._history(person.words),
            "planned_service": self._plan(person, "围绕{host}的发展需求开展服务："),
        }

    def team_form(self, leader: Person) -> dict[str, Any]:
        """团队申请表."""
        return {
            "leader_field": leader.trade.field,
            "leader_achievement": self._introduction(leader),
            **self._target(leader),
            "planned_service": self._plan(leader, "团队分工协作，面向{host}及周边基地开展服务："),
        }

    def _target(self, person: Person) -> dict[str, Any]:
        goal = person.goal
        return {
            "chains": self._chains(person.trade),
            "target_city": goal.city,
            "target_county": goal,
            "target_host": person.host,
            "target_host_address": f"{_place(goal)}{self.rng.choice(TOWNS)}{self.rng.randint(1, 18)}组",
        }

    def _introduction(self, person: Person) -> str:
        return self._paragraph(self.rng.choice(OPENINGS), person.trade.feats, self.rng.choice(CLOSINGS), person.words)

    def _plan(self, person: Person, opening: str) -> str:
        return self._paragraph(opening.format(host=person.host), person.trade.aims, "", person.words)

    def rewritten(self, person: Person) -> str:
        """个人介绍, or what a leader has achieved, written anew after the application was returned."""
        trade = person.trade
        words = {"field": trade.field, "skill": trade.skills[0], "county": person.goal.name}
        return self._paragraph(f"主要从事{trade.skills[1]}工作。", trade.feats, ADDITION, words)

    def division(self, leader: Person, members: Sequence[Person]) -> str:
        """Who of a team does what (服务协议)."""
        parts = zip(members, cycle(DUTIES), strict=False)
        own = f"{leader.name}（负责人）：统筹团队工作，制定年度服务计划，负责{leader.words['skill']}。"
        return "\n".join((own, *(f"{member.name}：{duty}。" for member, duty in parts)))

    def unit(self, index: int, name: str, county: Region) -> dict[str, Any]:
        """机构信息 of a legal unit; its code follows from `index`."""
        rng, career = self.rng, _career_at(name)
        nature, rep_post, business, strength, record = UNIT_TEXTS[career.talent]
        code = f"12{county.code}MAXX{index:05d}"
        words = {"unit": name, "trades": "、".join(trade.topic for trade in rng.sample(TRADES, 3))}
        return {
            "name": name,
            "credit_code": code + uscc.calc_check_digit(code),
            "nature": self.reference.terms["unit_nature", nature],
            "region": county,
            "address": f"{_place(county)}{rng.choice(STREETS)}{rng.randint(1, 260)}号",
            "postcode": f"43{rng.randint(0, 9999):04d}",
            "founded_on": date(rng.randint(1950, 1998), rng.randint(1, 12), rng.randint(1, 28)),
            "main_business": business,
            "legal_rep": self._name(False),
            "legal_rep_post": rep_post,
            "contact": self._name(True),
            "contact_phone": f"193{index:08d}",
            "email": f"unit{index}@example.com",
            "tech_strength": self._text(strength, words),
            "service_record": self._text(record, words),
        }

    def host(self, index: int, tale: HostTale) -> dict[str, Any]:
        """机构信息 of a 派驻单位; its code follows from `index`, villages and households have none."""
        rng, county = self.rng, self.reference.county(tale.county)
        trade = next(row for row in TRADES if row.chain == tale.chain)
        village, firm = tale.kind.startswith("行政村"), tale.kind.endswith(("企业", "合作社"))
        code = f"{'91' if firm else '93'}{county.code}MAHX{index:05d}"
        values = {
            "name": tale.name,
            "host_type": self.reference.terms["host_type", tale.kind],
            "credit_code": code + uscc.calc_check_digit(code) if firm else NONE,
            "region": county,
            "address": f"{_place(county)}{rng.choice(TOWNS)}{rng.randint(1, 18)}组",
            "founded": NONE if village else f"{rng.randint(2004, 2022)}年{rng.randint(1, 12)}月",
            "legal_rep": tale.clerk,
            "legal_rep_phone": f"195{index:08d}",
            "contact": self._name(rng.random() < 0.5),
            "contact_phone": f"196{index:08d}",
            "main_business": f"{trade.business}。基地{rng.randint(4, 60) * 50}亩。",
            "tech_need": f"{trade.need}。",
        }
        more = {"village_head": tale.clerk, "households": rng.randint(150, 900), "population": rng.randint(500, 3200),
                "industry": f"以{trade.topic}为主导产业，{trade.business}。"}  # fmt: skip
        return values | more if village else values

    def need(self, tale: NeedTale, chain: Term, host: HostAdmission) -> dict[str, Any]:
        """What a 派驻单位 asks for."""
        rng, trade = self.rng, next(row for row in TRADES if row.chain == chain.name)
        today = timezone.localdate()
        return {
            "title": tale.title,
            "chain": chain,
            "kind": self.reference.terms["need_kind", tale.kind],
            "discipline": self.reference.terms["discipline", trade.discipline],
            "county": host.region,
            "description": f"{trade.business}。基地{rng.randint(4, 60) * 50}亩，带动农户{rng.randint(8, 90) * 5}户。"
            f"目前的问题：{trade.need}。希望科技特派员围绕“{tale.title}”到场指导，每季不少于两次，并带出一两名技术员。",
            "starts_on": today - timedelta(days=20),
            "ends_on": today + timedelta(days=rng.randint(4, 20) * 30),
            "contact": host.contact,
            "contact_phone": host.contact_phone,
        }

    def article(self) -> tuple[str, str, list[str]]:
        """Headline, summary and paragraphs of what an office tells the public."""
        rng, trade = self.rng, self._weighted(TRADES)
        county = self._county(self._target_city(trade))
        words = {"field": trade.field, "topic": trade.topic, "skill": rng.choice(trade.skills), "county": county.name}
        opening = f"近日，科技特派员来到{_place(county)}{rng.choice(TOWNS)}，围绕{words['skill']}开展服务。"
        return (
            self._text(rng.choice(HEADLINES), words),
            f"{_place(county)}组织科技特派员开展{trade.topic}技术服务，{trade.business}。",
            [opening, self._paragraph("", trade.feats, "", words), self._paragraph("", trade.aims, "", words)],
        )

    def agreement(self, person: Person, days: int) -> dict[str, Any]:
        """What is typed into 服务协议 beside what it opens with, for a service of `days` a year."""
        rng, trade, words = self.rng, person.trade, {"county": person.goal.name}
        start = timezone.localdate() + timedelta(days=10)
        number = f"93{person.goal.code}MAXX{rng.randint(0, 99999):05d}"
        targets = {"new_varieties": rng.randint(1, 4), "new_techniques": rng.randint(1, 4), "problems_solved": 2,
                   "courses": rng.randint(2, 6), "people_trained": rng.randint(6, 30) * 10, "demo_bases": 1,
                   "demo_households": rng.randint(5, 40), "income_gain": rng.randint(10, 80)}  # fmt: skip
        return {
            "service_start": start,
            "service_end": date(start.year + 1, start.month, 1),
            "committed_days": days + rng.randint(0, 24),
            "sender_head": self._name(False),
            "sender_contact": self._name(True),
            "sender_phone": f"027-8710{rng.randint(0, 9999):04d}",
            "host_credit_code": number + uscc.calc_check_digit(number),
            "host_head": self._name(False),
            "host_contact": self._name(False),
            "host_phone": f"191{rng.randint(0, 99999999):08d}",
            "host_main_business": f"{trade.business}。基地{rng.randint(4, 60) * 50}亩，员工{rng.randint(8, 90)}人。",
            "service_need": f"{trade.need}。希望科技特派员每月到场不少于一次，帮助企业把问题一件件解决。",
            "work_plan": "\n".join(
                f"{period}：{self._text(aim, words)}"
                for period, aim in zip(PERIODS, rng.sample(trade.aims, len(PERIODS)), strict=True)
            ),
            "expected_targets": self._text(TARGETS, words),
            "targets": targets,
        }

    def _weighted(self, rows):
        return self.rng.choices(rows, [row.weight for row in rows])[0]

    def _home_city(self) -> str:
        return self.rng.choices(list(HOMES), list(HOMES.values()))[0]

    def _target_city(self, trade: Trade) -> str:
        """Mostly where the trade is at home, sometimes anywhere."""
        if self.rng.random() < 0.8:
            return self.rng.choice(trade.cities)
        return self.rng.choice(list(self.reference.counties))

    def _county(self, city: str) -> Region:
        return self.rng.choice(self.reference.counties[city])

    def _unit(self, career: Career, home: str, trade: Trade) -> Place:
        """Where somebody works; `home` names the county, if it is given."""
        county = self.reference.county(home) if home else self._county(self._home_city())
        campuses = [row for row in CAMPUSES.get(county.city.name, ()) if not home or row[1] == county.name]
        if not career.unit and campuses:
            science = [row for row in campuses if row[0].endswith("院") == (career.talent == "科研院所科技人员")]
            unit, name = self.rng.choice(science or campuses)
            return unit, next(row for row in self.reference.counties[county.city.name] if row.name == name)
        pattern = career.unit or "{county}农业科学研究所"
        unit = pattern.format(
            county=county.name, city=county.city.name, brand=self.rng.choice(BRANDS), host=self.rng.choice(trade.hosts)
        )
        return unit, county

    def _name(self, woman: bool) -> str:
        rng = self.rng
        surname = rng.choice(SURNAMES[:40]) if rng.random() < 0.7 else rng.choice(SURNAMES)
        given = rng.choice(FEMALE if woman else MALE)
        if len(given) == 1 and rng.random() < 0.55:
            given += rng.choice([name for name in (FEMALE if woman else MALE) if len(name) == 1])
        return surname + given

    def _identity(self, index: int, woman: bool) -> str:
        """A valid number that belongs to nobody; each index has its own county and birthday."""
        codes = self.reference.codes
        day, code = divmod(index * STRIDE % (len(codes) * BIRTHDAYS), len(codes))
        number = f"{codes[code]}{FIRST_BIRTHDAY + timedelta(days=day):%Y%m%d}{SERIALS[woman]}"
        return number + ric.calc_check_digit(number + "0")

    def _chains(self, trade: Trade) -> list[Term]:
        names = {trade.chain}
        if self.rng.random() < 0.25:
            names.add(self._weighted(TRADES).chain)
        return [self.reference.terms["chain", name] for name in sorted(names)]

    def _text(self, pattern: str, words: Mapping[str, Any]) -> str:
        """A sentence with its figures."""
        rng = self.rng
        return pattern.format(
            n=rng.randint(2, 9), area=rng.randint(4, 90) * 50, people=rng.randint(8, 90) * 10,
            percent=rng.randint(8, 32), money=rng.randint(4, 60) * 10, times=rng.randint(3, 12),
            days=rng.randint(12, 40) * 2, brand=rng.choice(BRANDS), **words,
        )  # fmt: skip

    def _paragraph(self, opening: str, sentences: Sequence[str], closing: str, words: Mapping[str, Any]) -> str:
        chosen = self.rng.sample(sentences, min(4, len(sentences)))
        text, closing = self._text(opening, words), self._text(closing, words)
        for sentence in chosen:
            more = self._text(sentence, words)
            if len(text) + len(more) + len(closing) <= LIMIT:
                text += more
        return text + closing

    def _history(self, words: Mapping[str, Any]) -> str:
        earlier = self.rng.choice(("乡镇农业服务中心，技术员", "县农业农村局，科员", f"{words['school']}，科研助理"))
        first, between = words["first"], words["first"] + max(1, words["years"] // 4)
        now = "专业技术人员" if words["post"] == NONE else words["post"]
        return f"{first}年7月至{between}年6月，{earlier}\n{between}年7月至今，{words['unit']}，{now}"


def _career_at(unit: str) -> Career:
    """What people of a legal unit do, by its name."""
    school, institute, office = CAREERS[:3]
    if unit.endswith(("科学院", "研究院", "研究所")):
        return institute
    return school if unit.endswith(("大学", "学院")) else office


def _place(county: Region) -> str:
    """「宜昌市秭归县」, but 「枣阳市」."""
    return county.name if county.name.endswith("市") else f"{county.city.name}{county.name}"
