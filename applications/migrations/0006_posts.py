import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STANDING = ("initial", "province", "push", "docking", "final", "approved")
CONFIRMED, CHUNK = "confirmed", 1000


def write_posts(apps, schema_editor):
    """Of what stands already: the applicant, and the members of today, for a team has been frozen since."""
    application, post = (apps.get_model("applications", name) for name in ("Application", "Post"))
    membership = apps.get_model("applications", "Membership")
    standing = application.objects.filter(state__in=STANDING).order_by("pk")
    for case in standing.iterator(chunk_size=CHUNK):
        members = membership.objects.filter(team__leader=case.owner_id, state=CONFIRMED)
        found = members.values_list("user__profile__id_hash", "user") if case.kind == "team" else ()
        people = {**dict(found), case.person_key: case.owner_id}
        rows = [post(application=case, batch_id=case.batch_id, user_id=user, person_key=key)
                for key, user in people.items() if key]
        post.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0005_host_units'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_key', models.CharField(max_length=64)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='applications.application')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.batch')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('batch', 'person_key'), name='one_post_per_person')],
            },
        ),
        migrations.RunPython(write_posts, migrations.RunPython.noop),
    ]
