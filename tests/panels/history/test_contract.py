"""What every panel must be: the tests that authors of other panels use."""

from panels.history.panel import HistoryPanel
from panels.testing import PanelContract


class TestHistoryPanel(PanelContract):
    panel = HistoryPanel
    languages = ("de", "ar")
