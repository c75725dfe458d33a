"""The pages a menu entry may lead to: a closed list, so that no address is typed into the menu table (D02)."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class Page:
    """`permission` is what the page itself asks for: the menu shows, the page decides; a test holds both together.

    `queues`: (process, state) whose waiting cases the entry's badge counts.
    """

    label: str
    url_name: str
    permission: str | tuple[str, ...]  # of several, any
    args: tuple[str, ...] = ()
    queues: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.args)


def _queue(label: str, permission: str, process: str, *states: str) -> Page:
    return Page(label, "review:queue", permission, (process, states[0]), tuple((process, state) for state in states))


APPLICANTS = ("applications.apply_personal", "applications.apply_team")

PAGES: dict[str, Page] = {
    "unit": Page("基本信息（法人单位）", "applications:unit", "applications.fill_unit"),
    "unit_papers": Page("附件上传/下载（单位概况）", "applications:unit_papers", "applications.fill_unit"),
    "host": Page("基本信息（派驻单位）", "applications:host", "applications.fill_host"),
    "hosts": _queue("派驻单位审核", "applications.act_host", "hosts", "reviewing", "confirmed"),
    "needs": Page("需求发布（派驻单位）", "applications:needs", "applications.publish_need"),
    "docking_needs": Page("需求（科技特派员）", "docking:find", "applications.offer_help"),
    "specialists": Page("找科技特派员", "docking:specialists", "applications.invite_specialist"),
    "serving": Page("谁在服务（派驻单位）", "agreements:serving", "applications.invite_specialist"),
    "matches": Page("我的对接", "docking:matches", ("applications.offer_help", "applications.invite_specialist")),
    "need_review": _queue("需求审核", "applications.act_need", "needs", "reviewing", "published"),
    "need_records": Page("服务需求（记录）", "review:records", "applications.view_needs", ("needs",)),
    "host_records": Page("派驻单位（记录）", "review:records", "applications.view_hosts", ("hosts",)),
    "team": Page("团队信息", "applications:team", "applications.lead_team"),
    "membership": Page("基本信息（团队成员）", "applications:membership", "applications.join_team"),
    "admission": _queue("法人审核", "applications.act_admission", "admission", "reviewing", "admitted"),
    "duties": Page("责任书（法人单位）", "review:records", "agreements.view_records", ("agreements",)),
    "profile": Page("基本信息（个人）", "accounts:profile", "accounts.fill_profile"),
    "organisation": Page("机构信息", "accounts:organisation", "accounts.fill_organisation"),
    "application": Page("个人申请表／团队申请表", "applications:home", APPLICANTS),
    "agreement": Page("服务协议", "agreements:home", "agreements.write_agreement"),
    "papers": Page("附件上传/下载（个人）", "agreements:papers", "agreements.write_agreement"),
    "office_papers": Page("附件上传/下载（管理部门）", "papers:folder", "applications.view_records"),
    "packed": Page("打包上传", "review:intakes", "attachments.upload_packed"),
    "initial": _queue("申请审核（地市）", "applications.act_initial", "selection", "initial"),
    "province": _queue("申请审核（省厅）", "applications.act_province", "selection", "province", "final"),
    "push": _queue("推送管理", "applications.act_push", "selection", "push"),
    "docking": _queue("对接审核", "applications.act_docking", "selection", "docking"),
    "archive": _queue("协议归档", "agreements.act_archive", "agreements", "archiving"),
    "sealed": _queue("审核附件归档", "applications.act_sealed", "sealed", "checking", "archived"),
    "records": Page("审核记录", "review:records", "applications.view_records", ("selection",)),
    "articles": Page("信息发布", "articles:mine", "portal.write_article"),
    "publishing": _queue("信息审核", "portal.act_publish", "articles", "reviewing", "published"),
    "notices": Page("名单公示", "publicity:notices", "portal.run_publicity"),
    "objections": Page("公示异议", "publicity:objections", "portal.run_publicity"),
    "exports": Page("导出", "stats:exports", "stats.export_all"),
    "statistics": Page("数据统计", "stats:overview", "stats.view_statistics"),
    "docking_statistics": Page("服务对接统计", "stats:docking", "applications.view_needs"),
    "match_records": Page("对接记录", "stats:list", "applications.view_needs", ("matches",)),
    "unit_teams": Page("单位团队统计", "stats:teams", "stats.view_teams"),
    "users": Page("用户管理", "admin:accounts_user_changelist", "accounts.administer"),
    "menus": Page("系统菜单", "admin:portal_menuitem_changelist", "accounts.administer"),
    "roles": Page("角色权限", "portal:roles", "accounts.administer"),
    "organisations": Page("机构管理", "admin:accounts_organisation_changelist", "accounts.administer"),
    "terms": Page("数据字典", "admin:accounts_term_changelist", "accounts.administer"),
    "regions": Page("行政区划", "admin:accounts_region_changelist", "accounts.administer"),
    "parameters": Page("系统参数", "admin:accounts_parameter_changelist", "accounts.administer"),
    "special_days": Page("节假日", "admin:accounts_specialdays_changelist", "accounts.administer"),
    "login_log": Page("登录日志", "portal:log", "accounts.administer", ("login",)),
    "operation_log": Page("操作日志", "portal:log", "accounts.administer", ("operation",)),
    "batches": Page("申报批次", "admin:applications_batch_changelist", "accounts.administer"),
}


def choices() -> list[tuple[str, str]]:
    """Called by the field, so that a page more is no migration."""
    return [(key, page.label) for key, page in PAGES.items()]
