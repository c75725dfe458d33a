from django.db import models


class Statistics(models.Model):
    """No rows: the place where the right to read statistics stands."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = (
            ("view_statistics", "查看数据统计"),
            ("view_teams", "查看单位团队统计"),
            ("export_all", "导出全部填报信息"),
            ("export_numbers", "导出完整的证件号码和手机"),
        )

    def __str__(self) -> str:
        return "数据统计"
