"""Rows of one account stay together."""

from django.db import migrations

from panels.triggers import create, drop


class Migration(migrations.Migration):
    dependencies = [("panels", "0001_initial"), ("tenants", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
