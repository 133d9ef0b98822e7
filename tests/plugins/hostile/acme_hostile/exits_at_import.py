"""Ends the process, as scripts do."""

import sys

sys.exit(3)
