from django.db import migrations
from django.db.models import F


def of_what_is_there(apps, schema_editor):
    """What stands in the version that lives; of a kind that has another name by now what stands in the form."""
    admission, revision, term = (
        apps.get_model(*name)
        for name in (("applications", "UnitAdmission"), ("applications", "UnitAdmissionRevision"), ("accounts", "Term"))
    )
    natures = dict(term.objects.filter(kind="unit_nature").values_list("name", "pk"))
    admission.objects.filter(revision_number__gt=0).update(frozen_nature=F("nature"))
    lives = revision.objects.filter(number=F("case__revision_number"))
    for case, content in lives.values_list("case", "content").iterator(chunk_size=500):
        fields = (field for section in content["sections"] for field in section["fields"])
        name = next((field["text"] for field in fields if field["key"] == "nature"), "")
        if name in natures:
            admission.objects.filter(pk=case).update(frozen_nature=natures[name])


class Migration(migrations.Migration):
    dependencies = [("applications", "0024_frozen_columns")]

    operations = [migrations.RunPython(of_what_is_there, migrations.RunPython.noop)]
