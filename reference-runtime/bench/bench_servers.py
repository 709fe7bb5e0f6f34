# SPDX-License-Identifier: Apache-2.0
"""What the WebSocket and the HTTP bench have in common: processors, servers as processes, words on the screen."""

import os
import pathlib
import re
import select
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
READY_SECONDS = 20


class BenchError(Exception):
    """Something could not be built, started or measured."""


def find_program(folder, name):
    found = [path for path in folder.rglob(name) if path.is_file() and os.access(path, os.X_OK)]
    if not found:
        raise BenchError(f"no program {name} under {folder}; leave --no-build out")
    return found[0]


def two_cpus():
    """The load's and the server's processor; None where there is only one."""
    cpus = sorted(os.sched_getaffinity(0))
    return (cpus[0], cpus[1]) if len(cpus) > 1 else (None, None)


def pinned(cpu):
    return None if cpu is None else lambda: os.sched_setaffinity(0, {cpu})


class Server:
    """A running server, that prints where it listens; ends with the block."""

    def __init__(self, name, command, cpu):
        self.name = name
        self.process = subprocess.Popen(
            [str(word) for word in command],
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=pinned(cpu),
        )
        self.port = self._port()
        self.url = f"ws://127.0.0.1:{self.port}"

    def _port(self):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                line = self.process.stdout.readline()
                found = re.search(r":(\d+)\b", line)
                if found:
                    return int(found.group(1))
                if not line:
                    break
        self.stop()
        raise BenchError(f"{self.name} printed no ready line")

    def cpu_seconds(self):
        """User and system time of all its threads so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, key):
        """VmRSS or VmHWM, in octets."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{key}:\s+(\d+) kB", text, re.MULTILINE).group(1)) * 1024

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def progress(text=""):
    """A line that the next one overwrites; nothing where nobody watches."""
    if sys.stdout.isatty():
        print(f"\r{text}\033[K", end="", flush=True)


def median(readings, key):
    values = [reading[key] for reading in readings if reading]
    return statistics.median(values) if values else None


def figure(value, form="{:.2f}"):
    return "-" if value is None else form.format(value)
