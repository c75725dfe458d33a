"""The selection process as a table (manual: 选派管理). The order of the stages stands here alone."""

from review.flow import APPLICANT, Flow, Move, Stage, returns

DRAFT, RETURNED, APPROVED = "draft", "returned", "approved"
INITIAL, PROVINCE, PUSH, DOCKING, FINAL = "initial", "province", "push", "docking", "final"
JUDGED = (INITIAL, PROVINCE, PUSH, DOCKING, FINAL)
STANDING = (*JUDGED, APPROVED)  # what was submitted and not returned


def selection(code: str, name: str, first_label: str) -> Flow:
    """One route for every kind of applicant; only who sits at the first desk differs, and `desk_for` knows that."""
    return Flow(
        code,
        name,
        stages=(
            #     state     label           desk           permission                   days
            Stage(DRAFT, "未提交", APPLICANT),
            Stage(RETURNED, "已退回", APPLICANT, days=15),
            Stage(INITIAL, first_label, "first", "applications.act_initial", 5,
                  queue="申请审核", tab="待初审", column=f"{first_label}状态"),
            Stage(PROVINCE, "省厅审核", "province", "applications.act_province", 10,
                  queue="申请审核", tab="初审通过，待省厅审核", column="省厅审核状态"),
            Stage(PUSH, "待推送", "province", "applications.act_push", 3, queue="推送管理", tab="待推送",
                  act="推送"),
            Stage(DOCKING, "对接审核", "target", "applications.act_docking", 5,
                  queue="对接审核", tab="待接收", column="意向服务地市审核状态"),
            Stage(FINAL, "省厅终审", "province", "applications.act_final", 5,
                  queue="申请审核", tab="对接通过，待省厅终审", column="省科技厅终审状态"),
            Stage(APPROVED, "审核成功"),
        ),
        moves=(
            Move(DRAFT, "submit", INITIAL, "提交审核", by=APPLICANT, guard="submission", freezes=True, tone="blue"),
            Move(RETURNED, "submit", INITIAL, "提交审核", by=APPLICANT, guard="submission", freezes=True, tone="blue"),
            Move(INITIAL, "withdraw", DRAFT, "撤回", by=APPLICANT, guard="withdrawal", withdraws=True, tone="ochre"),
            Move(INITIAL, "pass", PROVINCE, "通过"),
            Move(PROVINCE, "pass", PUSH, "通过", guard="unit"),
            Move(PUSH, "push", DOCKING, "推送", guard="unit"),
            Move(DOCKING, "accept", FINAL, "接收", guard="unit"),
            Move(FINAL, "pass", APPROVED, "通过", guard="unit"),
            *returns("return", "不通过", sources=(INITIAL, PROVINCE, FINAL), target=RETURNED, comment="退回意见"),
            *returns("decline", "不接收", sources=(DOCKING,), target=RETURNED, comment="退回意见"),
        ),
        overseers=("province",),
    )  # fmt: skip


PERSONAL = selection("personal", "个人申请", "所在地市审核")
TEAM = selection("team", "法人（团队）申请", "法人单位审核")

AWAITED, CHECKING, ARCHIVED = "awaited", "checking", "archived"

# What the first desk has sealed of an application (manual: 审核附件). ARCHIVED lies with the province: what it archived
# by mistake it may still send back, and of a later version another copy may come.
SEALED = Flow(
    "sealed",
    "审核附件",
    stages=(
        Stage(AWAITED, "待上传", APPLICANT),
        Stage(RETURNED, "已退回", APPLICANT, days=15),
        Stage(CHECKING, "待核对", "province", "applications.act_sealed", 5,
              queue="审核附件归档", tab="待核对", column="归档状态", act="核对"),
        Stage(ARCHIVED, "已归档", "province", "applications.act_sealed",
              queue="审核附件归档", tab="已归档", standing=True),
    ),
    moves=(
        *(Move(state, "upload", CHECKING, label, by=APPLICANT, stand_in="first", guard="scanned", freezes=True,
               tone="blue")
          for state, label in (
              (AWAITED, "上传"), (RETURNED, "重新上传"), (CHECKING, "重新上传"), (ARCHIVED, "上传新版"),
          )),
        Move(CHECKING, "withdraw", AWAITED, "撤回", by=APPLICANT, withdraws=True, tone="ochre"),
        Move(CHECKING, "archive", ARCHIVED, "归档"),
        *returns("return", "退回", sources=(CHECKING, ARCHIVED), target=RETURNED, comment="退回意见"),
    ),
    overseers=("province", "first"),
)  # fmt: skip

BLANK, SAVED, REVIEWING, ADMITTED, REVOKED = "blank", "saved", "reviewing", "admitted", "revoked"

# Admission of a legal unit (manual: 法人申请表, 法人审核). ADMITTED lies with the province: it may revoke.
ADMISSION = Flow(
    "admission",
    "法人单位准入",
    stages=(
        Stage(BLANK, "待填写", APPLICANT),
        Stage(SAVED, "待上传盖章单位概况", APPLICANT),
        Stage(RETURNED, "未通过", APPLICANT),
        Stage(REVOKED, "准入已撤销", APPLICANT),
        Stage(REVIEWING, "省厅审核", "province", "applications.act_admission", 10,
              queue="法人审核", tab="待审核", column="审核状态"),
        Stage(ADMITTED, "审核通过", "province", "applications.act_admission",
              queue="法人审核", tab="已通过", standing=True),
    ),
    moves=(
        *(Move(state, "save", SAVED, label, by=APPLICANT, guard="complete", freezes=True, tone="blue")
          for state, label in (
              (BLANK, "提交"), (SAVED, "修改后提交"), (RETURNED, "修改后提交"), (REVOKED, "重新申请"),
          )),
        Move(SAVED, "upload", REVIEWING, "上传单位概况", by=APPLICANT, guard="scanned", tone="blue"),
        Move(RETURNED, "upload", REVIEWING, "重新上传单位概况", by=APPLICANT, guard="scanned", tone="blue"),
        Move(REVIEWING, "upload", REVIEWING, "替换单位概况", by=APPLICANT, guard="scanned", tone="blue"),
        Move(REVIEWING, "pass", ADMITTED, "通过"),
        *returns("return", "不通过", sources=(REVIEWING,), target=RETURNED, comment="审核意见"),
        Move(ADMITTED, "change", SAVED, "申请变更", by=APPLICANT, tone="ochre"),
        Move(SAVED, "keep", ADMITTED, "取消变更", by=APPLICANT, guard="unsent", tone="blue"),
        *returns("revoke", "撤销", sources=(ADMITTED,), target=REVOKED, comment="撤销原因"),
    ),
    overseers=("province",),
)  # fmt: skip

CONFIRMED = "confirmed"

# A 派驻单位 takes part once its city has confirmed it. What does not say who it is (telephone, business) it may bring
# up to date itself; another name, code or place is a new confirmation. CONFIRMED lies with the city: it may revoke.
HOST = Flow(
    "host",
    "派驻单位确认",
    stages=(
        Stage(BLANK, "待提交", APPLICANT),
        Stage(RETURNED, "未通过", APPLICANT, days=15),
        Stage(REVOKED, "确认已撤销", APPLICANT),
        Stage(REVIEWING, "所在地市审核", "city", "applications.act_host", 5,
              queue="派驻单位审核", tab="待审核", column="审核状态"),
        Stage(CONFIRMED, "已确认", "city", "applications.act_host",
              queue="派驻单位审核", tab="已确认", standing=True),
    ),
    moves=(
        *(Move(state, "submit", REVIEWING, label, by=APPLICANT, guard="complete", freezes=True, tone="blue")
          for state, label in ((BLANK, "提交"), (RETURNED, "修改后提交"), (REVOKED, "重新申请"))),
        Move(REVIEWING, "withdraw", BLANK, "撤回", by=APPLICANT, withdraws=True, tone="ochre"),
        Move(REVIEWING, "pass", CONFIRMED, "通过"),
        *returns("return", "不通过", sources=(REVIEWING,), target=RETURNED, comment="审核意见"),
        Move(CONFIRMED, "update", CONFIRMED, "更新信息", by=APPLICANT, guard="same", freezes=True, tone="blue"),
        Move(CONFIRMED, "change", BLANK, "申请变更", by=APPLICANT, tone="ochre"),
        Move(BLANK, "keep", CONFIRMED, "取消变更", by=APPLICANT, guard="unsent", tone="blue"),
        *returns("revoke", "撤销", sources=(CONFIRMED,), target=REVOKED, comment="撤销原因"),
    ),
    overseers=("province",),
)  # fmt: skip

PUBLISHED, SOLVED, CLOSED, EXPIRED = "published", "solved", "closed", "expired"

# A 派驻单位 says what help it needs; its city reads it before everybody does. PUBLISHED lies with the city: it may take
# it down. Closed by whomever, it may be published anew.
NEED = Flow(
    "need",
    "服务需求",
    stages=(
        Stage(DRAFT, "未提交", APPLICANT),
        Stage(RETURNED, "已退回", APPLICANT, days=15),
        Stage(REVIEWING, "所在地市审核", "city", "applications.act_need", 5,
              queue="需求审核", tab="待审核", column="审核状态"),
        Stage(PUBLISHED, "已发布", "city", "applications.act_need", queue="需求审核", tab="已发布", standing=True),
        Stage(SOLVED, "已解决", APPLICANT),
        Stage(CLOSED, "已撤下", APPLICANT),
        Stage(EXPIRED, "已到期", APPLICANT),
    ),
    moves=(
        *(Move(state, "submit", REVIEWING, label, by=APPLICANT, guard="complete", freezes=True, tone="blue")
          for state, label in (
              (DRAFT, "提交审核"), (RETURNED, "提交审核"), (SOLVED, "重新发布"), (CLOSED, "重新发布"),
              (EXPIRED, "重新发布"),
          )),
        Move(REVIEWING, "withdraw", DRAFT, "撤回", by=APPLICANT, withdraws=True, tone="ochre"),
        Move(REVIEWING, "pass", PUBLISHED, "通过", guard="timely"),
        *returns("return", "不通过", sources=(REVIEWING,), target=RETURNED, comment="退回意见"),
        Move(PUBLISHED, "solve", SOLVED, "已解决", by=APPLICANT),
        Move(PUBLISHED, "close", CLOSED, "撤下", by=APPLICANT, tone="ochre"),
        Move(PUBLISHED, "expire", EXPIRED, "到期", by=APPLICANT, guard="over", tone="ochre"),
        *returns("revoke", "撤下", sources=(PUBLISHED,), target=CLOSED, comment="撤下原因"),
    ),
    overseers=("province",),
)  # fmt: skip
