from django.db import migrations
from django.db.models import OuterRef, Subquery

import accounts.fields


def write_numbers(apps, schema_editor):
    """Of those who were submitted before, as they are now; the encrypted text is the same in every row."""
    participant = apps.get_model("applications", "Participant")
    people = apps.get_model("accounts", "User").objects.filter(pk=OuterRef("user"))
    participant.objects.filter(user__profile__isnull=False).update(
        id_number=Subquery(people.values("profile__id_number")[:1]), mobile=Subquery(people.values("mobile")[:1])
    )


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0007_needs'),
    ]

    operations = [
        migrations.AddField(
            model_name='participant',
            name='id_number',
            field=accounts.fields.EncryptedCharField(blank=True, max_length=18, verbose_name='证件号码'),
        ),
        migrations.AddField(
            model_name='participant',
            name='mobile',
            field=accounts.fields.EncryptedCharField(blank=True, max_length=11, verbose_name='手机'),
        ),
        migrations.RunPython(write_numbers, migrations.RunPython.noop),
    ]
