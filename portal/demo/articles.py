"""What the offices of the demonstration have written for the public, and how far each text has come."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from applications.models import Batch
from attachments import workbook
from portal.articles import services
from portal.articles.models import Article
from portal.publicity import services as publicity
from review.services import perform


@dataclass(frozen=True)
class ArticleTale:
    """`moves`: how many days ago what was done; without any it is a draft."""

    author: str
    channel: str
    title: str
    summary: str
    body: str
    moves: str = ""
    pinned: bool = False
    book: tuple[str, tuple[tuple[str, ...], ...]] = ("", ())  # a workbook below it: its name, the head and the rows


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


OUT = "{0} submit, {0} pass"
ARTICLES = (
    ArticleTale(
        "province2", "notice", "关于开展本年度省级科技特派员选派工作的通知",
        "本年度省级科技特派员选派工作已经开始，请各市州科技局、法人单位按时组织申报。",
        paragraphs("各市、州、直管市、神农架林区科技局，各有关单位：",
                   "为深入推行科技特派员制度，引导科技人员服务农业农村，现启动本年度省级科技特派员选派工作。")
        + "<h2>一、选派对象</h2>"
        "<p>高等院校、科研院所、职业院校的科技人员，企业技术骨干，乡土人才，致富带头人和基层农技推广人员。</p>"
        "<h2>二、申报方式</h2><ol><li>个人科技特派员由本人在系统中申报，所在地市科技局初审。</li>"
        "<li>法人科技特派员由团队负责人申报，团队不少于 3 人，所在法人单位初审。</li></ol>"
        "<h2>三、有关要求</h2><p>各项内容均须填写，没有的填「无」。未「提交审核」的申请不参与选派。</p>",
        OUT.format(38), pinned=True,
        book=("申报材料清单", (
            ("材料", "谁来准备", "形式", "说明"),
            ("基本信息", "申报人", "在系统中填写", "身份证号、手机、所在地市须真实"),
            ("个人申请表／团队申请表", "申报人／团队负责人", "在系统中填写", "各项均须填写，没有的填「无」"),
            ("盖章的申请表", "申报人／团队负责人", "PDF 扫描件", "打印、盖章后扫描，二维码完整"),
            ("单位概况", "法人单位", "PDF 扫描件", "法人单位首次申报时上传"),
            ("服务协议", "审核成功的申报人", "PDF 扫描件", "四方盖章后上传，由省厅归档"),
        )),
    ),
    ArticleTale(
        "province2", "notice", "科技特派员管理服务系统使用说明",
        "账号注册、申报、审核、协议签订和扫描件上传的步骤。",
        paragraphs("个人和法人单位自行注册；市州科技局和省厅的账号由系统发放。",
                   "忘记密码请联系本单位或上级的系统管理员重置。")
        + '<table><thead><tr><th scope="col">环节</th><th scope="col">办理</th><th scope="col">时限</th></tr></thead>'
        "<tbody><tr><td>初审</td><td>所在地市／法人单位</td><td>5 个工作日</td></tr>"
        "<tr><td>省厅审核</td><td>省科技厅</td><td>10 个工作日</td></tr>"
        "<tr><td>对接审核</td><td>服务地市</td><td>5 个工作日</td></tr>"
        "<tr><td>省厅终审</td><td>省科技厅</td><td>5 个工作日</td></tr></tbody></table>",
        OUT.format(35),
    ),
    ArticleTale(
        "province2", "notice", "关于做好科技特派员服务协议签订和归档工作的通知",
        "审核成功的科技特派员请及时填写服务协议，四方盖章后上传扫描件。",
        paragraphs("审核成功后即可在系统中填写服务协议并下载打印。",
                   "协议由派出单位、被服务企业、被服务企业所在市州科技局、省科技厅四方盖章。",
                   "扫描件须为 PDF，逐页清晰，二维码完整。"),
        OUT.format(20),
        book=("服务协议签订步骤", (
            ("步骤", "办理", "地点", "说明"),
            ("填写协议", "科技特派员", "系统", "审核成功后开放，保存后生成编号"),
            ("打印盖章", "科技特派员、派出单位、服务企业", "线下", "一式五份，四方各执一份，存档一份"),
            ("扫描上传", "科技特派员", "系统", "PDF，逐页清晰，编号与系统一致"),
            ("审核归档", "省厅", "系统", "退回时写明原因，重新扫描上传"),
        )),
    ),
    ArticleTale(
        "city", "notice", "武汉市关于征集农业科技需求的通知",
        "面向全市农业经营主体征集技术需求，随时可以在系统中发布。",
        paragraphs("请全市农业龙头企业、合作社、家庭农场等结合生产实际提出技术需求，经审核后公开，由科技特派员对接。"),
        "12 submit, 11 pass",
    ),
    ArticleTale(
        "city", "news", "武汉市举办科技特派员冬季培训班",
        "来自全市的科技特派员围绕设施蔬菜冬季管理、农业信息化应用参加培训。",
        paragraphs("培训采取课堂讲授与田间教学结合的方式，邀请高校和农业科学院的专家授课。",
                   "学员们到东西湖区、黄陂区的基地现场学习设施蔬菜的保温与水肥管理。"),
        "9 submit, 8 pass",
    ),
    ArticleTale(
        "city2", "news", "宜昌市科技特派员深入果园指导柑橘防冻",
        "寒潮来临前，科技特派员分赴秭归、兴山等地，指导果农做好防冻和采收。",
        paragraphs("科技特派员对照天气预报逐园查看，指导覆膜、熏烟、灌水等措施，帮助果农减少损失。",
                   "「专家来得及时，心里就有底了。」一位果农说。"),
        "15 submit, 14 pass",
    ),
    ArticleTale(
        "city_enshi", "news", "恩施州茶叶产业链科技特派员对接会召开",
        "十二家茶企与科技特派员现场对接，达成技术合作意向。",
        paragraphs("会议介绍了茶叶产业链的技术需求，科技特派员团队就绿色防控、加工工艺和品牌建设作了交流。"),
        "7 submit, 6 pass",
    ),
    ArticleTale(
        "city_huanggang", "news", "黄冈市中药材基地迎来科技特派员团队",
        "团队围绕蕲艾、英山天麻的种苗繁育和产地加工开展服务。",
        paragraphs("团队到蕲春、英山、罗田三县调研，确定了种苗提纯复壮、病虫害绿色防控、产地初加工三个方向。"),
        "5 submit, 4 pass",
    ),
    ArticleTale(
        "city_jingzhou", "case", "一条小龙虾产业链上的科技特派员",
        "稻虾共作模式改良三年，亩均纯收入提高近三成。",
        paragraphs("监利市某合作社过去虾苗成活率低、规格不齐。科技特派员驻点后，从水质调控、投喂管理和种苗选育三处入手。",
                   "三年来，合作社推广面积扩大，带动周边农户一起改进模式。")
        + "<blockquote><p>把论文写在田埂上，把成果留在农户家。</p></blockquote>",
        "18 submit, 16 pass",
    ),
    ArticleTale(
        "city2", "case", "夷陵红心柚的「科技管家」",
        "从一棵树到一个品牌，科技特派员陪着果农走了六年。",
        paragraphs("土壤改良、疏花疏果、分级包装，每一步都有科技特派员的身影。",
                   "如今这里的柚子有了自己的标准和品牌，价格翻了一番。"),
        "26 submit, 25 pass",
    ),
    ArticleTale(
        "unit", "case", "把实验室搬到大棚里：一个团队的服务手记",
        "番茄黄化曲叶病毒病防控技术在大棚里落地。",
        paragraphs("团队把检测设备带到基地，现场取样、当天出结果，给出防控方案。", "两个生长季下来，发病率明显下降。"),
        "10 submit, 9 pass",
    ),
    ArticleTale(
        "unit", "news", "我校科技特派员团队开展秋季技术服务周",
        "五支团队、十九名成员分赴七个县开展服务。",
        paragraphs("服务周期间，团队成员走进合作社和家庭农场，解决生产中的具体问题。"),
        "2 submit",
    ),
    ArticleTale(
        "city_xiangyang", "news", "襄阳市科技特派员培训简讯", "培训简讯。",
        paragraphs("近日，培训举行。"), "6 submit, 5 return",
    ),
    ArticleTale("city", "case", "蔬菜基地的数字化改造", "", paragraphs("（正在整理材料）")),
)  # fmt: skip
WORDS = {"return": "内容过于简略，请补充时间、地点、内容和效果。"}


def write(officer: User) -> None:
    """All of them, through the services; the province's `officer` decides."""
    for tale in ARTICLES:
        author = User.objects.get(username=tale.author)
        article = services.begin(actor=author, channel=tale.channel)
        values = {name: getattr(tale, name) for name in ("channel", "title", "summary", "body")}
        services.save(article, actor=author, version=0, values=values)
        if tale.book[0]:
            services.add_file(article, _book(*tale.book), by=author)
        for days, action in (part.split() for part in filter(None, tale.moves.split(", "))):
            _move(article, action, author if action == "submit" else officer, days=int(days))
        if tale.pinned:
            services.pin(article.publication, actor=officer, pinned=True)


def show_names(batch: Batch, officer: User) -> None:
    """Who has been selected, before the public since today, and what somebody says against it."""
    notice = publicity.make(batch, actor=officer)
    for action in ("submit", "pass"):
        _move(notice.article, action, officer)
    publicity.object_to(
        notice, name="王建国", contact="19000000077",
        content="名单第 1 号去年在我村登记了服务，但村里没有见到人，请核实服务日志。",
    )  # fmt: skip


def _move(article: Article, action: str, actor: User, *, days: int = 0) -> None:
    article = Article.objects.for_review().get(pk=article.pk)
    at = timezone.now() - timedelta(days=days)
    perform(article, action, actor=actor, seen=article.seen, comment=WORDS.get(action, ""), at=at)


def _book(name: str, rows: tuple[tuple[str, ...], ...]) -> SimpleUploadedFile:
    head, *lines = rows
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.xlsx"
        workbook.write(path, name, [workbook.Column(label, 28) for label in head], lines, count=len(lines))
        return SimpleUploadedFile(path.name, path.read_bytes())
