"""Runs one command and says what it cost: `python -I -S measured.py LOG COMMAND...`.

A process of its own, because a child counts its parent's memory until it becomes another program,
and this one is small. What the command prints goes into the file LOG.
"""

import json
import os
import subprocess
import sys
import time

UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; what ru_maxrss counts in


def main() -> None:
    """Print one JSON object."""
    log, *command = sys.argv[1:]
    with open(log, "wb") as said:  # noqa: PTH123  # pathlib would double the memory
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    told = {
        "exit": os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * UNIT,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
