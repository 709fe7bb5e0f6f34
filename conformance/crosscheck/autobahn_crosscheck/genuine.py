# SPDX-License-Identifier: Apache-2.0
"""The genuine suite's verdicts. They are slow to get, so they are kept, a folder for each runtime, role and part."""

import hashlib
import json
import re
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from autobahn_gate import reports
from autobahn_gate.cases import Run, group, runs_of
from autobahn_gate.roles import Setting, fresh_folder, run_shard
from autobahn_gate.runtime import Certificates, Runtime
from autobahn_gate.suite import Suite

from .runtimes import Subject

# Each part is one process of the suite: what one part loses by a runtime that dies, the others keep.
PARTS = {"core": {"1", "2", "3", "4", "5", "6", "7", "10"}, "limits": {"9"}, "deflate": {"12", "13"}}
_DEADLINE = 1800.0
# How short a client waits for a handshake is for native cases; the genuine server has one thread, and may be at work.
_PATIENCE = re.compile(r"--timeout \d+")


class GenuineError(Exception):
    """A part could not be run, or its report is unusable."""


@dataclass(frozen=True)
class Verdict:
    """Autobahn's two words on one case."""

    behavior: str
    close: str

    def __str__(self) -> str:
        return f"{self.behavior}/{self.close}"


def cases_of(part: str) -> tuple[str, ...]:
    """The cases of a part: those of the gate's profile for every day, a sample of 12 and 13 among them."""
    return tuple(case for case in runs_of("ci")[0].cases if group(case) in PARTS[part])


def _program(subject: Subject, role: str) -> str:
    """A digest of the role's program: what an older build did is no verdict on this one."""
    program = Path(shlex.split(getattr(subject, role))[0])
    if not program.is_file():
        raise GenuineError(f"{subject.file} names {program}, which is not there: build it first")
    return hashlib.sha256(program.read_bytes()).hexdigest()


def _stamp(subject: Subject, role: str, cases: tuple[str, ...], suite: Suite) -> str:
    asked = [subject.about, _program(subject, role), role, list(cases), suite.kind]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _run(subject: Subject, role: str, cases: tuple[str, ...], suite: Suite, folder: Path) -> None:
    client = subject.client and _PATIENCE.sub("--timeout 30000", subject.client)
    runtime = Runtime(subject.server, client, None, None)
    # Nothing here speaks TLS; a command may name the authority all the same.
    setting = Setting(suite, runtime, Certificates.make(folder / "tls"), _DEADLINE)
    start = time.monotonic()
    trouble = run_shard(setting, Run(role, "ws", cases), cases, folder)
    if trouble:
        raise GenuineError(f"{subject.name}, {role}: {trouble}")
    reports.check_complete(folder / "reports", cases)
    (folder / "seconds").write_text(f"{time.monotonic() - start:.1f}\n", encoding="ascii")


def _kept(folder: Path, stamp: str) -> bool:
    mark = folder / "complete"
    return mark.is_file() and mark.read_text(encoding="ascii").strip() == stamp


def part(subject: Subject, role: str, name: str, suite: Suite, store: Path, fresh: bool) -> dict[str, Verdict]:
    """The verdicts of one part, from the store when an earlier run left them whole."""
    cases = cases_of(name)
    folder = store / subject.file.stem / role / name
    stamp = _stamp(subject, role, cases, suite)
    if fresh or not _kept(folder, stamp):
        print(f"  genuine suite on {subject.name} as {role}, {name}: {len(cases)} cases", flush=True)
        place = fresh_folder(folder)
        _run(subject, role, cases, suite, place)
        (folder / "complete").write_text(stamp + "\n", encoding="ascii")
    try:
        index = reports.read_index(folder / "reports")
    except reports.ReportError as error:
        raise GenuineError(str(error)) from None
    return {case: Verdict(entry["behavior"], entry["behaviorClose"]) for case, entry in index.items()}


def verdicts(subject: Subject, role: str, suite: Suite, store: Path, fresh: bool = False) -> dict[str, Verdict]:
    """All parts together."""
    found: dict[str, Verdict] = {}
    for name in PARTS:
        found.update(part(subject, role, name, suite, store, fresh))
    return found
