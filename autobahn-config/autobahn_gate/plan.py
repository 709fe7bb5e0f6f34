# SPDX-License-Identifier: Apache-2.0
"""Starts the shards side by side and hands each case its shard's outcome as soon as that is there."""

import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import reports
from .cases import Run, shards_of
from .roles import Setting, fresh_folder, run_shard
from .suite import Suite


@dataclass(frozen=True)
class Outcome:
    """A shard that has been run: its reports, and what went wrong with its processes, if anything."""

    folder: Path
    cases: tuple[str, ...]
    trouble: str | None
    seconds: float

    @property
    def reports(self) -> Path:
        return self.folder / "reports"


class Plan:
    """All shards of the runs given, `jobs` at a time. Only the cases given are asked for."""

    def __init__(self, setting: Setting, runs: list[Run], folder: Path, jobs: int) -> None:
        self._setting = setting
        self._pool = ThreadPoolExecutor(max_workers=jobs)
        self._shards: dict[str, list[tuple[tuple[str, ...], Future[Outcome]]]] = {}
        for run in runs:
            shards = shards_of(run.cases)
            for number, cases in enumerate(shards, 1):
                name = run.name if len(shards) == 1 else f"{run.name}-{number}"
                future = self._pool.submit(self._do, run, cases, folder / name)
                self._shards.setdefault(run.name, []).append((cases, future))

    @property
    def suite(self) -> Suite:
        return self._setting.suite

    def _do(self, run: Run, cases: tuple[str, ...], folder: Path) -> Outcome:
        start = time.monotonic()
        place = fresh_folder(folder)
        trouble = run_shard(self._setting, run, cases, place)
        return Outcome(place, cases, trouble, time.monotonic() - start)

    def outcomes(self, run_name: str) -> list[Outcome]:
        """The outcomes of all shards of a run; waits for them."""
        return [future.result() for _, future in self._shards.get(run_name, [])]

    def outcome(self, run_name: str, case_id: str) -> Outcome:
        """The outcome of the shard that has the case; waits for it."""
        for cases, future in self._shards[run_name]:
            if case_id in cases:
                return future.result()
        raise KeyError(f"{run_name} has no case {case_id}")

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def summary(self) -> list[str]:
        """A line a run: how many cases, which verdicts, how long."""
        return [self._line(name) for name in self._shards]

    def _line(self, name: str) -> str:
        verdicts: Counter[str] = Counter()
        asked, seconds = 0, 0.0
        for cases, future in self._shards[name]:
            asked += len(cases)
            if not future.done() or future.cancelled() or future.exception():
                continue
            outcome = future.result()
            seconds = max(seconds, outcome.seconds)
            try:
                index = reports.read_index(outcome.reports)
            except reports.ReportError:
                continue
            for entry in index.values():
                verdicts[f"{entry.get('behavior')}/{entry.get('behaviorClose')}"] += 1
        counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
        return f"{name}: {asked} cases asked, {sum(verdicts.values())} reported ({counts or 'none'}) in {seconds:.0f} s"
