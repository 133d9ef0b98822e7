"""What every panel must be: the tests that authors of other panels use."""

from panels.customer.panel import CustomerPanel
from panels.testing import PanelContract


class TestCustomerPanel(PanelContract):
    panel = CustomerPanel
    languages = ("de", "ar")
