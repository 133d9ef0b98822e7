"""Ends the process groups it was told of once whoever told is gone, even by `kill -9`.

Runs as a process of its own and reads lines, `+<group>` or `-<group>`, until the pipe closes.
It imports little, so that it is there before the first child is.
"""

import contextlib
import os
import signal
import sys
import time

SECONDS_TO_STOP = 3


def signal_group(group: int, number: int) -> bool:
    """Return whether the group still had a process to signal."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def main() -> None:
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        signal_group(group, signal.SIGTERM)
    give_up = time.monotonic() + SECONDS_TO_STOP
    while groups and time.monotonic() < give_up:
        groups = {group for group in groups if signal_group(group, 0)}
        time.sleep(0.05)
    for group in groups:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
