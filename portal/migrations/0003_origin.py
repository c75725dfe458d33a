import portal.pages
from django.db import migrations, models


def remember(apps, schema_editor):
    """Rows that are there already stand for the entries they came from."""
    MenuItem, seen = apps.get_model("portal", "MenuItem"), set()
    for item in MenuItem.objects.order_by("pk").prefetch_related("roles"):
        for group in item.roles.all():
            origin = f"{group.name}:{item.page or item.title}"
            if origin not in seen:
                seen.add(origin)
                MenuItem.objects.filter(pk=item.pk).update(origin=origin)
                break


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0002_pages'),
    ]

    operations = [
        migrations.AddField(
            model_name='menuitem',
            name='origin',
            field=models.CharField(editable=False, max_length=60, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='menuitem',
            name='page',
            field=models.CharField(blank=True, choices=portal.pages.choices, help_text='不填表示只作分组', max_length=20, verbose_name='页面'),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
