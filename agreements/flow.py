"""The way of a 服务协议: saved, printed, sealed by four parties, scanned, archived (manual: 附件上传/下载)."""

from review.flow import APPLICANT, Flow, Move, Stage, returns

BLANK, SAVED, ARCHIVING, RETURNED, ARCHIVED = "blank", "saved", "archiving", "returned", "archived"

AGREEMENT = Flow(
    "agreement",
    "服务协议",
    stages=(
        Stage(BLANK, "待填写", APPLICANT),
        Stage(SAVED, "待上传盖章扫描件", APPLICANT),
        Stage(RETURNED, "扫描件已退回", APPLICANT, days=15),
        Stage(ARCHIVING, "省厅归档", "province", "agreements.act_archive", 5,
              queue="协议归档", tab="待归档", column="归档状态", act="归档"),
        Stage(ARCHIVED, "已归档"),
    ),
    moves=(
        Move(BLANK, "save", SAVED, "提交", by=APPLICANT, guard="complete", freezes=True, tone="blue"),
        Move(SAVED, "save", SAVED, "修改后提交", by=APPLICANT, guard="complete", freezes=True, tone="blue"),
        Move(RETURNED, "save", SAVED, "修改后提交", by=APPLICANT, guard="complete", freezes=True, tone="blue"),
        *(Move(state, "upload", ARCHIVING, label, by=APPLICANT, stand_in="sender", guard="scanned", tone="blue")
          for state, label in ((SAVED, "上传扫描件"), (RETURNED, "重新上传扫描件"), (ARCHIVING, "替换扫描件"))),
        Move(ARCHIVING, "archive", ARCHIVED, "归档"),
        *returns("return", "退回", sources=(ARCHIVING,), target=RETURNED, comment="退回意见"),
    ),
    overseers=("province", "sender"),
)  # fmt: skip
