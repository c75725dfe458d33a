"""An agreement and a form with everything that print.css offers: what the tests of the PDFs look at."""

from django.template import engines

from attachments import pdf

CODE = "K7M2-9QXD-4TWA"
ADDRESS = f"KTP:{CODE}"
RARE = "朱镕基喆堃䶮𬭎龘燚"

SOURCE = """{% extends "attachments/print.html" %}
{% block title %}个人科技特派员服务协议{% endblock %}
{% block content %}
<h1 class="title">个人科技特派员服务协议</h1>
<p class="number">鄂科特〔2026〕个—0001</p>
<dl class="parties">
<div><dt>甲方（派出单位）：</dt><dd>华中农业大学</dd></div>
<div><dt>乙方（科技特派员）：</dt><dd>{{ name }}</dd></div>
<div><dt>丙方（服务企业）：</dt><dd>湖北省宜昌市夷陵区三峡柑橘专业合作社联合社有限责任公司</dd></div>
</dl>
<h2>一、服务期限</h2>
<p>自2026年1月1日起至2027年12月31日止，每年服务不少于60天，经费共计人民币￥180.00元（大写：壹佰捌拾元整）。</p>
<h2>二、服务内容与时间安排</h2>
{% for i in repeat %}<p>{{ text }}</p>
{% endfor %}
<h2>三、预期指标</h2>
<table class="form"><col style="width:16mm"><col><col style="width:30mm"><col style="width:30mm">
<tr><th>序号</th><th>指标</th><th>目标值</th><th>单位</th></tr>
<tr><td>1</td><td class="left">引进、推广新品种新技术</td><td>3</td><td>项</td></tr>
<tr><td>2</td><td class="left">培训农民</td><td>400</td><td>人次</td></tr>
</table>
<h2>四、争议的解决</h2>
<div class="closing">
<p>本协议一式四份，甲、乙、丙三方及市州科技局各执一份，自各方签字盖章之日起生效；未尽事宜由各方协商解决。</p>
<div class="seals">
{% for party in parties %}<div class="seal"><p>{{ party }}（盖章）</p>
<div class="below"><p>负责人（签字）：</p><p class="date">年　　月　　日</p></div></div>
{% endfor %}</div></div>
{% endblock %}"""

FORM = """{% extends "attachments/print.html" %}
{% block kind %}form{% endblock %}
{% block title %}个人科技特派员申请表{% endblock %}
{% block content %}
<h1 class="title">湖北省个人科技特派员申请表</h1>
<table><col style="width:26mm"><col><col style="width:26mm"><col>
<tr><th>姓名</th><td>{{ name }}</td><th>性别</th><td>男</td></tr>
<tr><th>出生年月</th><td>1985年6月</td><th>民族</th><td>土家族</td></tr>
<tr><th>工作单位及职务</th><td colspan="3">华中农业大学园艺林学学院　教授、博士生导师</td></tr>
<tr><th>手机</th><td>13800000000</td><th>邮箱</th><td>a.very.long.address.for.one.person@mail.hzau.edu.cn</td></tr>
<tr class="splits"><th>个人介绍</th><td class="long" colspan="3">{{ text }}</td></tr>
<tr class="splits"><th>拟服务内容</th><td class="long" colspan="3">{{ text }}</td></tr>
<tr><th>派出单位意见</th><td class="opinion" colspan="3"><p>同意推荐。</p>
<div class="below"><p>负责人（签字）：</p><p>（盖章）</p><p class="date">年　　月　　日</p></div></td></tr>
</table>
{% endblock %}"""

TEXT = (
    "围绕柑橘产业链，每月到企业服务不少于5天：3月至5月开展高接换种与病虫害绿色防控，推广“三疏一改”技术；"
    "6月至9月指导水肥一体化（N∶P∶K=2∶1∶2）和保花保果，亩均增产10.5%以上；10月至次年1月指导采后商品化处理，"
    "组织现场培训4场、培训果农400人次，形成可复制、可推广的技术规程1套，并通过WeChat群、短视频等方式随时答疑。"
)
PARTIES = ("派出单位", "被服务企业", "被服务企业所在市州科技局", "湖北省科学技术厅")


def fill(source: str, **context) -> str:
    given = {
        "name": f"{RARE}",
        "text": TEXT,
        "repeat": range(3),
        "parties": PARTIES,
        "footer": pdf.footer(CODE, "个人科技特派员服务协议　第 2 版", ADDRESS),
    }
    return engines["django"].from_string(source).render(given | context)


def agreement(**context) -> str:
    return fill(SOURCE, **context)


def form(**context) -> str:
    return fill(FORM, **context)
