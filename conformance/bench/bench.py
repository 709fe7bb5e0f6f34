#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the genuine Autobahn suite, kosoku and the judge, one after the other, on one echo server; prints ratios.

Exit: 0 = all was measured, 2 = wrong use, 3 = a tool or a server is missing or did not do its part.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The gate already knows how to find and to start the genuine suite.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "autobahn-config"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from autobahn_gate import suite
from autobahn_gate.process import Process, ProcessError
from bench_suites import HERE, ROOT, table, tools
from bench_suites.measure import Cost, MeasureError, median

_READY = r"listening on (wss?://\S+)"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--judge", type=Path, default=ROOT / "build/release/conformance/cli/osprey-conform")
    parser.add_argument("--server", type=Path, default=ROOT / "build/peers/beast", help="takes --port 0")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts (default: 3; of all cases, one)")
    parser.add_argument("--parallel", default="1,4,8,16,32", help="what kosoku tries; its best counts")
    parser.add_argument("--all", action="store_true", help="also all 517 cases, in both profiles (half an hour)")
    parser.add_argument("--part", action="append", choices=("core", "all", "mute"), help="this part only; repeatable")
    parser.add_argument("--all-parallel", default="1,2,4", help="what kosoku tries on all cases")
    parser.add_argument("--skip-genuine-all", action="store_true", help="with --all, leave out the genuine suite")
    parser.add_argument(
        "--genuine-mute", action="store_true", help="the genuine suite on the mute server too (8 minutes)"
    )
    parser.add_argument("--judge-option", action="append", default=[], metavar="WORD", help="passed on to the judge")
    parser.add_argument("--out", type=Path, help="keep all reports here")
    chosen = parser.parse_args()
    chosen.judge = chosen.judge.resolve()
    for name, path in (("--judge", chosen.judge), ("--server", chosen.server)):
        if not path.is_file():
            parser.error(f"{name}: {path} is not there; build it, or say where it is")
    chosen.part = set(chosen.part or ["core", "mute"]) | ({"all"} if chosen.all else set())
    if chosen.rounds < 1:
        parser.error("--rounds must be at least 1")
    return chosen


@contextmanager
def running(command: list[str], log: Path) -> Iterator[tools.Server]:
    with Process(command, log) as process:
        url = process.wait_line(_READY)[1]
        yield tools.Server(url, process.pid)


class Bench:
    def __init__(self, chosen: argparse.Namespace, genuine: suite.Suite, out: Path) -> None:
        self._chosen = chosen
        self._genuine = genuine
        self._out = out

    def _ours(self, server: tools.Server, task: tools.Task | None, name: str) -> Cost:
        return tools.judge(self._chosen.judge, server, task, self._out / name, self._chosen.judge_option)

    def _kosoku(self, server: tools.Server, task: tools.Task, ways: str, rounds: int) -> tuple[str, Cost]:
        """Its best parallelism, each way with all its rounds on the screen."""
        found = {}
        for parallel in (int(word) for word in ways.split(",")):
            runs = [tools.kosoku(server, task, self._out / f"kosoku-{parallel}", parallel) for _ in range(rounds)]
            found[f"kosoku, {parallel} at a time"] = median(runs)
            print(table.row(f"kosoku, {parallel} at a time", median(runs)), flush=True)
        return min(found.items(), key=lambda entry: entry[1].wall)

    def core(self, server: tools.Server) -> None:
        task, rounds = tools.core(), range(self._chosen.rounds)
        print(table.head(f"{task.name}: {len(task.cases)} cases, median of {len(rounds)}"), flush=True)
        theirs = median([tools.genuine(self._genuine, server, task, self._out / "genuine") for _ in rounds])
        print(table.row("genuine Autobahn", theirs), flush=True)
        name, best = self._kosoku(server, task, self._chosen.parallel, len(rounds))
        ours = median([self._ours(server, task, "ours") for _ in rounds])
        print(table.row("ours", ours))
        print(table.ratio("genuine Autobahn", theirs, ours, 50))
        print(table.ratio(name, best, ours, 5), flush=True)

    def everything(self, server: tools.Server) -> None:
        small, full = tools.everything("default"), tools.everything("full")
        print(table.head(f"all {len(full.cases)} cases, one run each"), flush=True)
        ours = self._ours(server, small, "ours-all")
        print(table.row("ours, default profile", ours), flush=True)
        ours_full = self._ours(server, full, "ours-full")
        print(table.row("ours, full profile", ours_full), flush=True)
        name, best = self._kosoku(server, full, self._chosen.all_parallel, 1)
        if not self._chosen.skip_genuine_all:
            theirs = tools.genuine(self._genuine, server, full, self._out / "genuine-all")
            print(table.row("genuine Autobahn", theirs), flush=True)
            print(table.ratio("genuine Autobahn (ours: default profile)", theirs, ours, 20))
        print(table.ratio(f"{name} (ours: full profile)", best, ours_full, 1), flush=True)

    def mute(self, server: tools.Server) -> None:
        task = tools.core()
        print(table.head("a mute server"), flush=True)
        ours = tools.refuse(self._chosen.judge, server, self._out / "mute")
        print(table.row("ours, which ends after a first look", ours), flush=True)
        if self._chosen.genuine_mute:
            theirs = tools.genuine(self._genuine, server, task, self._out / "genuine-mute")
            print(table.row("genuine Autobahn", theirs))
            print(table.ratio("genuine Autobahn", theirs, ours, None), flush=True)

    def run(self) -> None:
        with running([str(self._chosen.server.resolve()), "--port", "0"], self._out / "server.log") as server:
            if "core" in self._chosen.part:
                self.core(server)
            if "all" in self._chosen.part:
                self.everything(server)
        if "mute" not in self._chosen.part:
            return
        mute = [sys.executable, str(HERE / "bench_suites" / "mute.py")]
        with running(mute, self._out / "mute.log") as server:
            self.mute(server)


def main() -> int:
    chosen = options()
    try:
        genuine, _ = suite.find(ROOT / "build/autobahn-venv")
        if genuine.kind == "kosoku":
            raise MeasureError(
                "no genuine Autobahn suite is at hand: it needs Python 2.7, wstest or a container engine"
            )
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {genuine.about}; server {chosen.server.name}")
        with tempfile.TemporaryDirectory(prefix="osprey-bench-") as temporary:
            out = chosen.out or Path(temporary)
            Bench(chosen, genuine, out.resolve()).run()
    except (MeasureError, ProcessError, suite.SuiteError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
