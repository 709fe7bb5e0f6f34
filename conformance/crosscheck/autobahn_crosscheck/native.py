# SPDX-License-Identifier: Apache-2.0
"""The native suite's verdicts, from the results.jsonl of a run of the judge."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .runtimes import Subject
from .verdicts import from_native


class NativeError(Exception):
    """The judge did not run, or its results are not whole."""


@dataclass
class Native:
    """All native cases of one Autobahn case, in one role."""

    verdicts: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        return from_native(self.verdicts.values())

    def worst(self) -> str:
        """The case whose verdict counts."""
        return next((case for case, word in self.verdicts.items() if from_native([word]) == self.verdict), "")


def _lines(path: Path) -> list[dict]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise NativeError(f"{path} cannot be read: {error.strerror}") from None
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found.append(json.loads(line))
        except ValueError:
            raise NativeError(f"{path}:{number} is not JSON: the run was cut short") from None
    return found


def read(path: Path) -> dict[tuple[str, str], Native]:
    """(role, Autobahn id) -> its native cases. A file without its footer is an error."""
    lines = _lines(path)
    if not lines or lines[0].get("type") != "header":
        raise NativeError(f"{path} has no header: it is no results file")
    if lines[-1].get("type") != "footer":
        raise NativeError(f"{path} has no footer: the run was cut short")
    found: dict[tuple[str, str], Native] = {}
    for line in lines:
        if line.get("type") != "case":
            continue
        for autobahn in line.get("autobahn", []):
            native = found.setdefault((line["role"], autobahn), Native())
            native.verdicts[line["id"]] = line["verdict"]
            native.seen[line["id"]] = line.get("seen") or line.get("why") or ""
    return found


def run(
    judge: Path, subject: Subject, cases: list[str], defines: dict[str, str], out: Path, more: list[str]
) -> dict[tuple[str, str], Native]:
    """Runs the judge on the cases that stand for the Autobahn cases given."""
    command = [str(judge), "run", str(subject.file), "--out", str(out), *more]
    command += [word for name, value in defines.items() for word in ("--define", f"{name}={value}")]
    command += [word for case in cases for word in ("--autobahn", case)]
    out.mkdir(parents=True, exist_ok=True)
    results = out / "results.jsonl"
    # What an earlier run left must not be taken for this one's.
    results.unlink(missing_ok=True)
    with (out / "output.txt").open("w", encoding="utf-8") as log:
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode
        except OSError as error:
            raise NativeError(f"cannot start {judge}: {error.strerror}") from None
    if status not in (0, 1):
        tail = (out / "output.txt").read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
        raise NativeError(f"the judge ended with {status} on {subject.name}: {' / '.join(tail)}")
    return read(results)
