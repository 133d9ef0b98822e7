from django.db import migrations, models
from django.db.models import F

_MODELS = ("Change", "SentMessage", "StartedConversation", "RegisteredApp", "Webhook")


def give_to_the_hosts_accounts(apps, schema_editor):
    """Let every row name the host's account instead of the platform's.

    The host answered for the first demonstration account of a number: rows of others were never seen.
    """
    accounts = {}
    for account in apps.get_model("tenants", "Account").objects.filter(is_demonstration=True).order_by("id"):
        accounts.setdefault(account.host_account_id, account)
    for name in _MODELS:
        model = apps.get_model("simulator", name)
        for host_account_id, account in accounts.items():
            model.objects.filter(account=account).update(host_account_id=host_account_id)
        model.objects.filter(host_account_id=None).delete()
    change = apps.get_model("simulator", "Change")
    change.objects.filter(kind="host").update(host_id=F("host_account_id"))
    for account in accounts.values():
        _register(apps, account)
    change.objects.filter(kind="dashboard_app").delete()


def _register(apps, account):
    """Put the tabs that the account had without being registered before those that were."""
    registered = apps.get_model("simulator", "RegisteredApp").objects
    later = list(registered.filter(account=account).order_by("id"))
    registered.filter(account=account).delete()
    changes = apps.get_model("simulator", "Change").objects.filter(account=account, kind="dashboard_app")
    changed = dict(changes.values_list("host_id", "values"))
    # Frames were opened at the other name of a server on one's own machine. The next start corrects the rest.
    frames = account.host_origin.replace("://localhost", "://127.0.0.1")
    own = apps.get_model("tenants", "DashboardApp").objects.filter(account=account, is_enabled=True)
    for app in own.order_by("position", "id"):
        values = changed.get(app.pk, {})
        if values.get("deleted"):
            continue
        registered.create(
            account=account,
            host_account_id=account.host_account_id,
            title=values.get("title", app.title),
            content=values.get("content", [{"type": "frame", "url": f"{frames}/a/{app.key}/"}]),
            created_at=app.created_at,
        )
    for row in later:
        row.pk = None
        row.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [
        ("simulator", "0001_stand_in_host"),
        ("tenants", "0002_trust"),
    ]

    operations = [
        migrations.RenameModel(old_name="CreatedApp", new_name="RegisteredApp"),
        migrations.RemoveField(model_name="registeredapp", name="user_id"),
        *(
            migrations.AddField(
                model_name=name.lower(),
                name="host_account_id",
                field=models.PositiveBigIntegerField(null=True),
            )
            for name in _MODELS
        ),
        migrations.RunPython(give_to_the_hosts_accounts, migrations.RunPython.noop),
    ]
