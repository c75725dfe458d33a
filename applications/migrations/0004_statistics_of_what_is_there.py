from django.db import migrations
from django.db.models import OuterRef, Subquery

CONFIRMED, CHUNK = "confirmed", 1000


def write_facts(apps, schema_editor):
    """What cases that were submitted before would have written; their 基本信息 has been locked since."""
    application = apps.get_model("applications", "Application")
    profiles = apps.get_model("accounts", "Profile").objects.filter(user=OuterRef("owner"))
    admissions = apps.get_model("applications", "UnitAdmission").objects.filter(organisation=OuterRef("unit"))
    submitted = application.objects.filter(revision_number__gt=0)
    submitted.update(discipline=Subquery(profiles.values("discipline")[:1]))
    submitted.filter(kind="team").update(unit_nature=Subquery(admissions.values("nature")[:1]))


def write_people(apps, schema_editor):
    application, participant = (apps.get_model("applications", name) for name in ("Application", "Participant"))
    membership = apps.get_model("applications", "Membership")
    teams = application.objects.filter(kind="team", revision_number__gt=0).select_related("owner")
    for case in teams.order_by("pk").iterator(chunk_size=CHUNK):
        members = membership.objects.filter(team__leader=case.owner_id, state=CONFIRMED).order_by("pk")
        rows = [participant(case=case, user=case.owner, name=case.applicant_name, part="leader",
                            discipline_id=case.discipline_id, at=case.submitted_at)]
        rows += [participant(case=case, user=row.user, name=row.user.real_name, part="member",
                             discipline_id=row.user.profile.discipline_id, at=case.submitted_at)
                 for row in members.select_related("user__profile")]
        participant.objects.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0003_statistics'),
    ]

    operations = [
        migrations.RunPython(write_facts, migrations.RunPython.noop),
        migrations.RunPython(write_people, migrations.RunPython.noop),
    ]
