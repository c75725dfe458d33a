"""The demonstration: offices with their people, two rounds, and applications lying in every demo.

Everything happens through the services that the pages call, back-dated by `at`; no state is ever written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts import services as people
from accounts.models import Organisation, User
from accounts.roles import Role
from agreements.models import Agreement
from agreements.services import open_agreement, save_agreement, upload_scan
from agreements.sheets import agreement_sheet
from applications.models import Application, Batch
from applications.services import save_form, start
from portal.demo.people import Person, Reference, Writer
from portal.demo.phrases import DECLINE_WORDS
from review import registry
from review.models import Reviewed
from review.services import perform

PASSWORD = "ktp-demo-2026"  # noqa: S105  of every demonstration account; production refuses to make them
OPENED, CLOSES = timedelta(days=40), timedelta(days=20)
Say = Callable[[str], None]

# (user name, name, office: a city or "" for the province)
OFFICERS = (
    ("city", "周文博", "武汉市"), ("city_wuhan", "闫慧敏", "武汉市"), ("city2", "向红梅", "宜昌市"),
    ("city_yichang", "覃国栋", "宜昌市"), ("city_huangshi", "柯建军", "黄石市"), ("city_shiyan", "郧晓燕", "十堰市"),
    ("city_xiangyang", "诸葛明", "襄阳市"), ("city_ezhou", "吴翠萍", "鄂州市"), ("city_jingmen", "石永红", "荆门市"),
    ("city_xiaogan", "董孝先", "孝感市"), ("city_jingzhou", "熊楚平", "荆州市"), ("city_huanggang", "闻一舟", "黄冈市"),
    ("city_xianning", "余嘉鱼", "咸宁市"), ("city_suizhou", "曾随安", "随州市"),
    ("city_enshi", "冉启堃", "恩施土家族苗族自治州"), ("city_xiantao", "许沔阳", "仙桃市"),
    ("city_qianjiang", "龙江月", "潜江市"), ("city_tianmen", "陆竟秀", "天门市"),
    ("city_shennongjia", "高志远", "神农架林区"), ("province", "顾维安", ""), ("province2", "沈佳怡", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Tale:
    """One person's way: `moves` says how many days ago what was done; who does it follows from the desk.

    Beside the moves of the two processes: `change` rewrites a returned form, for another county where one is named;
    `open` begins the agreement. `filled`: nothing, part or all of the form before the first move.
    """

    name: str
    home: str
    target: str
    chain: str
    moves: str = ""
    woman: bool = False
    username: str = ""
    filled: str = "all"


APPROVED = "38 submit, 36 pass, 33 pass, 31 push, 28 accept, 25 pass"
LATELY = "24 submit, 21 pass, 16 pass, 14 push, 9 accept, 4 pass"

THIS_ROUND = (
    # with the person themselves
    Tale("欧阳镕", "洪山区", "秭归县", "柑橘", filled="nothing"),
    Tale("徐䶮", "江夏区", "英山县", "茶叶", filled="part"),
    Tale("李𬭎", "西陵区", "兴山县", "柑橘", filled="part"),
    Tale("孙雨桐", "洪山区", "蕲春县", "中药材", woman=True),
    Tale("马文龙", "襄城区", "南漳县", "生猪", "6 submit, 5 withdraw"),
    Tale("郭志强", "武昌区", "通山县", "蔬菜", "14 submit, 11 return"),
    Tale("买买提·艾山江", "洪山区", "来凤县", "茶叶", "29 submit, 27 pass, 20 return"),
    Tale("田茂林", "恩施市", "长阳土家族自治县", "中药材",
         "33 submit, 31 pass, 27 pass, 25 push, 20 decline"),
    Tale("袁美玲", "荆州区", "潜江市", "小龙虾",
         "37 submit, 35 pass, 31 pass, 30 push, 26 accept, 22 return", woman=True),
    # at the first desk
    Tale("陈堃", "洪山区", "当阳市", "优质稻米", "0 submit"),
    Tale("胡诗涵", "江夏区", "罗田县", "中药材", "1 submit", woman=True),
    Tale("司马浩然", "东西湖区", "天门市", "家禽及蛋制品", "3 submit"),
    Tale("龚秋菊", "武昌区", "黄陂区", "蔬菜", "16 submit", woman=True),
    Tale("潘俊峰", "黄陂区", "麻城市", "菜籽油", "20 submit, 18 return, 15 change, 2 submit"),
    Tale("覃丽华", "伍家岗区", "巴东县", "生猪", "4 submit", woman=True),
    Tale("赵长江", "夷陵区", "远安县", "茶叶", "13 submit"),
    Tale("尹学文", "襄州区", "枣阳市", "现代种业", "2 submit"),
    Tale("阿依古丽·吐尔逊", "沙市区", "监利市", "优质稻米", "5 submit", woman=True),
    # at the province
    Tale("张镕喆", "洪山区", "秭归县", "柑橘", "12 submit, 9 pass"),
    Tale("夏侯敏", "江夏区", "赤壁市", "茶叶", "30 submit, 24 pass", woman=True),
    Tale("汪海涛", "黄州区", "新洲区", "优质稻米",
         "32 submit, 30 pass, 26 return, 22 change, 15 submit, 12 pass"),
    Tale("石维忠", "恩施市", "宜都市", "其他",
         "35 submit, 33 pass, 30 pass, 28 push, 24 decline, "
         "20 change 夷陵区, 14 submit, 10 pass"),
    # to be pushed
    Tale("韩旻", "洪山区", "石首市", "小龙虾", "18 submit, 15 pass, 8 pass"),
    Tale("廖玥", "西陵区", "江夏区", "蔬菜", "17 submit, 14 pass, 2 pass", woman=True),
    # with the target city
    Tale("昝国强", "荆州区", "秭归县", "柑橘", "22 submit, 19 pass, 13 pass, 12 push"),
    Tale("姜婧妍", "洪山区", "宜都市", "茶叶", "19 submit, 16 pass, 9 pass, 3 push", woman=True),
    Tale("白振华", "襄城区", "蔡甸区", "家禽及蛋制品", "20 submit, 18 pass, 10 pass, 5 push"),
    Tale("冉梦瑶", "恩施市", "黄陂区", "中药材", "23 submit, 21 pass, 15 pass, 13 push", woman=True),
    Tale("上官文静", "茅箭区", "神农架林区", "蔬菜", "21 submit, 17 pass, 11 pass, 4 push", woman=True),
    # for the last decision
    Tale("程传胜", "孝南区", "云梦县", "小龙虾", "26 submit, 24 pass, 18 pass, 16 push, 12 accept"),
    Tale("曾慧颖", "江夏区", "宜都市", "柑橘", "25 submit, 22 pass, 17 pass, 15 push, 3 accept", woman=True),
    # approved, on all the ways of an agreement
    Tale("余承志", "洪山区", "蕲春县", "中药材", LATELY),
    Tale("萧雪梅", "西陵区", "五峰土家族自治县", "茶叶", LATELY + ", 3 open", woman=True),
    Tale("林晓芸", "洪山区", "秭归县", "柑橘", APPROVED + ", 20 open, 18 save", woman=True, username="specialist2"),
    Tale("谭国栋", "恩施市", "利川市", "茶叶", APPROVED + ", 22 open, 21 save, 12 save"),
    Tale("邹德胜", "沙市区", "洪湖市", "小龙虾", APPROVED + ", 22 open, 20 save, 9 upload"),
    Tale("卢春梅", "黄州区", "英山县", "茶叶", APPROVED + ", 23 open, 22 save, 2 upload", woman=True),
    Tale("郑立新", "襄州区", "谷城县", "现代种业",
         APPROVED + ", 23 open, 22 save, 14 upload, 11 return"),
    Tale("欧阳惠兰", "武昌区", "嘉鱼县", "蔬菜", APPROVED + ", 24 open, 23 save, 16 upload, 10 archive", woman=True),
)  # fmt: skip
LAST_ROUND = (
    Tale("郝喆", "洪山区", "当阳市", "优质稻米", APPROVED + ", 24 open, 23 save, 16 upload, 10 archive"),
    Tale("向昌菊", "恩施市", "巴东县", "生猪", APPROVED + ", 22 open, 20 save, 12 upload, 9 archive", woman=True),
    Tale("任光辉", "荆州区", "公安县", "小龙虾", APPROVED),
    Tale("蔡凤英", "江夏区", "红安县", "菜籽油", "30 submit, 28 pass, 20 return", woman=True),
)  # fmt: skip
AGAIN = Tale("郝喆", "洪山区", "当阳市", "优质稻米", "9 submit, 7 pass")  # 留任: both rounds


@transaction.atomic
def build(say: Say, seed: int) -> bool:
    """The whole demonstration, all of it or nothing; False when it is there already."""
    if User.objects.filter(username="specialist").exists():
        return False
    demo = Demonstration(Random(seed))  # noqa: S311
    say("机构与账号：省厅、17 个市州、系统管理员")
    demo.staff()
    year = timezone.localdate().year
    say(f"{year - 1} 年度批次：{len(LAST_ROUND)} 份申请")
    past = timedelta(days=365)
    last = demo.batch(year - 1, closes=timezone.now() + CLOSES)  # open while its people apply
    for tale in LAST_ROUND:
        demo.play(tale, last, ago=past)
    last.opens_at, last.closes_at, last.mends_until = (
        moment - past for moment in (last.opens_at, last.closes_at, last.mends_until)
    )
    last.save()
    say(f"{year} 年度批次：{len(THIS_ROUND) + 1} 份申请，分布在各个环节")
    batch = demo.batch(year, closes=timezone.now() + CLOSES)
    for tale in (*THIS_ROUND, AGAIN):
        demo.play(tale, batch)
    demo.register("specialist", "陈思远", "19000000000")
    return True


class Demonstration:
    """Where the tales are played: who sits at which desk, and who has come in."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.reference = Reference()
        self.writer = Writer(self.reference, rng)
        self.province = Organisation.objects.get(kind=Organisation.Kind.PROVINCE)
        self.officers: dict[int, list[User]] = {}
        self.persons: dict[str, tuple[User, Person]] = {}

    def staff(self) -> None:
        bureaus = {office.region.name: office for office in Organisation.objects.exclude(region=None)}
        for number, (username, name, city) in enumerate(OFFICERS, 1):
            office = bureaus[city] if city else self.province
            officer, _ = people.issue_account(
                username=username, real_name=name, role=Role.CITY if city else Role.PROVINCE, organisations=[office],
                mobile=f"192{number:08d}", password=PASSWORD,
            )  # fmt: skip
            desk = self.officers.setdefault(office.pk, [])
            if not desk:
                people.save_organisation(
                    organisation=office,
                    values={"phone": f"027-8600{number:04d}", "contact": name, "contact_phone": f"192{number:08d}"},
                )
            desk.append(officer)
        people.issue_account(username="admin", real_name="严守一", system_admin=True, password=PASSWORD)

    def batch(self, year: int, *, closes: datetime) -> Batch:
        return Batch.objects.create(
            name=f"{year}年度省级科技特派员选派", year=year, office=self.province,
            opens_at=_midnight(closes - CLOSES - OPENED), closes_at=_midnight(closes),
            mends_until=_midnight(closes + timedelta(days=5)),
        )  # fmt: skip

    def play(self, tale: Tale, batch: Batch, *, ago: timedelta = timedelta()) -> None:
        """Take one person through their tale; `ago` moves all of it into the past."""
        user, person = self._enter(tale)
        if tale.filled == "nothing":
            return
        application = start(user, batch)
        self._fill(application, tale, person)
        clock = Clock(self.rng, ago)
        agreement: Agreement | None = None
        for line in filter(None, tale.moves.split(", ")):
            day, action, county = (*line.split(" "), "")[:3]
            case = agreement or application
            at = clock.at(int(day), office=case.desk_id is not None and action not in ("withdraw", "upload"))
            match action:
                case "change":
                    self._change(application, person, county)
                case "open":
                    agreement = open_agreement(application, actor=user)
                case "upload":
                    agreement = self._upload(agreement, at)
                case "save":
                    self._fill_agreement(agreement, person)
                    agreement = perform(agreement, "save", actor=user, seen=agreement.seen, at=at)
                case _:
                    actor = user if action in ("submit", "withdraw") else self.rng.choice(self.officers[case.desk_id])
                    comment = self._words(case, action)
                    moved = perform(case, action, actor=actor, seen=case.seen, comment=comment, at=at)
                    application, agreement = (application, moved) if agreement else (moved, None)

    def _words(self, case: Reviewed, action: str) -> str:
        """An office's words, where the move asks for some."""
        if action == "decline":
            return self.rng.choice(DECLINE_WORDS)
        return self.rng.choice(registry.of(type(case)).phrases) if action == "return" else ""

    def register(self, username: str, name: str, mobile: str) -> User:
        return people.register(
            username=username, password=PASSWORD, real_name=name, mobile=mobile, role=Role.SPECIALIST
        )

    def _enter(self, tale: Tale) -> tuple[User, Person]:
        """The account and 基本信息; somebody who comes again is who they were."""
        if tale.name not in self.persons:
            index = len(self.persons) + 1
            person = self.writer.person(
                index, name=tale.name, home=tale.home, target=tale.target, chain=tale.chain, woman=tale.woman
            )
            user = self.register(tale.username or f"tp{index:03d}", tale.name, person.mobile)
            if tale.filled != "nothing":
                values = _part(person.profile) if tale.filled == "part" else person.profile
                people.save_profile(user=user, values=values)
            self.persons[tale.name] = user, person
        return self.persons[tale.name]

    def _fill(self, application: Application, tale: Tale, person: Person) -> None:
        values = _part(person.form) if tale.filled == "part" else person.form
        save_form(application, actor=application.owner, version=0, values=values)

    def _change(self, application: Application, person: Person, county: str) -> None:
        values = {"introduction": self.writer.rewritten(person)}
        if county:
            target = self.reference.county(county)
            values |= {"target_city": target.city, "target_county": target, "target_host": f"{county}绿野农业有限公司"}
        version = application.personalform.version
        save_form(application, actor=application.owner, version=version, values=values)

    def _fill_agreement(self, agreement: Agreement, person: Person) -> None:
        values = self.writer.agreement(person, agreement.application.batch.min_days)
        save_agreement(agreement, actor=agreement.owner, version=agreement.version, values=values)

    def _upload(self, agreement: Agreement, at: datetime) -> Agreement:
        """The sheet as it was printed stands in for its scan."""
        revision = agreement.revisions.get(number=agreement.revision_number)
        upload = SimpleUploadedFile(f"{agreement.owner}_盖章协议.pdf", agreement_sheet(agreement, revision))
        return upload_scan(agreement, actor=agreement.owner, seen=agreement.seen, upload=upload, at=at)


class Clock:
    """Times of a tale, each later than the one before: offices work on weekdays from nine to five."""

    def __init__(self, rng: Random, ago: timedelta) -> None:
        self.rng, self.ago, self.last = rng, ago, None

    def at(self, days: int, *, office: bool) -> datetime:
        now = timezone.localtime() - self.ago
        day = now.date() - timedelta(days=days)
        if office and day.weekday() > 4:
            day -= timedelta(days=day.weekday() - 4)
        hour = self.rng.randint(9, 16) if office else self.rng.randint(8, 21)
        at = timezone.make_aware(datetime.combine(day, time(hour, self.rng.randint(0, 59), self.rng.randint(0, 59))))
        if self.last is not None:
            at = max(at, self.last + timedelta(minutes=self.rng.randint(20, 90)))
        self.last = min(at, now - timedelta(minutes=1)) if days == 0 else at
        return self.last


def _midnight(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def _part(values: dict) -> dict:
    """The first two thirds, as of somebody who was called away."""
    return dict(list(values.items())[: len(values) * 2 // 3])
