"""The accounts of the stand-in host: invented people on every channel, and the odd cases a panel must survive."""

from voxysapps.simulator.demonstration.brisa import BRISA
from voxysapps.simulator.demonstration.fernweh import FERNWEH
from voxysapps.simulator.demonstration.lanterna import LANTERNA
from voxysapps.simulator.demonstration.nordlicht import NORDLICHT

# Connected to the platform from the start.
DEMONSTRATION_ACCOUNTS = (FERNWEH, BRISA, LANTERNA)
# All that the host has: the last one is an operator's to connect.
HOST_ACCOUNTS = (*DEMONSTRATION_ACCOUNTS, NORDLICHT)
