# SPDX-License-Identifier: Apache-2.0
"""Runs one program to its end and says what it cost, and what it cost the server beside it."""

import os
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


class MeasureError(Exception):
    """A program did not do its part, so its time means nothing."""


@dataclass
class Cost:
    """Seconds; `verdicts` says what came out, so that nobody is quick by leaving work out."""

    wall: float
    cpu: float
    server_cpu: float
    verdicts: Counter[str] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        return sum(self.verdicts.values())


def cpu_of(pid: int) -> float:
    """User and system seconds of a running process."""
    # The name in parentheses may hold blanks; the fields that count come after it.
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def run(command: list[str], log: Path, server_pid: int, good: tuple[int, ...] = (0,)) -> Cost:
    """Times `command`, start and end of the process included."""
    log.parent.mkdir(parents=True, exist_ok=True)
    before = cpu_of(server_pid)
    with log.open("wb") as out:
        start = time.monotonic()
        try:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=log.parent)
        except OSError as error:
            raise MeasureError(f"cannot start {command[0]}: {error.strerror}") from None
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in good:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
        raise MeasureError(f"{command[0]} ended with {child.returncode}; {log}: {' / '.join(tail)}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, cpu_of(server_pid) - before)


def median(costs: list[Cost]) -> Cost:
    """The run in the middle by wall clock."""
    return sorted(costs, key=lambda cost: cost.wall)[len(costs) // 2]
