"""The way of a notice, a piece of news or a case: written, reviewed, published (manual: 信息审核发布)."""

from review.flow import APPLICANT, Flow, Move, Stage, returns

DRAFT, RETURNED, WITHDRAWN, REVIEWING, PUBLISHED = "draft", "returned", "withdrawn", "reviewing", "published"

REWRITING = (DRAFT, RETURNED, REVIEWING)  # here an earlier version may still be public

# PUBLISHED lies with the province: it may take down. What is public stays so while its author writes a new version; the
# province takes it down then, too, in the author's stead (`services.take_down`).
ARTICLE = Flow(
    "article",
    "信息发布",
    stages=(
        Stage(DRAFT, "草稿", APPLICANT),
        Stage(RETURNED, "已退回", APPLICANT),
        Stage(WITHDRAWN, "已撤下", APPLICANT),
        Stage(REVIEWING, "待审核发布", "province", "portal.act_publish", 3,
              queue="信息审核", tab="待审核", column="审核状态"),
        Stage(PUBLISHED, "已发布", "province", "portal.act_publish", queue="信息审核", tab="已发布", standing=True),
    ),
    moves=(
        *(Move(state, "submit", REVIEWING, "提交审核", by=APPLICANT, guard="complete", freezes=True, tone="blue")
          for state in (DRAFT, RETURNED, WITHDRAWN)),
        Move(REVIEWING, "withdraw", DRAFT, "撤回", by=APPLICANT, withdraws=True, tone="ochre"),
        Move(REVIEWING, "pass", PUBLISHED, "发布", guard="timely"),
        *returns("return", "不通过", sources=(REVIEWING,), target=RETURNED, comment="审核意见"),
        Move(PUBLISHED, "revise", DRAFT, "修改", by=APPLICANT, tone="ochre"),
        *returns("take_down", "撤下", sources=(PUBLISHED,), target=WITHDRAWN, comment="撤下原因"),
        *(Move(state, "take_down", WITHDRAWN, "撤下", by=APPLICANT, stand_in="province", comment="撤下原因",
               guard="live", tone="red") for state in REWRITING),
    ),
    overseers=("province",),
)  # fmt: skip
