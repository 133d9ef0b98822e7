"""localstripe running on this machine, and the SDK to fill it as a shop would."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stripe

SERVER = Path(__file__).with_name("localstripe_server.py")
KEY = "sk_test_12345"


@contextmanager
def running_localstripe() -> Iterator[str]:
    """Yield where localstripe answers, on this machine alone."""
    with subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            found = process.stdout.readline().strip()
            assert found, "localstripe did not start"
            yield found
        finally:
            process.terminate()


def sdk(address: str) -> Any:
    """Return the SDK as the shop uses it, to write."""
    return stripe.StripeClient(
        KEY, base_addresses={"api": address}, http_client=stripe.UrllibClient(), max_network_retries=0
    ).v1


def make_customer(shop: Any, email: str, *, card: str = "4242424242424242", **details: Any) -> str:
    """Make a customer with a saved card, which is the default."""
    customer = shop.customers.create({"email": email, **details})
    method = shop.payment_methods.create(
        {"type": "card", "card": {"number": card, "exp_month": 12, "exp_year": 2030, "cvc": "123"}}
    )
    shop.payment_methods.attach(method.id, {"customer": customer.id})
    shop.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    customer_id: str = customer.id
    return customer_id
