from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('stats', '0002_export_rights'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='statistics',
            options={'default_permissions': (), 'managed': False, 'permissions': (('view_statistics', '查看数据统计'), ('view_teams', '查看单位团队统计'), ('export_all', '导出全部填报信息'), ('export_numbers', '导出完整的证件号码和手机'))},
        ),
    ]
