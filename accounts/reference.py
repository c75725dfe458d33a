"""Reference data every installation starts with: regions, dictionaries, bureaus, roles.

Loaded after `migrate` (and after a test's flush); rows that are there already are left as the operator has edited them.
Sources: GB/T 2260 as of 2023-06-30 (regions), the provincial plans of August 2021 (ten chains), GB/T 13745 (fields),
国务院办公厅关于2026年部分节假日安排的通知 of 2025-11-04 (special days).
"""

from datetime import date

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts import parameters
from accounts.models import Organisation, Parameter, Region, SpecialDays, Term
from accounts.parameters import DECLARED
from accounts.roles import ROLES

# ruff: noqa: E501 - one city a line
REGIONS = """
420100 武汉市: 420102江岸区 420103江汉区 420104硚口区 420105汉阳区 420106武昌区 420107青山区 420111洪山区 420112东西湖区 420113汉南区 420114蔡甸区 420115江夏区 420116黄陂区 420117新洲区
420200 黄石市: 420202黄石港区 420203西塞山区 420204下陆区 420205铁山区 420222阳新县 420281大冶市
420300 十堰市: 420302茅箭区 420303张湾区 420304郧阳区 420322郧西县 420323竹山县 420324竹溪县 420325房县 420381丹江口市
420500 宜昌市: 420502西陵区 420503伍家岗区 420504点军区 420505猇亭区 420506夷陵区 420525远安县 420526兴山县 420527秭归县 420528长阳土家族自治县 420529五峰土家族自治县 420581宜都市 420582当阳市 420583枝江市
420600 襄阳市: 420602襄城区 420606樊城区 420607襄州区 420624南漳县 420625谷城县 420626保康县 420682老河口市 420683枣阳市 420684宜城市
420700 鄂州市: 420702梁子湖区 420703华容区 420704鄂城区
420800 荆门市: 420802东宝区 420804掇刀区 420822沙洋县 420881钟祥市 420882京山市
420900 孝感市: 420902孝南区 420921孝昌县 420922大悟县 420923云梦县 420981应城市 420982安陆市 420984汉川市
421000 荆州市: 421002沙市区 421003荆州区 421022公安县 421024江陵县 421081石首市 421083洪湖市 421087松滋市 421088监利市
421100 黄冈市: 421102黄州区 421121团风县 421122红安县 421123罗田县 421124英山县 421125浠水县 421126蕲春县 421127黄梅县 421181麻城市 421182武穴市
421200 咸宁市: 421202咸安区 421221嘉鱼县 421222通城县 421223崇阳县 421224通山县 421281赤壁市
421300 随州市: 421303曾都区 421321随县 421381广水市
422800 恩施土家族苗族自治州: 422801恩施市 422802利川市 422822建始县 422823巴东县 422825宣恩县 422826咸丰县 422827来凤县 422828鹤峰县
429004 仙桃市: 429004仙桃市
429005 潜江市: 429005潜江市
429006 天门市: 429006天门市
429021 神农架林区: 429021神农架林区
"""
# Words for a bureau where the plain 「〈市〉科学技术局」 is not its name.
BUREAU_NAMES = {"422800": "恩施州科学技术局"}

TERMS = {
    Term.Kind.CHAIN: "茶叶 优质稻米 菜籽油 小龙虾 柑橘 蔬菜 中药材 生猪 家禽及蛋制品 现代种业 其他",
    Term.Kind.DISCIPLINE: "种植 园艺 植保 土肥 畜牧兽医 水产 农产品加工 农机装备 林业 中药材 食用菌 茶叶 农业信息化 "
    "农业经济 计算机 电气与自动化 材料与化工 环境与水利 其他",
    Term.Kind.TALENT: "高校科技人员 科研院所科技人员 职业院校人员 企业人员 乡土人才 致富带头人 基层农技推广人员 其他",
    Term.Kind.SERVICE_MODE: "公益服务 技术承包 技术入股 创办领办企业 其他",
    Term.Kind.UNIT_NATURE: "高等院校 职业院校 科研院所 农技推广机构 其他事业单位 国有企业 民营企业 社会团体 其他",
    Term.Kind.HOST_TYPE: "农业龙头企业 其他企业 农民专业合作社 家庭农场 种养大户 行政村（社区） 乡镇（街道） "
    "农业科技园区 星创天地 示范基地 科技特派员工作站 其他",
    Term.Kind.NEED_KIND: "技术攻关 品种引进 技术培训 产品加工 病虫害防治 数字化 其他",
}
# Compared word by word with the notice as 新华社 printed it on the day. The next year's comes each November: 系统管理.
OFF = """
元旦 2026-01-01 2026-01-03
春节 2026-02-15 2026-02-23
清明节 2026-04-04 2026-04-06
劳动节 2026-05-01 2026-05-05
端午节 2026-06-19 2026-06-21
中秋节 2026-09-25 2026-09-27
国庆节 2026-10-01 2026-10-07
"""
WORKED = "2026-01-04元旦 2026-02-14春节 2026-02-28春节 2026-05-09劳动节 2026-09-20国庆节 2026-10-10国庆节"


@transaction.atomic
def load(province_name: str) -> None:
    """Add what is missing. Cheap when nothing is."""
    if not Region.objects.exists():
        _load_regions()
    there = set(Term.objects.order_by().values_list("kind", flat=True).distinct())
    Term.objects.bulk_create(
        Term(kind=kind, name=name, order=order)
        for kind, names in TERMS.items()
        if kind not in there
        for order, name in enumerate(names.split(), 1)
    )
    if not Organisation.objects.exists():
        _load_offices(province_name)
    Parameter.objects.bulk_create((Parameter(key=key) for key in DECLARED), ignore_conflicts=True)
    if not SpecialDays.objects.exists():
        _load_special_days()
    _load_roles()


def _load_special_days() -> None:
    """Of 2026; what an administrator adds or switches off stays so."""
    off = [line.split(" ") for line in OFF.strip().splitlines()]
    worked = [(item[10:], item[:10], item[:10]) for item in WORKED.split()]
    SpecialDays.objects.bulk_create(
        SpecialDays(kind=kind, name=name, first=date.fromisoformat(first), last=date.fromisoformat(last))
        for kind, rows in ((SpecialDays.Kind.OFF, off), (SpecialDays.Kind.WORKED, worked))
        for name, first, last in rows
    )
    parameters.forget()  # no signal tells of rows made in bulk


def _load_regions() -> None:
    for line in REGIONS.strip().splitlines():
        head, counties = line.split(": ")
        code, name = head.split(" ")
        city = Region.objects.create(code=code, name=name, level=Region.Level.CITY)
        Region.objects.bulk_create(
            Region(code=item[:6], name=item[6:], level=Region.Level.COUNTY, parent=city) for item in counties.split()
        )


def _load_offices(province_name: str) -> None:
    cities = list(Region.objects.filter(level=Region.Level.CITY))
    Organisation.objects.create(kind=Organisation.Kind.PROVINCE, name=f"{province_name}科学技术厅", location=cities[0])
    Organisation.objects.bulk_create(
        Organisation(
            kind=Organisation.Kind.CITY,
            region=city,
            location=city,
            name=BUREAU_NAMES.get(city.code, f"{city.name}科学技术局"),
        )
        for city in cities
    )


def _load_roles() -> None:
    wanted = {name: set(row.permissions) for name, row in ROLES.items()}
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, labels in wanted.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(permissions[label] for label in labels if label in permissions)
