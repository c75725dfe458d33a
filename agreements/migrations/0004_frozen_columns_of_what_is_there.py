from django.db import migrations
from django.db.models import F


def of_what_is_there(apps, schema_editor):
    """Whom the version that lives is with."""
    agreement, revision = (apps.get_model("agreements", name) for name in ("Agreement", "AgreementRevision"))
    lives = revision.objects.filter(number=F("case__revision_number"))
    for case, content in lives.values_list("case", "content").iterator(chunk_size=500):
        fields = (field for section in content["sections"] for field in section["fields"])
        name = next((field["text"] for field in fields if field["key"] == "host_name"), "")
        agreement.objects.filter(pk=case).update(frozen_host=name)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_frozen_columns")]

    operations = [migrations.RunPython(of_what_is_there, migrations.RunPython.noop)]
