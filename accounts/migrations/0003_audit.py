import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import guard, unguard

TABLE = "accounts_auditentry"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_notices'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditChain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, unique=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('last', models.CharField(blank=True, max_length=64)),
                ('seal', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain', models.CharField(max_length=20)),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('log', models.CharField(choices=[('login', '登录日志'), ('operation', '操作日志')], max_length=9)),
                ('kind', models.CharField(choices=[('login', '登录'), ('logout', '退出'), ('login_failed', '登录失败'), ('locked', '账号锁定'), ('register', '注册'), ('password', '修改密码'), ('sign_out', '退出所有设备'), ('reset', '重置密码'), ('issue', '发放账号'), ('import', '导入账号'), ('account', '变更账号'), ('activate', '启用账号'), ('deactivate', '停用账号'), ('appoint', '任职变更'), ('organisation', '变更机构'), ('region', '变更行政区划'), ('dictionary', '变更数据字典'), ('parameter', '变更系统参数'), ('batch', '变更申报批次'), ('menu', '变更系统菜单'), ('export', '导出数据'), ('bundle', '打包下载'), ('reveal', '查看完整号码'), ('other', '其他操作')], max_length=12, verbose_name='操作')),
                ('actor_name', models.CharField(blank=True, db_index=True, max_length=50, verbose_name='操作人姓名')),
                ('actor_role', models.CharField(blank=True, max_length=60, verbose_name='角色')),
                ('actor_organisation', models.CharField(blank=True, max_length=200, verbose_name='机构')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='网络地址')),
                ('object_type', models.CharField(blank=True, max_length=60)),
                ('object_id', models.BigIntegerField(null=True)),
                ('object_name', models.CharField(blank=True, max_length=100, verbose_name='对象')),
                ('text', models.CharField(max_length=500, verbose_name='内容')),
                ('succeeded', models.BooleanField(default=True, verbose_name='结果')),
                ('extra', models.JSONField(default=dict)),
                ('seal', models.CharField(max_length=64)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
            ],
            options={
                'verbose_name': '操作日志',
                'verbose_name_plural': '操作日志',
                'ordering': ('-at', '-id'),
                'default_permissions': (),
                'indexes': [models.Index(fields=['log', 'at', 'id'], name='audit_log'), models.Index(fields=['object_type', 'object_id', 'at'], name='audit_object')],
                'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='audit_number')],
            },
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guard(schema_editor, TABLE),
            lambda apps, schema_editor: unguard(schema_editor, TABLE),
        ),
    ]
