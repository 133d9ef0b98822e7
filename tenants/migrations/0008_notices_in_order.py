"""What the list of notices is sorted by: closed ones stay, so it grows for ever."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_indexes_of_lists")]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["is_resolved", "-last_at", "-id"], name="notice_by_time"),
        ),
    ]
