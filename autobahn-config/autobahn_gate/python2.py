# SPDX-License-Identifier: Apache-2.0
"""Makes, once, the environment in which the genuine suite runs: it needs CPython 2.7 or PyPy 2.7."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import CONFIG

_NAMES = ("python2.7", "python2", "pypy", "pypy2", "pypy2.7")
_ASK = (
    "import platform, sys, ssl;"
    "print(platform.python_implementation(), sys.version.split()[0], sys.version_info[:2] == (2, 7))"
)
_PINS = CONFIG / "requirements-python2.txt"
_TOOL_PINS = CONFIG / "requirements-virtualenv.txt"


class Python2Error(Exception):
    """No environment for Python 2.7 could be made; the text says why."""


@dataclass(frozen=True)
class Environment:
    interpreter: str
    suite_version: str


def _candidates() -> Iterator[str]:
    for name in _NAMES:
        if found := shutil.which(name):
            yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for pattern in ("2.7*", "pypy2.7*"):
        for folder in sorted(pyenv.glob(pattern), reverse=True):
            yield str(folder / "bin" / "python")


def _interpreter() -> tuple[str, str] | None:
    """Path and name of the first interpreter that really is a 2.7; a pyenv shim without a version set is none."""
    for path in _candidates():
        try:
            answer = subprocess.run([path, "-c", _ASK], capture_output=True, text=True, timeout=60, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        # Python 2 prints the call's argument as a tuple.
        words = answer.stdout.translate(str.maketrans("", "", "(),'")).split()
        if len(words) == 3 and words[2] == "True":
            return path, f"{words[0]} {words[1]}"
    return None


def _run(command: list[str], log: Path) -> None:
    with log.open("ab") as out:
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=900, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise Python2Error(f"making the environment failed, see {log}: {error}") from None


def _make(venv: Path, interpreter: str, log: Path) -> None:
    tool = venv.with_name(venv.name + "-tool")
    for folder in (venv, tool):
        shutil.rmtree(folder, ignore_errors=True)
    log.unlink(missing_ok=True)
    quiet = ["--quiet", "--disable-pip-version-check"]
    _run([sys.executable, "-m", "venv", str(tool)], log)
    _run([str(tool / "bin" / "pip"), "install", *quiet, "-r", str(_TOOL_PINS)], log)
    _run([str(tool / "bin" / "virtualenv"), "--quiet", "-p", interpreter, str(venv)], log)
    _run([str(venv / "bin" / "python"), "-m", "pip", "install", *quiet, "-r", str(_PINS)], log)
    # The suite says its version only when all that it imports is there.
    _run([str(venv / "bin" / "python"), str(venv / "bin" / "wstest"), "-a"], log)


def environment(venv: Path) -> Environment:
    """The environment in `venv`, made now if it is not there or its pins or its interpreter have changed."""
    found = _interpreter()
    if not found:
        raise Python2Error("no Python 2.7 or PyPy 2.7 on PATH or under pyenv")
    interpreter, name = found
    pins = _PINS.read_bytes() + _TOOL_PINS.read_bytes() + interpreter.encode() + name.encode()
    stamp = hashlib.sha256(pins).hexdigest()
    venv.parent.mkdir(parents=True, exist_ok=True)
    with venv.with_name(venv.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = venv / "made-from.sha256"
        if not mark.is_file() or mark.read_text(encoding="ascii") != stamp:
            _make(venv, interpreter, venv.with_name(venv.name + ".log"))
            mark.write_text(stamp, encoding="ascii")
    return Environment(name, suite_version())


def suite_version() -> str:
    """The pinned version of autobahntestsuite."""
    for line in _PINS.read_text(encoding="ascii").splitlines():
        if line.startswith("autobahntestsuite=="):
            return line.split("==")[1].strip()
    raise Python2Error(f"{_PINS} does not pin autobahntestsuite")
