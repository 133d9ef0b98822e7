"""Codes: right ones work once, wrong ones are counted."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.support.second_factor import STEP, Phone, code_of
from voxysapps.second_factor import devices
from voxysapps.second_factor.devices import TooManyCodes, WrongCode

pytestmark = pytest.mark.django_db

Clock = time_machine.TimeMachineFixture


@pytest.fixture
def phone(clock: Clock) -> Phone:
    return Phone()


def test_code_works_once(phone: Phone, clock: Clock) -> None:
    code = phone.code
    assert devices.verify(phone.user, f" {code[:3]} {code[3:]} ") == phone.device
    with pytest.raises(WrongCode):
        devices.verify(phone.user, code)
    clock.shift(STEP)
    assert devices.verify(phone.user, phone.code) == phone.device


def test_code_of_setting_up_is_used(clock: Clock) -> None:
    user, key = User.objects.create_superuser("new"), devices.new_key()
    code = code_of(devices.shown_key(key))
    devices.set_up(user, key, code)
    with pytest.raises(WrongCode):
        devices.verify(user, code)


def test_old_code_is_wrong(phone: Phone, clock: Clock) -> None:
    code = phone.code
    clock.shift(3 * STEP)
    with pytest.raises(WrongCode):
        devices.verify(phone.user, code)


def test_recovery_code_works_once_however_it_is_typed(phone: Phone, clock: Clock) -> None:
    first, second = phone.recovery_codes[:2]
    devices.verify(phone.user, first)
    assert devices.left_recovery_codes(phone.user) == devices.CODES_AT_ONCE - 1
    with pytest.raises(WrongCode):
        devices.verify(phone.user, first)
    clock.shift(2)
    devices.verify(phone.user, second.replace("-", " ").upper())


def test_wrong_codes_are_counted_and_then_no_code_is_taken(phone: Phone, clock: Clock) -> None:
    for number in range(5):
        with pytest.raises(WrongCode):
            devices.verify(phone.user, phone.wrong_code)
        with pytest.raises(TooManyCodes):
            devices.verify(phone.user, phone.code)
        clock.shift(2**number)
    assert devices.verify(phone.user, phone.code) == phone.device
    assert TOTPDevice.objects.get().throttling_failure_count == 0


def test_guessing_codes_does_not_close_the_other_way(phone: Phone) -> None:
    with pytest.raises(WrongCode):
        devices.verify(phone.user, phone.wrong_code)
    devices.verify(phone.user, phone.recovery_codes[0])


@pytest.mark.parametrize("code", ["", " ", "12345", "1234567", "١٢٣٤٥٦", "-", "abcd", "x" * 300, "' OR 1=1 --", "\0"])
def test_what_is_no_code_is_wrong(phone: Phone, code: str) -> None:
    with pytest.raises(WrongCode):
        devices.verify(phone.user, code)


def test_codes_are_their_users_own(phone: Phone) -> None:
    other = Phone("other")
    for code in (phone.code, phone.recovery_codes[0]):
        with pytest.raises(WrongCode):
            devices.verify(other.user, code)
    with pytest.raises(WrongCode):
        devices.verify(User.objects.create_superuser("third"), phone.code)


def test_device_that_is_not_confirmed_is_none(phone: Phone) -> None:
    TOTPDevice.objects.update(confirmed=False)
    assert not devices.has_second_factor(phone.user)
    with pytest.raises(WrongCode):
        devices.verify(phone.user, phone.code)


def test_recovery_codes_are_kept_as_digests_and_are_unlike(phone: Phone) -> None:
    kept = set(StaticToken.objects.values_list("token", flat=True))
    plain = {code.replace("-", "") for code in phone.recovery_codes}
    assert len(kept) == len(plain) == devices.CODES_AT_ONCE
    assert not kept & plain
    assert all(len(code) == 16 for code in plain)


def test_new_recovery_codes_end_those_before(phone: Phone, clock: Clock) -> None:
    old, new = phone.recovery_codes, devices.renew_recovery_codes(phone.user)
    with pytest.raises(WrongCode):
        devices.verify(phone.user, old[0])
    clock.shift(2)
    devices.verify(phone.user, new[0])


def test_second_device_is_not_set_up(phone: Phone) -> None:
    key = devices.new_key()
    with pytest.raises(WrongCode):
        devices.set_up(phone.user, key, code_of(devices.shown_key(key)))
    assert TOTPDevice.objects.get().key == phone.key


def test_reset_removes_all(phone: Phone) -> None:
    assert devices.reset(phone.user)
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()
    assert not devices.reset(phone.user)
