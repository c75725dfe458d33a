from django.db import migrations
from django.db.models import OuterRef, Subquery


def of_what_is_there(apps, schema_editor):
    """The chain as it is now; the office that had published the need when the match was made."""
    Match, Need, Step = (apps.get_model("applications", name) for name in ("Match", "Need", "NeedStep"))
    published = Step.objects.filter(case=OuterRef("need"), to_state="published", at__lte=OuterRef("made_at"))
    Match.objects.update(
        chain=Subquery(Need.objects.filter(pk=OuterRef("need")).values("chain")[:1]),
        office=Subquery(published.order_by("-number").values("organisation")[:1]),
    )


class Migration(migrations.Migration):
    dependencies = [("applications", "0012_match_facts")]

    operations = [migrations.RunPython(of_what_is_there, migrations.RunPython.noop)]
