from django.db import migrations, models

_MODELS = ("change", "sentmessage", "startedconversation", "registeredapp", "webhook")


class Migration(migrations.Migration):
    # Apart from the one before: PostgreSQL changes no table whose rows have just been written.
    dependencies = [
        ("simulator", "0002_host_account_ids"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="change", name="change_once_a_record"),
        migrations.RemoveIndex(model_name="sentmessage", name="sent_message_of_conversation"),
        migrations.RemoveConstraint(model_name="webhook", name="webhook_url_once_an_account"),
        *(migrations.RemoveField(model_name=name, name="account") for name in _MODELS),
        *(
            migrations.AlterField(model_name=name, name="host_account_id", field=models.PositiveBigIntegerField())
            for name in _MODELS
        ),
        migrations.AlterField(
            model_name="change",
            name="kind",
            field=models.CharField(
                choices=[
                    ("host", "Host"),
                    ("contact", "Contact"),
                    ("conversation", "Conversation"),
                    ("message", "Message"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                fields=("host_account_id", "kind", "host_id"), name="change_once_a_record"
            ),
        ),
        migrations.AddIndex(
            model_name="sentmessage",
            index=models.Index(fields=["host_account_id", "conversation_id"], name="sent_message_of_conversation"),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(fields=("host_account_id", "url"), name="webhook_url_once_an_account"),
        ),
    ]
