"""Users with an authenticator app, and the codes that it shows."""

import base64
import time
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from voxysapps.second_factor import devices

STEP = 30
PASSWORD = "a password of tests"


def code_of(key: str) -> str:
    """Return what an app shows now that was given this secret, as it stands on the set-up page."""
    totp: Any = TOTP(base64.b32decode(key.replace(" ", "")))
    totp.time = time.time()
    return f"{totp.token():06}"


class Phone:
    """A superuser with an authenticator app."""

    def __init__(self, name: str = "ops") -> None:
        self.user = User.objects.create_superuser(name, password=PASSWORD)
        self.key = devices.new_key()
        self.device, self.recovery_codes = devices.set_up(self.user, self.key, self.code)
        # As if it had been long ago: the code of now is unused.
        TOTPDevice.objects.filter(pk=self.device.pk).update(last_t=-1)

    @property
    def code(self) -> str:
        return code_of(devices.shown_key(self.key))

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 1_000_000:06}"

    def with_password(self) -> Client:
        """Return a client that has entered the password, and no code."""
        client = Client()
        client.force_login(self.user)
        return client

    def signed_in(self) -> Client:
        client = self.with_password()
        assert client.post("/admin/second-factor/code/", {"code": self.recovery_codes.pop()}).status_code == 302
        return client
