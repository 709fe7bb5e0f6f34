# SPDX-License-Identifier: Apache-2.0
"""The three tools: how each is asked for the same cases, and what each reports."""

import json
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from autobahn_gate.cases import all_cases, group
from autobahn_gate.job import Job
from autobahn_gate.suite import Suite

from .measure import Cost, MeasureError, run

CORE_GROUPS = ("1", "2", "3", "4", "5", "6", "7", "10")


@dataclass(frozen=True)
class Server:
    """The one server that all tools meet."""

    url: str
    pid: int


@dataclass(frozen=True)
class Task:
    """Which Autobahn cases; `profile` is a word to the judge, the others know one volume only."""

    name: str
    cases: tuple[str, ...]
    patterns: tuple[str, ...]
    profile: str = "default"


def core() -> Task:
    cases = tuple(case for case in all_cases() if group(case) in CORE_GROUPS)
    return Task("categories 1 to 7 and 10", cases, tuple(f"{number}.*" for number in CORE_GROUPS))


def everything(profile: str) -> Task:
    name = "all cases, default profile" if profile == "default" else "all cases, Autobahn's own volumes"
    return Task(name, tuple(all_cases()), ("*",), profile)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "reports").mkdir(parents=True)
    return folder


def _index_verdicts(folder: Path, task: Task) -> Counter[str]:
    """The verdicts of an Autobahn report; a case that was left out makes the time worthless."""
    agents = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    cases = next(iter(agents.values()), {})
    missing = set(task.cases) - set(cases)
    if missing:
        raise MeasureError(f"{folder / 'index.json'} lacks {len(missing)} of {len(task.cases)} cases")
    return Counter(f"{entry['behavior']}/{entry['behaviorClose']}" for entry in cases.values())


def genuine(suite: Suite, server: Server, task: Task, folder: Path) -> Cost:
    place = _fresh(folder).resolve()
    job = Job("fuzzingclient", server.url, task.cases, place)
    cost = run(suite.command(job), place / "output.txt", server.pid)
    cost.verdicts = _index_verdicts(place / "reports", task)
    return cost


def kosoku(server: Server, task: Task, folder: Path, parallel: int) -> Cost:
    place = _fresh(folder).resolve()
    program = Path(sys.executable).with_name("kosoku")
    chosen = [] if task.patterns == ("*",) else [word for one in task.patterns for word in ("-i", one)]
    command = [str(program), *chosen, "-p", str(parallel), "-o", str(place / "reports"), server.url]
    cost = run(command, place / "output.txt", server.pid, good=(0, 1))
    cost.verdicts = _index_verdicts(place / "reports", task)
    return cost


def _footer(path: Path) -> dict:
    lines = path.read_text(encoding="utf-8").splitlines()
    footer = json.loads(lines[-1]) if lines else {}
    if footer.get("type") != "footer":
        raise MeasureError(f"{path} has no footer: the run was cut short")
    return footer


def _standing_for(path: Path) -> set[str]:
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {case for line in lines for case in line.get("autobahn", [])}


def refuse(program: Path, server: Server, folder: Path) -> Cost:
    """Ours on a server that cannot be tested: the look before the run ends it with 3, without a verdict."""
    place = _fresh(folder).resolve()
    command = [str(program), "run", server.url, "--role", "server", "--out", str(place)]
    return run(command, place / "output.txt", server.pid, good=(3,))


def judge(program: Path, server: Server, task: Task | None, folder: Path, more: list[str]) -> Cost:
    """Ours. Without a task, the whole suite of the server role."""
    place = _fresh(folder).resolve()
    chosen = [word for one in task.patterns for word in ("--autobahn", one)] if task else []
    profile = ["--profile", task.profile] if task else []
    command = [str(program), "run", server.url, "--role", "server", "--out", str(place), *chosen, *profile, *more]
    cost = run(command, place / "output.txt", server.pid, good=(0, 1))
    results = place / "results.jsonl"
    cost.verdicts = Counter({word: count for word, count in _footer(results)["totals"].items() if count})
    missing = set(task.cases) - _standing_for(results) if task else set()
    if missing:
        raise MeasureError(f"{results} has no case for {len(missing)} of {len(task.cases)} Autobahn cases")
    return cost
