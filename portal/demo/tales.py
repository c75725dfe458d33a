"""Who plays in the demonstration, and what happens to them when: the cast of `build`."""

from dataclasses import dataclass
from functools import partial

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
ALSO_ADMINISTER = ("province2",)  # whose menu is the manual's: 系统管理 below the province's own entries


@dataclass(frozen=True)
class UnitTale:
    """A legal unit's way through its admission; `later` moves come after those of its teams."""

    name: str
    short: str
    county: str
    clerk: str
    moves: str = ""
    later: str = ""
    username: str = ""


@dataclass(frozen=True)
class HostTale:
    """A 派驻单位's way to being confirmed by its city."""

    name: str
    kind: str
    county: str
    chain: str
    clerk: str
    moves: str = ""
    username: str = ""


@dataclass(frozen=True)
class NeedTale:
    """A 需求 of the host unit named `host`; `over` ends it so many days ago."""

    host: str
    title: str
    kind: str
    moves: str = ""
    over: int = 0


@dataclass(frozen=True)
class MatchTale:
    """What `name` and a public need said to each other, and how many days ago; `answer` "" still waits."""

    title: str
    name: str
    made: int
    words: str
    answer: str = ""
    answered: int = 0
    reply: str = ""
    invited: bool = False


@dataclass(frozen=True)
class SealedTale:
    """What becomes of the sealed copy of somebody's application in this round."""

    name: str
    moves: str


@dataclass(frozen=True)
class Tale:
    """One applicant's way: `moves` says how many days ago what was done; who does it follows from the desk.

    Beside the moves of the two processes: `change` rewrites a returned form, for another county where one is named;
    `open` begins the agreement. `filled`: nothing, part or all of the form before the first move. `host`: the
    registered unit to be served, in the county `target`; without it one that has no account.
    """

    name: str
    home: str
    target: str
    chain: str
    moves: str = ""
    woman: bool = False
    username: str = ""
    filled: str = "all"
    host: str = ""


@dataclass(frozen=True)
class Member:
    """Somebody of a team, who counts unless `waiting` for the leader's word or `removed`."""

    name: str
    woman: bool = False
    username: str = ""
    waiting: bool = False
    removed: bool = False


@dataclass(frozen=True)
class TeamTale(Tale):
    """A leader's way with their team; `home` is the name of its legal unit."""

    members: tuple[Member, ...] = ()


M, W = Member, partial(Member, woman=True)
APPROVED = "38 submit, 36 pass, 33 pass, 31 push, 28 accept, 25 pass"
LATELY = "24 submit, 21 pass, 16 pass, 14 push, 9 accept, 4 pass"

COOP, FIRM, VILLAGE = "农民专业合作社", "农业龙头企业", "行政村（社区）"
HOSTS = (
    HostTale("秭归县九畹溪脐橙专业合作社", COOP, "秭归县", "柑橘", "屈大海", "60 submit, 57 pass", username="host"),
    HostTale("五峰采花茶业有限公司", FIRM, "五峰土家族自治县", "茶叶", "覃采花", "58 submit, 55 pass, 20 update"),
    HostTale("潜江市熊口镇赵脑村", VILLAGE, "潜江市", "小龙虾", "赵本洪", "57 submit, 50 pass"),
    HostTale("武汉市黄陂区木兰蔬菜专业合作社", COOP, "黄陂区", "蔬菜", "余木兰",
             "55 submit, 52 return, 50 submit, 47 pass"),
    HostTale("蕲春县李时珍中药材种植有限公司", FIRM, "蕲春县", "中药材", "李春生", "54 submit, 51 pass"),
    HostTale("监利市福娃稻米合作联社", COOP, "监利市", "优质稻米", "柳福生", "53 submit, 49 pass, 46 change, 45 keep"),
    HostTale("襄阳市襄州区程河家庭农场", "家庭农场", "襄州区", "生猪", "程长河",
             "52 submit, 48 pass, 3 change, 2 submit"),
    HostTale("恩施市芭蕉侗族乡黄泥塘村", VILLAGE, "恩施市", "茶叶", "杨通海", "51 submit, 47 pass"),
    HostTale("当阳市双莲种养大户聂家明", "种养大户", "当阳市", "家禽及蛋制品", "聂家明",
             "46 submit, 44 pass, 9 revoke"),
    HostTale("江夏区山坡街道绿丰蔬菜农场", "家庭农场", "江夏区", "蔬菜", "樊小丰", "7 submit"),
    HostTale("长阳清江椪柑专业合作社", COOP, "长阳土家族自治县", "柑橘", "田清江", "12 submit, 10 withdraw, 4 submit"),
    HostTale("麻城市福田河菊花专业合作社", COOP, "麻城市", "中药材", "董福田", "11 submit, 8 return"),
    HostTale("老河口市春雨梨园有限公司", FIRM, "老河口市", "其他", "邓春雨",
             "30 submit, 28 pass, 26 revoke, 15 submit"),
    HostTale("宜昌市夷陵区三斗坪农场", "家庭农场", "夷陵区", "柑橘", "望三平", username="newhost"),
)  # fmt: skip
_ORANGE, _TEA, _CRAYFISH, _VEGETABLES, _HERBS, _RICE, _VILLAGE = (host.name for host in (*HOSTS[:6], HOSTS[7]))
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
    Tale("张镕喆", "洪山区", "秭归县", "柑橘", "12 submit, 9 pass", host=_ORANGE),
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
    Tale("余承志", "洪山区", "蕲春县", "中药材", LATELY, host=_HERBS),
    Tale("萧雪梅", "西陵区", "五峰土家族自治县", "茶叶", LATELY + ", 3 open", woman=True, host=_TEA),
    Tale("林晓芸", "洪山区", "秭归县", "柑橘", APPROVED + ", 20 open, 18 save", woman=True, username="specialist2",
         host=_ORANGE),
    Tale("谭国栋", "恩施市", "利川市", "茶叶", APPROVED + ", 22 open, 21 save, 12 save"),
    Tale("邹德胜", "沙市区", "洪湖市", "小龙虾", APPROVED + ", 22 open, 20 save, 9 upload"),
    Tale("卢春梅", "黄州区", "英山县", "茶叶", APPROVED + ", 23 open, 22 save, 2 upload", woman=True),
    Tale("郑立新", "襄州区", "谷城县", "现代种业",
         APPROVED + ", 23 open, 22 save, 14 upload, 11 return"),
    Tale("欧阳惠兰", "武昌区", "黄陂区", "蔬菜", APPROVED + ", 24 open, 23 save, 16 upload, 10 archive", woman=True,
         host=_VEGETABLES),
)  # fmt: skip
SEALED = (
    SealedTale("张镕喆", "8 upload"),
    SealedTale("夏侯敏", "23 upload, 20 return, 3 upload"),
    SealedTale("韩旻", "14 upload"),
    SealedTale("廖玥", "13 upload, 11 archive"),
    SealedTale("姜婧妍", "15 upload, 12 return"),
    SealedTale("白振华", "17 upload, 16 upload, 12 archive"),
    SealedTale("林晓芸", "35 upload, 34 withdraw"),
    SealedTale("欧阳惠兰", "35 upload, 32 archive, 30 return, 28 upload, 26 archive"),
    SealedTale("储国梁", "11 upload, 9 return"),
    SealedTale("钟天宝", "14 upload, 12 archive"),
    SealedTale("方向东", "20 upload"),
)
LAST_ROUND = (
    Tale("郝喆", "洪山区", "当阳市", "优质稻米", APPROVED + ", 24 open, 23 save, 16 upload, 10 archive"),
    Tale("向昌菊", "恩施市", "巴东县", "生猪", APPROVED + ", 22 open, 20 save, 12 upload, 9 archive", woman=True),
    Tale("任光辉", "荆州区", "公安县", "小龙虾", APPROVED),
    Tale("蔡凤英", "江夏区", "红安县", "菜籽油", "30 submit, 28 pass, 20 return", woman=True),
)  # fmt: skip
AGAIN = Tale("郝喆", "洪山区", "当阳市", "优质稻米", "9 submit, 7 pass")  # 留任: both rounds

UNITS = (
    UnitTale("华中农业大学", "华中农大", "洪山区", "鲁晓明", "90 save, 88 upload, 85 pass", username="unit"),
    UnitTale("湖北省农业科学院", "省农科院", "洪山区", "贺丽娟", "88 save, 87 upload, 86 upload, 82 pass"),
    UnitTale("三峡大学", "三峡大学", "西陵区", "望作军", "87 save, 85 upload, 83 return, 80 upload, 78 pass"),
    UnitTale("长江大学", "长江大学", "荆州区", "邓红霞", "86 save, 85 upload, 80 pass"),
    UnitTale("湖北民族大学", "湖北民大", "恩施市", "谭学莉",
             "84 save, 80 save, 79 upload, 77 pass, 60 change, 59 keep"),
    UnitTale("黄冈市农业科学院", "黄冈农科院", "黄州区", "童立春", "83 save, 82 upload, 79 pass"),
    UnitTale("襄阳市农业科学院", "襄阳农科院", "襄州区", "习国庆",
             "82 save, 80 upload, 76 return, 70 save, 69 upload, 66 pass"),
    UnitTale("咸宁市农业科学院", "咸宁农科院", "咸安区", "镇海波", "82 save, 81 upload, 78 pass", later="4 revoke"),
    UnitTale("汉江师范学院", "汉江师院", "茅箭区", "明道琴",
             "85 save, 84 upload, 80 pass, 60 revoke, 50 save, 48 upload, 45 pass"),
    UnitTale("湖北文理学院", "湖北文理", "襄城区", "操文静", "81 save, 79 upload, 74 pass, 3 change, 2 save, 1 upload"),
    UnitTale("十堰市农业科学院", "十堰农科院", "张湾区", "柯昌盛", "20 save, 19 upload"),
    UnitTale("湖北工程学院", "湖北工程", "孝南区", "官春芳", "9 save, 8 upload, 5 return"),
    UnitTale("湖北科技学院", "湖北科院", "咸安区", "陈新洲", "6 save"),
    UnitTale("武汉轻工大学", "武汉轻工", "东西湖区", "涂佳妮", username="newunit"),
)  # fmt: skip
NEEDS = (
    NeedTale(_ORANGE, "脐橙园柑橘大实蝇绿色防控技术", "病虫害防治", "40 submit, 37 pass"),
    NeedTale(_ORANGE, "早熟脐橙新品种引进与高接换种", "品种引进", "24 submit, 22 pass"),
    NeedTale(_ORANGE, "脐橙采后分级与贮藏保鲜", "产品加工", "6 submit"),
    NeedTale(_ORANGE, "果农冬季修剪培训", "技术培训", "52 submit, 50 pass, 12 solve"),
    NeedTale(_ORANGE, "果园水肥一体化改造", "数字化"),
    NeedTale(_TEA, "夏秋茶加工红茶的工艺改进", "产品加工", "38 submit, 36 pass"),
    NeedTale(_TEA, "茶园有机肥替代化肥", "技术攻关", "20 submit, 15 return"),
    NeedTale(_CRAYFISH, "小龙虾白斑综合征防控", "病虫害防治", "33 submit, 29 pass"),
    NeedTale(_CRAYFISH, "稻虾田秋繁苗种培育", "技术攻关", "44 submit, 40 pass, 18 close"),
    NeedTale(_VEGETABLES, "大棚番茄连作障碍治理", "技术攻关", "30 submit, 27 pass, 9 revoke"),
    NeedTale(_VEGETABLES, "藜蒿周年生产茬口安排", "技术培训", "13 submit, 12 withdraw, 11 submit, 8 pass"),
    NeedTale(_HERBS, "艾草机械化采收与晾晒", "产品加工", "28 submit, 24 pass"),
    NeedTale(_HERBS, "蕲艾种苗提纯复壮", "品种引进", "46 submit, 43 pass, 30 close, 7 submit, 4 pass"),
    NeedTale(_RICE, "再生稻头季机收减损", "技术攻关", "35 submit, 32 pass", over=2),
    NeedTale(_RICE, "优质稻米品牌包装与溯源", "数字化", "19 submit, 17 pass"),
    NeedTale(_VILLAGE, "高山茶园低产改造", "技术培训", "26 submit, 23 pass"),
)
_TITLES = (NEEDS[0].title, NEEDS[1].title, NEEDS[5].title, NEEDS[7].title, NEEDS[11].title, NEEDS[14].title)
_FLY, _GRAFT, _BLACK_TEA, _SHRIMP, _WORMWOOD, _BRAND = _TITLES
MATCHES = (
    MatchTale(_FLY, "林晓芸", 15, "长期做大实蝇监测，成虫期可每周到园。", "accept", 12, "欢迎来园。"),
    MatchTale(_FLY, "任光辉", 11, "可以提供诱剂配方和防治办法。", "decline", 9, "已请到一位专家，谢谢。"),
    MatchTale(_GRAFT, "方向东", 5, "团队有早熟脐橙接穗圃，可以提供接穗并现场示范。"),
    MatchTale(_GRAFT, "鲁志宏", 8, "团队可以驻点指导高接换种，带苗到园。", "accept", 6, "欢迎团队来园。"),
    MatchTale(_GRAFT, "林晓芸", 4, "请您一并指导高接换种后的树体管理。", invited=True),
    MatchTale(_BLACK_TEA, "蒋文澜", 14, "请指导萎凋和发酵环节。", "accept", 10, "可以每月到厂两天。", invited=True),
    MatchTale(_BLACK_TEA, "萧雪梅", 13, "请帮助制定操作规程。", "decline", 8, "今年任务已满，抱歉。", invited=True),
    MatchTale(_SHRIMP, "邹德胜", 9, "可以做病样检测，并给出用药建议。", "withdraw", 6),
    MatchTale(_WORMWOOD, "余承志", 7, "请指导艾草采收机具的选型。", "withdraw", 3, invited=True),
    MatchTale(_BRAND, "郝喆", 3, "参与过再生稻米品牌建设，可以帮助设计溯源流程。"),
)  # fmt: skip
TEAMS = (
    # with the leader
    TeamTale("鲁志宏", "华中农业大学", "秭归县", "柑橘", username="leader",
             members=(W("周雅琴", username="member1"), M("何建军", username="member2"))),
    TeamTale("柳青山", "华中农业大学", "监利市", "优质稻米", members=(M("占文斌"), W("舒畅", waiting=True))),
    TeamTale("晏菊芳", "三峡大学", "枝江市", "蔬菜", woman=True, filled="part", members=(M("望小平", waiting=True),)),
    TeamTale("桂永强", "华中农业大学", "团风县", "家禽及蛋制品", "6 submit, 5 withdraw",
             members=(M("朱晓峰"), W("田甜"), M("邵一鸣"))),
    TeamTale("洪秀兰", "华中农业大学", "麻城市", "茶叶", "12 submit, 9 return", woman=True,
             members=(W("胡蝶"), M("桑海洋"), M("彭朝晖", removed=True))),
    TeamTale("雷鸣", "长江大学", "洪湖市", "小龙虾", "26 submit, 24 pass, 15 return",
             members=(M("莫延川"), W("钱文娟"))),
    TeamTale("向宏图", "湖北民族大学", "长阳土家族自治县", "茶叶",
             "30 submit, 28 pass, 24 pass, 22 push, 17 decline", members=(M("覃事鹏"), W("黄莲芝"), W("滕玉洁"))),
    TeamTale("庞学谦", "襄阳市农业科学院", "宜城市", "现代种业",
             "34 submit, 32 pass, 28 pass, 26 push, 21 accept, 16 return", members=(M("樊承希"), W("郭香玲"))),
    # with the legal unit
    TeamTale("梅咏雪", "华中农业大学", "黄陂区", "蔬菜", "1 submit", woman=True,
             members=(M("江一帆"), W("骆冰莹"), M("危大勇"), M("叶知秋"))),
    TeamTale("项南星", "华中农业大学", "英山县", "中药材", "4 submit", members=(M("常玉山"), W("苏晓叶"))),
    TeamTale("牛天顺", "华中农业大学", "通城县", "生猪", "20 submit, 18 return, 15 change, 11 submit",
             members=(M("朱仁杰"), M("卞庆丰"), W("宁可欣"))),
    TeamTale("湛蓝", "三峡大学", "当阳市", "柑橘", "3 submit", woman=True, members=(M("屈家生"), W("王昭燕"))),
    TeamTale("毕胜", "咸宁市农业科学院", "嘉鱼县", "蔬菜", "9 submit", members=(M("镇长风"), W("余桂香"))),
    # at the province
    TeamTale("储国梁", "华中农业大学", "江陵县", "优质稻米", "15 submit, 12 pass", members=(M("闵文昌"), W("谷雨晴"))),
    TeamTale("望久红", "三峡大学", "夷陵区", "茶叶", "24 submit, 21 return, 18 change, 10 submit, 7 pass", woman=True,
             members=(M("郑云峰"), W("温馨"))),
    TeamTale("甘霖", "咸宁市农业科学院", "赤壁市", "茶叶", "17 submit, 15 pass", members=(M("万年青"), W("葛春花"))),
    TeamTale("商陆明", "黄冈市农业科学院", "蕲春县", "中药材", "18 submit, 16 pass, 6 pass",
             members=(M("艾国安"), W("茹梦洁"), M("巴东生"))),
    # with the target city
    TeamTale("余乐水", "长江大学", "枝江市", "小龙虾", "20 submit, 18 pass, 11 pass, 9 push",
             members=(M("虞江湖"), W("夏小荷"))),
    TeamTale("钟天宝", "湖北省农业科学院", "江夏区", "现代种业", "19 submit, 15 pass, 8 pass, 3 push",
             members=(M("何建业"), W("麦小苗"), W("华蕾"))),
    # for the last decision
    TeamTale("冉再兴", "湖北民族大学", "巴东县", "中药材", "25 submit, 23 pass, 17 pass, 15 push, 6 accept",
             members=(M("瞿家乐"), W("田梦溪"))),
    # approved
    TeamTale("方向东", "三峡大学", "秭归县", "柑橘", LATELY, host=_ORANGE, members=(M("谭启航"), W("韩梅"))),
    TeamTale("蒋文澜", "湖北省农业科学院", "罗田县", "中药材", APPROVED + ", 22 open, 20 save", woman=True,
             username="leader2", members=(M("沈方舟"), W("程静宜"), M("罗汉松"))),
    TeamTale("熊本立", "华中农业大学", "随县", "菜籽油", APPROVED + ", 21 open, 20 save, 4 upload",
             members=(M("游建华"), W("白晓露"))),
    TeamTale("荆楚雄", "长江大学", "公安县", "优质稻米", APPROVED + ", 23 open, 22 save, 15 upload, 9 archive",
             members=(M("陶景行"), W("苗春晖"), M("苍立实"))),
)  # fmt: skip
