"""What the lists of all accounts are sorted by, so that none is sorted anew for every look at twenty rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_token_made_by")]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["name", "id"], name="account_by_name"),
        ),
        migrations.AddIndex(
            model_name="agentsession",
            index=models.Index(fields=["-created_at", "-id"], name="agent_session_by_time"),
        ),
        migrations.AddIndex(
            model_name="viewrecord",
            index=models.Index(fields=["-seen_at", "-id"], name="view_record_of_all_by_time"),
        ),
    ]
