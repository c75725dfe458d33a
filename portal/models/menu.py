from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models

from accounts import validators
from portal.pages import PAGES, Page, choices


class MenuItem(models.Model):
    """One entry of the sidebar (manual: 系统菜单). A row shows or hides; it neither grants nor revokes a right."""

    title = models.CharField("名称", max_length=20, validators=[validators.clean_line])
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name="上级菜单",
        limit_choices_to={"parent": None},
    )  # fmt: skip
    order = models.PositiveSmallIntegerField("排序", default=0)
    icon = models.SlugField("图标", max_length=40, blank=True, help_text="Bootstrap Icons 的名称，如 person-vcard")
    page = models.CharField("页面", max_length=20, choices=choices, blank=True, help_text="不填表示只作分组")
    roles = models.ManyToManyField(Group, verbose_name="可见角色", related_name="+")
    active = models.BooleanField("显示", default=True)
    origin = models.CharField(max_length=60, unique=True, null=True, editable=False)  # noqa: DJ001 - unique, or none

    class Meta:
        verbose_name = verbose_name_plural = "系统菜单"
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return f"{self.parent.title} › {self.title}" if self.parent else self.title

    def clean(self) -> None:
        if self.parent_id and self.parent_id == self.pk:
            raise ValidationError({"parent": "上级菜单不能是自己。"})
        if self.parent and self.parent.parent_id:
            raise ValidationError({"parent": "菜单最多两级。"})
        if self.page == "menus" and not self.active:
            raise ValidationError({"active": "「系统菜单」不能隐藏，否则无法再从菜单回到本页。"})

    @property
    def target(self) -> Page | None:
        return PAGES.get(self.page)
