"""The demonstration accounts: invented people on every channel, and the odd cases a panel must survive."""

from voxysapps.simulator.demonstration.brisa import BRISA
from voxysapps.simulator.demonstration.fernweh import FERNWEH
from voxysapps.simulator.demonstration.lanterna import LANTERNA

DEMONSTRATION_ACCOUNTS = (FERNWEH, BRISA, LANTERNA)
