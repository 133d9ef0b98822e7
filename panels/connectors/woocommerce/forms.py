"""What an operator enters for a WooCommerce shop."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from panels.api import SecretField

# People copy the address of the page they are at.
_OWN_PATHS = re.compile(r"/(?:wp-json|wp-admin|wp-login\.php)(?:/.*)?$")


class WooCommerceSettingsForm(forms.Form):
    """Where the shop is, and the key it is read with."""

    address = forms.CharField(
        label=_("Shop address"),
        max_length=200,
        help_text=_(
            "Such as https://shop.example.com: the “Site address” in WordPress under Settings → General. Identifiers "
            "and attributes of contacts are looked up as IDs of user accounts in WordPress: where yours are other IDs, "
            "take them out of the order of matching."
        ),
    )
    consumer_key = SecretField(
        label=_("Consumer key"),
        validators=[RegexValidator(r"\Ack_\w{8,80}\Z", _("A consumer key begins with ck_."))],
        help_text=_(
            "In WordPress under WooCommerce → Settings → Advanced → REST API → Add key, for a user who is shop manager "
            "or administrator, with the permission “Read”."
        ),
    )
    consumer_secret = SecretField(
        label=_("Consumer secret"),
        validators=[RegexValidator(r"\Acs_\w{8,80}\Z", _("A consumer secret begins with cs_."))],
        help_text=_("Shown once, together with the key."),
    )

    def clean_address(self) -> str:
        """Return the address of the shop itself, without the page somebody was at."""
        entered = str(self.cleaned_data["address"]).strip()
        try:
            parts = urlsplit(entered if "://" in entered else f"https://{entered}")
            host, port = parts.hostname, parts.port
        except ValueError:
            raise _wrong_address() from None
        plain = not (parts.username or parts.password or parts.query or parts.fragment)
        if not (host and plain and re.fullmatch(r"[!-~]+", entered)):
            raise _wrong_address()
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
            raise ValidationError(
                _("Enter an address that begins with https://: WooCommerce takes keys over https only.")
            )
        shown_host = f"[{host}]" if ":" in host else host
        path = _OWN_PATHS.sub("", parts.path).rstrip("/")
        return f"{parts.scheme}://{shown_host}{f':{port}' if port else ''}{path}"


def _wrong_address() -> ValidationError:
    return ValidationError(_("Enter the shop's address alone, such as https://shop.example.com."))


def _is_this_machine(host: str) -> bool:
    """Return whether it is an address of this machine, which developers may ask without TLS."""
    try:
        return bool(settings.DEBUG or settings.OUTGOING_NETWORKS) and ip_address(host).is_loopback
    except ValueError:
        return False
