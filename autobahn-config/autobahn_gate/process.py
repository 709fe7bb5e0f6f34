# SPDX-License-Identifier: Apache-2.0
"""Starts, watches and ends one process; everything it prints goes to a log file."""

import contextlib
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path


class ProcessError(Exception):
    """A process did not do what it was started for; the text says what, and ends with its log's tail."""


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A running process. Use it as a context manager: leaving ends it, by its own id."""

    def __init__(self, command: list[str], log: Path, cwd: Path | None = None) -> None:
        self.command = command
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._lines: list[str] = []
        self._news = threading.Condition()
        try:
            self._child = subprocess.Popen(
                command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        except OSError as error:
            raise ProcessError(f"cannot start {command[0]}: {error.strerror or error}") from error
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _read(self) -> None:
        assert self._child.stdout is not None
        with self.log.open("wb") as log, self._child.stdout as pipe:
            for line in pipe:
                log.write(line)
                log.flush()
                with self._news:
                    self._lines.append(line.decode("utf-8", "replace").rstrip())
                    self._news.notify_all()

    @property
    def pid(self) -> int:
        return self._child.pid

    def running(self) -> bool:
        return self._child.poll() is None

    def stop(self, patience: float = 10.0) -> int:
        """Asks the process to end, and insists after `patience` seconds. Returns its exit status."""
        if self.running():
            self._child.terminate()
        try:
            self._child.wait(patience)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._reader.join(patience)
        return self._child.returncode

    def wait(self, deadline: float) -> int:
        """The exit status, once the process ends by itself; raises when it still runs after `deadline` seconds."""
        try:
            status = self._child.wait(deadline)
        except subprocess.TimeoutExpired:
            raise ProcessError(self._story(f"was still running after {deadline:.0f} s")) from None
        self._reader.join(10.0)
        return status

    def wait_line(self, pattern: str, deadline: float = 20.0) -> re.Match[str]:
        """The first printed line that matches; raises when the process ends or the deadline passes before it."""
        limit = time.monotonic() + deadline
        seen = 0
        with self._news:
            while True:
                for line in self._lines[seen:]:
                    if match := re.search(pattern, line):
                        return match
                seen = len(self._lines)
                if not self._reader.is_alive() and seen == len(self._lines):
                    raise ProcessError(self._story(f"ended without printing {pattern!r}"))
                if time.monotonic() > limit:
                    raise ProcessError(self._story(f"printed no {pattern!r} within {deadline:.0f} s"))
                self._news.wait(0.1)

    def wait_until(self, ready: Callable[[], bool], what: str, deadline: float = 30.0) -> None:
        """Asks `ready` again and again; raises when the process ends or the deadline passes before it says yes."""
        limit = time.monotonic() + deadline
        while not ready():
            if not self.running():
                raise ProcessError(self._story(f"ended before it {what}"))
            if time.monotonic() > limit:
                raise ProcessError(self._story(f"had not {what} within {deadline:.0f} s"))
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(0.02)

    def tail(self, lines: int = 15) -> str:
        with self._news:
            last = self._lines[-lines:]
        return "\n".join(f"    | {line}" for line in last) or "    | (it printed nothing)"

    def _story(self, what: str) -> str:
        status = self._child.poll()
        state = "running" if status is None else f"exit status {status}"
        return f"{' '.join(self.command)}\n  {what} ({state}); log {self.log}:\n{self.tail()}"

    def complain(self, what: str) -> ProcessError:
        """An error about this process, with its log's tail."""
        return ProcessError(self._story(what))


def accepts(port: int) -> bool:
    """Whether somebody listens on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
