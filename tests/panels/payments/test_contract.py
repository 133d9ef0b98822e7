"""What every panel must be: the tests that authors of other panels use."""

from panels.payments.panel import PaymentsPanel
from panels.testing import PanelContract


class TestPaymentsPanel(PanelContract):
    panel = PaymentsPanel
    languages = ("de", "ar")
