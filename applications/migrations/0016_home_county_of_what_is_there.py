from django.db import migrations
from django.db.models import OuterRef, Subquery


def of_what_is_there(apps, schema_editor):
    """What cases that were submitted before would have written; who has moved to another city since stays without."""
    application = apps.get_model("applications", "Application")
    profile, unit = apps.get_model("accounts", "Profile"), apps.get_model("accounts", "Organisation")
    profiles = profile.objects.filter(user=OuterRef("owner"), region__parent=OuterRef("home_city"))
    units = unit.objects.filter(pk=OuterRef("unit"), location__parent=OuterRef("home_city"))
    submitted = application.objects.filter(revision_number__gt=0)
    submitted.filter(kind="personal").update(home_county=Subquery(profiles.values("region")[:1]))
    submitted.filter(kind="team").update(home_county=Subquery(units.values("location")[:1]))


class Migration(migrations.Migration):
    dependencies = [("applications", "0015_home_county")]

    operations = [migrations.RunPython(of_what_is_there, migrations.RunPython.noop)]
