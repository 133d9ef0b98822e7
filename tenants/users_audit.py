"""What decides who may do what is written down: users, their passwords, groups, permissions and second factors.

Django's own pages, forms and commands change them and know no services of ours, so this listens to the models. Such an
entry belongs to no account: platform administrators see it, and nobody else.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import Group, Permission, User
from django.db.models import QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from tenants import audit
from tenants.models import ApiToken, Operator
from voxysapps.second_factor.devices import changed as second_factor_changed

_RELATIONS: dict[Any, tuple[str, ...]] = {User: ("groups", "user_permissions"), Group: ("permissions",)}
# Signing in writes this, and nothing else.
_LAST_LOGIN = frozenset({"last_login"})


def connect() -> None:
    """Listen to the models."""
    for model, names in _RELATIONS.items():
        name = f"tenants.users_audit.{model.__name__}"
        pre_save.connect(_keep_stored, sender=model, dispatch_uid=name)
        post_save.connect(_saved, sender=model, dispatch_uid=name)
        pre_delete.connect(_keep_all, sender=model, dispatch_uid=name)
        post_delete.connect(_deleted, sender=model, dispatch_uid=name)
        for relation in names:
            through = getattr(model, relation).through
            m2m_changed.connect(_related, sender=through, dispatch_uid=f"{name}.{relation}")
    second_factor_changed.connect(_second_factor_changed, dispatch_uid="tenants.users_audit")


def _keep_stored(sender: Any, instance: Any, raw: bool, update_fields: Collection[str] | None, **kwargs: Any) -> None:
    """Keep what is stored before it is replaced; None where nothing is to be told."""
    is_told = not raw and (update_fields is None or not _LAST_LOGIN.issuperset(update_fields))
    instance._before = _stored(instance) if is_told else None  # noqa: SLF001 - kept with the row


def _saved(sender: Any, instance: Any, created: bool, update_fields: Collection[str] | None, **kwargs: Any) -> None:
    if instance._before is None:  # noqa: SLF001 - likewise
        return
    before, old_password = instance._before  # noqa: SLF001 - likewise
    after, password = _stored(instance)
    is_another = password != old_password and not _is_hashed_anew(instance, update_fields)
    secrets = ("password",) if is_another and is_password_usable(password) else ()
    audit.record("add" if created else "change", instance, before=before, after=after, secrets=secrets)


def _keep_all(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Keep what is lost with the row: its relations are gone before it is."""
    before, _password = _stored(instance)
    before |= {name: sorted(_names(getattr(instance, name).all())) for name in _RELATIONS[sender]}
    if isinstance(instance, Group):
        before["users"] = sorted(instance.user_set.values_list("username", flat=True))
    elif (operator := Operator.objects.filter(user=instance).first()) is not None:
        before |= {"role": operator.role, "accounts": sorted(operator.accounts.values_list("name", flat=True))}
    if isinstance(instance, User) and (tokens := ApiToken.objects.filter(user=instance).values_list("name", flat=True)):
        before["api_tokens"] = sorted(tokens)
    instance._before = before  # noqa: SLF001 - likewise


def _deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    with _by_somebody_who_is_left():
        audit.record("delete", instance, before=instance._before)  # noqa: SLF001 - likewise


def _related(
    sender: Any, instance: Any, action: str, reverse: bool, model: Any, pk_set: Iterable[Any] | None, **kwargs: Any
) -> None:
    """Tell which groups or permissions users and groups are about to be given, or to lose."""
    if not action.startswith("pre_"):
        return
    # Of a group, its users; of a permission, those who have it.
    owner, other = (model, type(instance)) if reverse else (type(instance), model)
    (name,) = (name for name in _RELATIONS[owner] if getattr(owner, name).through is sender)
    rows = model.objects.filter(pk__in=pk_set or ())
    if reverse:
        owners = rows if pk_set is not None else model.objects.filter(**{name: instance})
        rows = other.objects.filter(pk=instance.pk)
    else:
        owners = [instance]
        rows = rows if pk_set is not None else getattr(instance, name).all()
    chosen = set(_names(rows))
    for one in owners:
        had = set(_names(getattr(one, name).all()))
        has = had | chosen if action == "pre_add" else had - chosen
        audit.record("change", one, before={name: sorted(had)}, after={name: sorted(has)})


def _second_factor_changed(sender: Any, user: User, action: str, **kwargs: Any) -> None:
    audit.record(action, user)


def _stored(instance: Any) -> tuple[dict[str, Any], str | None]:
    """Return what may be told of the stored row, and how its password is stored."""
    row = type(instance).objects.filter(pk=instance.pk).first() if instance.pk else None
    told, password = audit.values(row), getattr(row, "password", None)
    if password is not None:
        told["has_password"] = is_password_usable(password)
    return told, password


def _is_hashed_anew(user: Any, update_fields: Collection[str] | None) -> bool:
    """Return whether Django stores the same password in a newer way, as it does while somebody signs in."""
    return update_fields is not None and set(update_fields) == {"password"} and user._password is None  # noqa: SLF001


def _names(rows: QuerySet[Any]) -> Iterable[str]:
    if rows.model is Permission:
        return (".".join(names) for names in rows.values_list("content_type__app_label", "codename"))
    names: QuerySet[Any, str] = rows.values_list("name", flat=True)
    return names


@contextmanager
def _by_somebody_who_is_left() -> Iterator[None]:
    """Let whoever has deleted their own user be told by name only."""
    actor = audit.current_actor()
    if actor.user is None or User.objects.filter(pk=actor.user.pk).exists():
        yield
    else:
        with audit.acting(None, actor.via, name=actor.name):
            yield
