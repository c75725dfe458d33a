"""Who may do what kind of work: one row per role (shared word list: the manual's roles).

A role grants Django permissions; *whose* work a person may touch follows from the organisations they act for
(`Appointment`). Nothing else in the code grants a right.
"""

from dataclasses import dataclass

from django.db import models

SYSTEM_ADMIN = "system_admin"  # the group 系统管理员: administration only, no right to decide on applications


class Role(models.TextChoices):
    SPECIALIST = "specialist", "个人科技特派员"
    TEAM_LEADER = "team_leader", "法人科技特派员（负责人）"
    TEAM_MEMBER = "team_member", "法人科技特派员（成员）"
    LEGAL_UNIT = "legal_unit", "法人单位"
    HOST_UNIT = "host_unit", "派驻单位"
    CITY = "city", "地市科技管理部门"
    PROVINCE = "province", "省科技厅管理部门"


@dataclass(frozen=True)
class RoleRow:
    """`registers`: people may take this role themselves; the others are issued (manual, 如何进入平台)."""

    permissions: tuple[str, ...]
    registers: bool = False


def acting(role: str) -> str:
    """The group of those of a role who act for an active organisation now; `User.group_names` says who they are."""
    return f"{role}_acting"


ROLES: dict[str, RoleRow] = {
    Role.SPECIALIST: RoleRow(
        (
            "accounts.fill_profile",
            "applications.apply_personal",
            "applications.offer_help",
            "agreements.write_agreement",
        ),
        registers=True,
    ),
    Role.TEAM_LEADER: RoleRow(
        (
            "accounts.fill_profile",
            "applications.lead_team",
            "applications.apply_team",
            "applications.offer_help",
            "agreements.write_agreement",
        ),
        registers=True,
    ),
    Role.TEAM_MEMBER: RoleRow(("accounts.fill_profile", "applications.join_team"), registers=True),
    # A legal unit's two lives: what it may do at any time, and what only while it is admitted.
    Role.LEGAL_UNIT: RoleRow(("applications.fill_unit",), registers=True),
    acting(Role.LEGAL_UNIT): RoleRow(
        (
            "applications.act_initial",
            "applications.view_records",
            "agreements.view_records",
            "attachments.upload_packed",
            "portal.write_article",
            "stats.view_statistics",
            "stats.view_teams",
        ),
    ),
    # So has a host unit: what it may do at any time, and what only while its city has confirmed it.
    Role.HOST_UNIT: RoleRow(("applications.fill_host",), registers=True),
    acting(Role.HOST_UNIT): RoleRow(("applications.publish_need", "applications.invite_specialist")),
    Role.CITY: RoleRow(
        (
            "accounts.fill_organisation",
            "applications.act_initial",
            "applications.act_docking",
            "applications.act_host",
            "applications.view_hosts",
            "applications.act_need",
            "applications.view_needs",
            "applications.view_records",
            "portal.write_article",
            "attachments.upload_packed",
            "stats.view_statistics",
        ),
    ),
    Role.PROVINCE: RoleRow(
        (
            "accounts.fill_organisation",
            "applications.act_admission",
            "applications.view_admissions",
            "applications.view_hosts",
            "applications.view_needs",
            "applications.act_province",
            "applications.act_sealed",
            "applications.act_push",
            "applications.act_final",
            "applications.view_records",
            "agreements.act_archive",
            "agreements.view_records",
            "portal.act_publish",
            "portal.view_records",
            "portal.write_article",
            "portal.run_publicity",
            "stats.view_statistics",
            "stats.export_all",
            "stats.export_numbers",
        ),
    ),
    SYSTEM_ADMIN: RoleRow(("accounts.administer",)),
}


def group_label(name: str) -> str:
    """What a group, named by a role's code, is called on screens."""
    labels = {SYSTEM_ADMIN: "系统管理员"} | {acting(role): f"{role.label}（已审核通过）" for role in Role}
    return Role(name).label if name in Role.values else labels.get(name, name)


def registers(role: str) -> bool:
    """Whether people take this role themselves: applicants and units, not offices."""
    return role in ROLES and ROLES[role].registers


def registering_roles() -> list[tuple[str, str]]:
    """Choices of the registration form; anything else that is posted is refused (A01)."""
    return [(role.value, role.label) for role in Role if registers(role)]
