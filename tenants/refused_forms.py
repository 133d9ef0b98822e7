"""What only a service finds wrong while saving is said in the form, and nothing that was entered is lost."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest

_NAME = "_refused"


class RowRefused(ValidationError):
    """What was refused of one row among several of a page. `prefix` is its form's."""

    def __init__(self, prefix: str, error: ValidationError) -> None:
        super().__init__(error)
        self.prefix = prefix


def note_refusal(request: HttpRequest, error: ValidationError) -> None:
    """Keep for the page why it was not saved."""
    setattr(request, _NAME, error)


def refusal_of(request: HttpRequest) -> ValidationError | None:
    """Return why the page was not saved, or None where it has not been tried."""
    error: ValidationError | None = getattr(request, _NAME, None)
    return error


def add_refusal(form: forms.BaseForm, error: ValidationError, fields: Mapping[str, str] | None = None) -> None:
    """Add each sentence to its field; what the form has no field for is of the whole form.

    `fields` are those of the form that have another name there.
    """
    told: Mapping[str, Any] = getattr(error, "error_dict", None) or {NON_FIELD_ERRORS: error.error_list}
    for name, errors in told.items():
        field = (fields or {}).get(name, name)
        form.add_error(field if field in form.fields else None, errors)


def refused(form_class: Any, error: ValidationError) -> Any:
    """Return the form as one that says so, without asking anybody else what there may be wrong with it besides."""

    class RefusedForm(form_class):  # type: ignore[misc]
        """What was entered, and why it was refused."""

        def clean(self) -> Any:
            cleaned = super().clean()
            add_refusal(self, error)
            return cleaned

    return RefusedForm
