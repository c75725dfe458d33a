from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_needs'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='since',
            field=models.DateField(blank=True, help_text='不填即刻生效', null=True, verbose_name='任职自'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='until',
            field=models.DateField(blank=True, help_text='当天仍有效，次日起自动失效；不填长期有效', null=True, verbose_name='任职至'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='appointment_ends_after_it_begins', violation_error_message='任职截止日期不能早于开始日期。'),
        ),
    ]
