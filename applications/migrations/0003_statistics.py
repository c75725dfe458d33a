
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('applications', '0002_chain_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='discipline',
            field=models.ForeignKey(limit_choices_to={'kind': 'discipline'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.term', verbose_name='专业类别'),
        ),
        migrations.AddField(
            model_name='application',
            name='unit_nature',
            field=models.ForeignKey(limit_choices_to={'kind': 'unit_nature'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.term', verbose_name='单位性质'),
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, verbose_name='姓名')),
                ('part', models.CharField(choices=[('leader', '负责人'), ('member', '成员')], max_length=6, verbose_name='身份')),
                ('at', models.DateTimeField(verbose_name='提交时间')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participants', to='applications.application', verbose_name='申请')),
                ('discipline', models.ForeignKey(limit_choices_to={'kind': 'discipline'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.term', verbose_name='专业类别')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '法人科技特派员',
                'verbose_name_plural': '法人科技特派员',
                'default_permissions': (),
                'indexes': [models.Index(fields=['at', 'id'], name='participant_list')],
            },
        ),
    ]
