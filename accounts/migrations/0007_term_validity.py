from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_appointment_dates'),
    ]

    operations = [
        migrations.AddField(
            model_name='term',
            name='valid_from',
            field=models.DateField(blank=True, help_text='不填即刻可选', null=True, verbose_name='有效期自'),
        ),
        migrations.AddField(
            model_name='term',
            name='valid_until',
            field=models.DateField(blank=True, help_text='当天仍可选；不填长期可选，已选用的不受影响', null=True, verbose_name='有效期至'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('valid_from'))), name='term_ends_after_it_begins', violation_error_message='有效期截止不能早于开始。'),
        ),
    ]
