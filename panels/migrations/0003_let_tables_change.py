"""No triggers while the tables they point to are changed; the next migration creates them again."""

from django.db import migrations

from panels.triggers import create, drop


class Migration(migrations.Migration):
    dependencies = [("panels", "0002_same_account")]
    run_before = [("tenants", "0005_operators")]

    operations = [migrations.RunPython(drop, create)]
