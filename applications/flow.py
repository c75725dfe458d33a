"""The selection process as a table (manual: 选派管理). The order of the stages stands here alone."""

from review.flow import APPLICANT, Flow, Move, Stage, returns

DRAFT, RETURNED, APPROVED = "draft", "returned", "approved"
INITIAL, PROVINCE, PUSH, DOCKING, FINAL = "initial", "province", "push", "docking", "final"


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
            Stage(PUSH, "待推送", "province", "applications.act_push", 3, queue="推送管理", tab="待推送"),
            Stage(DOCKING, "对接审核", "target", "applications.act_docking", 5,
                  queue="对接审核", tab="待接收", column="意向服务地市审核状态"),
            Stage(FINAL, "省厅终审", "province", "applications.act_final", 5,
                  queue="申请审核", tab="对接通过，待省厅终审", column="省科技厅终审状态"),
            Stage(APPROVED, "审核成功"),
        ),
        moves=(
            Move(DRAFT, "submit", INITIAL, "提交审核", by=APPLICANT, guard="submission", freezes=True, tone="blue"),
            Move(RETURNED, "submit", INITIAL, "提交审核", by=APPLICANT, guard="submission", freezes=True, tone="blue"),
            Move(INITIAL, "withdraw", DRAFT, "撤回", by=APPLICANT, withdraws=True, tone="ochre"),
            Move(INITIAL, "pass", PROVINCE, "通过"),
            Move(PROVINCE, "pass", PUSH, "通过"),
            Move(PUSH, "push", DOCKING, "推送"),
            Move(DOCKING, "accept", FINAL, "接收"),
            Move(FINAL, "pass", APPROVED, "通过"),
            *returns("return", "不通过", sources=(INITIAL, PROVINCE, FINAL), target=RETURNED, comment="退回意见"),
            *returns("decline", "不接收", sources=(DOCKING,), target=RETURNED, comment="退回意见"),
        ),
        overseers=("province",),
    )  # fmt: skip


PERSONAL = selection("personal", "个人申请", "所在地市审核")
