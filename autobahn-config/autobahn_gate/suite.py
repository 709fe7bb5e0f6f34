# SPDX-License-Identifier: Apache-2.0
"""Finds the suite: the genuine one where there is any way to it, else the runner of its case files for Python 3."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import container, kosoku_runner, python2
from .job import Job

KINDS = ("wstest", "python2", "container", "kosoku")


class SuiteError(Exception):
    """No suite, or not the wanted one; the text has a line of reason for each kind that was tried."""


@dataclass(frozen=True)
class Suite:
    """`command` turns a job into the command line that does it."""

    kind: str
    about: str
    command: Callable[[Job], list[str]]
    speaks_tls: bool = True


def _wstest_command(prefix: Callable[[Job], list[str]]) -> Callable[[Job], list[str]]:
    def command(job: Job) -> list[str]:
        mode = ["-m", job.mode, "-s", str(job.write_spec())]
        web = ["-u", "0"] if job.mode == "fuzzingserver" else []
        return prefix(job) + mode + web

    return command


def _on_path() -> Suite | str:
    wstest = shutil.which("wstest")
    if not wstest:
        return "no wstest on PATH"
    try:
        answer = subprocess.run([wstest, "-a"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{wstest} does not run: {error}"
    version = " ".join(answer.stdout.split())
    return Suite("wstest", f"genuine suite, {wstest} ({version})", _wstest_command(lambda _: [wstest]))


def _python2(venv: Path) -> Suite | str:
    try:
        made = python2.environment(venv)
    except python2.Python2Error as error:
        return str(error)
    wstest = [str(venv / "bin" / "python"), str(venv / "bin" / "wstest")]
    about = f"genuine suite, autobahntestsuite {made.suite_version} on {made.interpreter}"
    return Suite("python2", about, _wstest_command(lambda _: wstest))


def _container() -> Suite | str:
    engine = container.engine()
    if not engine:
        return "neither docker nor podman answers"
    about = f"genuine suite, image {container.image()} under {Path(engine).name}"
    return Suite("container", about, _wstest_command(lambda job: container.prefix(engine, job.folder)))


def _kosoku() -> Suite | str:
    version = kosoku_runner.version()
    if not version:
        return "kosoku is not installed (ci/requirements.txt has it)"
    about = f"kosoku {version}, which runs Autobahn's own case files on Python 3 (no genuine suite is at hand)"
    return Suite("kosoku", about, kosoku_runner.command, speaks_tls=False)


def find(venv: Path, only: str = "auto") -> tuple[Suite, list[str]]:
    """The first suite at hand, in the order of KINDS, and why those before it were not taken."""
    ways: dict[str, Callable[[], Suite | str]] = {
        "wstest": _on_path,
        "python2": lambda: _python2(venv),
        "container": _container,
        "kosoku": _kosoku,
    }
    reasons = []
    for kind in KINDS if only == "auto" else (only,):
        found = ways[kind]()
        if isinstance(found, Suite):
            return found, reasons
        reasons.append(f"{kind}: {found}")
    raise SuiteError("no Autobahn suite is at hand\n  " + "\n  ".join(reasons))
