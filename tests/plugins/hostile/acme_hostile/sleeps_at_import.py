"""Never ends, and costs nothing but the waiting."""

import time

time.sleep(100_000)
