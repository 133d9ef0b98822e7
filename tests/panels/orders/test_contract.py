"""What every panel must be: the tests that authors of other panels use."""

from panels.orders.panel import OrdersPanel
from panels.testing import PanelContract


class TestOrdersPanel(PanelContract):
    panel = OrdersPanel
    languages = ("de", "ar")
