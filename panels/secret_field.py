"""The form field for credentials. Public through `panels.api`."""

from typing import Any

from django import forms


class SecretField(forms.CharField):
    """A credential: sealed at rest, never shown again, and handed to the plugin with its settings."""

    def __init__(self, **kwargs: Any) -> None:
        # Browsers pass over "off", and would fill in the password with which the operator has signed in.
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False)
        super().__init__(**{"max_length": 4_000, "strip": True, "widget": widget, **kwargs})
