"""`{% load panels %}`: the components of panel templates. `panels.kit` has them by theme."""

from panels.kit import controls, details, figures, records, rows, states, text, times
from panels.kit.registry import merge

# In the order in which gallery and documentation show them.
KITS = tuple(module.kit for module in (rows, figures, states, details, controls, text, times, records))

register = merge(KITS)
