# SPDX-License-Identifier: Apache-2.0
"""What the user sees."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .compare import Difference, Reason, reason_of
from .verdicts import NONE, from_genuine


@dataclass
class Row:
    """One runtime, all its roles together."""

    runtime: str
    genuine: Counter[str]
    native: Counter[str]
    differences: list[Difference]
    cases: int = 0

    def add(self, role: str, theirs: Mapping, ours: Mapping, differences: list[Difference]) -> None:
        self.cases += len(theirs)
        self.genuine.update(from_genuine(words.behavior, words.close) for words in theirs.values())
        self.native.update(ours[(role, case)].verdict if (role, case) in ours else NONE for case in theirs)
        self.differences += differences


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counter.most_common())


def summary(rows: list[Row]) -> str:
    """A line a runtime."""
    lines = [f"{'runtime':18} {'cases':>5} {'same':>5} {'other':>5}  genuine | native"]
    for row in rows:
        other = len(row.differences)
        words = f"{_counts(row.genuine)} | {_counts(row.native)}"
        lines.append(f"{row.runtime:18} {row.cases:5} {row.cases - other:5} {other:5}  {words}")
    return "\n".join(lines)


def _line(difference: Difference, reason: Reason | None, verbose: bool) -> list[str]:
    why = " ".join(reason.reason.split()) if reason else "NO REASON"
    lines = [
        f"{difference.runtime:18} {difference.role:6} {difference.case:8} "
        f"{difference.genuine:8} {difference.native:8} {why}"
    ]
    if verbose or not reason:
        lines.append(f"    genuine {difference.genuine_words}; native {difference.native_case}: {difference.seen}")
    return lines


def differences(everything: list[Difference], known: list[Reason], verbose: bool) -> str:
    lines = [f"{'runtime':18} {'role':6} {'case':8} {'genuine':8} {'native':8} reason"]
    for difference in everything:
        lines += _line(difference, reason_of(difference, known), verbose)
    return "\n".join(lines) if everything else "no differences"


def idle(entries: list[tuple[Reason, list[str]]], name: str) -> str:
    """The reasons that explain nothing any more."""
    return "".join(
        f"{name}:{reason.line}: explains nothing any more for {', '.join(words)}; take it out\n"
        for reason, words in entries
    )
