"""History, versions and the ends of audit chains under keyed seals that name each other; most had none, or no key.

A mark in each row of how it is sealed would let whoever can write the table write the old mark, so everything is sealed
anew, once. A row that did not fit its old seal keeps it: it fits the new one neither, and `check_history` names it still.
"""

import hashlib
import json
from collections import Counter
from itertools import islice

from django.db import migrations
from django.db.models import Count

from accounts import crypto
from accounts.append_only import guard, unguard

PROCESSES = (
    ("applications", "Application"), ("applications", "UnitAdmission"), ("applications", "HostAdmission"),
    ("applications", "Need"), ("agreements", "Agreement"), ("portal", "Article"),
)  # fmt: skip
OF_STEPS = (
    "case_id", "number", "action", "label", "from_state", "to_state", "actor_id", "actor_name",
    "organisation_id", "organisation_name", "comment", "revision", "bulk_id",
)  # fmt: skip
CHUNK = 2000


def models(apps, name):
    return [apps.get_model(app, model + name) for app, model in PROCESSES]


def write(connection, model, seals):
    statement = f'UPDATE "{model._meta.db_table}" SET seal = %s WHERE id = %s'  # noqa: S608 - a table of ours
    while rows := list(islice(seals, CHUNK)):
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def of_steps(model):
    """(seal, id) for each step that fits its old seal."""
    case, old, new = None, "", ""
    for step in model.objects.order_by("case_id", "number").iterator(chunk_size=CHUNK):
        if step.case_id != case:
            case, old, new = step.case_id, "", ""
        row = [*(str(getattr(step, name)) for name in OF_STEPS), f"{step.at.timestamp():.6f}"]
        fits = step.seal == hashlib.sha256(json.dumps([old, *row], ensure_ascii=False).encode()).hexdigest()
        old = step.seal
        new = crypto.seal(model._meta.label_lower, new, *row) if fits else old
        if fits:
            yield new, step.pk


def of_revisions(model):
    for row in model.objects.order_by("pk").iterator(chunk_size=CHUNK):
        at = f"{row.at.timestamp():.6f}"
        yield crypto.seal(model._meta.label_lower, row.case_id, row.number, row.code, at, row.content), row.pk


def seal(apps, schema_editor):
    connection = schema_editor.connection
    for model in models(apps, "Step"):
        write(connection, model, of_steps(model))
    for model in models(apps, "Revision"):
        write(connection, model, of_revisions(model))
    seal_chains(apps)


def seal_chains(apps):
    chain, steps = apps.get_model("accounts", "AuditChain"), Counter()
    for model in models(apps, "Step"):
        steps.update(dict(model.objects.order_by().values_list("actor_id").annotate(Count("pk"))))
    ends = {end.name: end for end in chain.objects.order_by("pk")}
    for name in (f"user-{person}" for person in sorted(steps)):
        if name not in ends:
            ends[name] = chain(name=name, seal=crypto.keyed_hash(f"{name}:0:"))
    before = ""
    for name, end in ends.items():
        fits = end.seal == crypto.keyed_hash(f"{name}:{end.count}:{end.last}")
        end.before, before = before, name
        if name.startswith("user-"):
            end.steps = steps[int(name.removeprefix("user-"))]
        if fits:
            end.seal = crypto.seal(name, end.count, end.last, end.steps, end.before)
        end.save()
    count = len(ends)
    chain.objects.create(name="chains", count=count, last=before, seal=crypto.seal("chains", count, before, 0, ""))


def unseal_chains(apps, schema_editor):
    """The ends as they were; steps stay under the new seals, which the code of before does not know."""
    chain = apps.get_model("accounts", "AuditChain")
    chain.objects.filter(name="chains").delete()
    for end in chain.objects.all():
        end.seal = crypto.keyed_hash(f"{end.name}:{end.count}:{end.last}")
        end.save()


def tables(apps):
    return [model._meta.db_table for name in ("Step", "Revision") for model in models(apps, name)]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_chain_of_chains"),
        ("agreements", "0002_revision_seals"),
        ("applications", "0014_revision_seals"),
        ("portal", "0011_revision_seals"),
    ]

    operations = [
        migrations.RunPython(seal, unseal_chains),
        migrations.RunPython(
            lambda apps, editor: guard(editor, *tables(apps)), lambda apps, editor: unguard(editor, *tables(apps))
        ),
    ]
