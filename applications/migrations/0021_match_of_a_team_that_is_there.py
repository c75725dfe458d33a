from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def of_what_is_there(apps, schema_editor):
    """The team as it is called now."""
    Match, Team = (apps.get_model("applications", name) for name in ("Match", "Team"))
    leaders = Match.objects.filter(person__role="team_leader")
    named = Subquery(Team.objects.filter(leader=OuterRef("person")).values("name")[:1])
    leaders.update(person_kind="team", team_name=Coalesce(named, Value("")))


class Migration(migrations.Migration):
    dependencies = [("applications", "0020_match_of_a_team")]

    operations = [migrations.RunPython(of_what_is_there, migrations.RunPython.noop)]
