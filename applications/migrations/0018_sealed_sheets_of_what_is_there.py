from collections import Counter

from django.db import migrations

from accounts import audit, crypto
from accounts.append_only import guard, unguard

SEALED = (
    "case_id", "number", "action", "label", "from_state", "to_state", "actor_id", "actor_name", "organisation_id",
    "organisation_name", "comment", "revision", "bulk_id",
)
PAPERS = {"personal": "个人申请表", "team": "团队申请表"}


def of_what_is_there(apps, schema_editor):
    """What the first desks have uploaded before waits for the province to check it, as if it had always been handed on;
    what the applicant has taken back since is taken back."""
    written: Counter[int] = Counter()
    model = {name: apps.get_model("applications", f"SealedSheet{name}") for name in ("", "Step", "Revision", "Handling")}
    organisations = apps.get_model("accounts", "Organisation").objects
    applications = apps.get_model("applications", "Application").objects.filter(scans__isnull=False).distinct()
    for application in applications.select_related("batch", "unit").order_by("pk").iterator(chunk_size=500):
        team = application.kind == "team"
        first = application.unit if team else organisations.filter(region=application.home_city_id).first()
        scans = list(application.scans.select_related("file__uploaded_by").order_by("number"))
        last = scans[-1]
        withdrawn = application.state == "draft" and last.revision == application.revision_number
        state, office = ("awaited", None) if withdrawn else ("checking", application.batch.office_id)
        steps, seal, before = [], "", "awaited"
        for scan in scans:
            label = "上传" if before == "awaited" else "重新上传"
            steps.append((scan, "upload", label, before, "checking"))
            before = "checking"
        if withdrawn:
            steps.append((last, "withdraw", "撤回", "checking", "awaited"))
        sheet = model[""].objects.create(
            pk=application.pk, application=application, owner=last.file.uploaded_by, state=state, desk_id=office,
            step_count=len(steps), revision_number=len(scans), of_revision=last.revision,
        )
        model[""].objects.filter(pk=sheet.pk).update(since=last.at)
        for scan in scans:
            row = model["Revision"](case=sheet, number=scan.number, at=scan.at, content=_content(scan, application, first))
            row.seal = _seal(row, row.case_id, row.number, row.code, f"{row.at.timestamp():.6f}", row.content)
            model["Revision"].objects.bulk_create([row])
        for number, (scan, action, label, source, target) in enumerate(steps, 1):
            person = scan.file.uploaded_by
            step = model["Step"](
                case=sheet, number=number, action=action, label=label, from_state=source, to_state=target, actor=person,
                actor_name=person.real_name, comment="", revision=scan.number, at=scan.at,
            )
            facts = (str(getattr(step, name)) for name in SEALED)
            step.seal = seal = _seal(step, seal, *facts, f"{step.at.timestamp():.6f}")
            model["Step"].objects.bulk_create([step])
            written[person.pk] += 1
        desks = [] if withdrawn else {office, first and first.pk} - {None}
        for desk in desks:
            model["Handling"].objects.create(
                case=sheet, organisation_id=desk, revision=len(scans), arrived_at=last.at, state=state
            )
    audit.count_steps(written)  # a database that has none yet, like a new one, writes nothing here


def _seal(row, *parts):
    return crypto.seal(row._meta.label_lower, *parts)


def _content(scan, application, first):
    facts = (
        ("name", "申请人", application.applicant_name),
        ("paper", "材料", f"{PAPERS[application.kind]}，第 {scan.revision} 版"),
        ("office", "上传单位", first.name if first else ""),
        ("uploader", "上传人", scan.file.uploaded_by.real_name),
        ("file", "文件", f"{scan.file.name}，{scan.file.pages} 页"),
    )
    fields = [{"key": key, "label": label, "text": text} for key, label, text in facts]
    return {"title": "盖章申请表", "sections": [{"title": "上传的盖章件", "fields": fields}]}


TABLES = ("applications_sealedsheetstep", "applications_sealedsheetrevision")


class Migration(migrations.Migration):
    dependencies = [("applications", "0017_sealed_sheets"), ("portal", "0012_keyed_seals")]

    operations = [
        migrations.RunPython(of_what_is_there, migrations.RunPython.noop),
        migrations.RunPython(
            lambda apps, editor: guard(editor, *TABLES), lambda apps, editor: unguard(editor, *TABLES)
        ),
    ]
