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


def _block(group: list[Difference], reason: Reason | None, verbose: bool) -> list[str]:
    """All cases of one runtime that differ in the same way for the same reason."""
    first = group[0]
    cases = " ".join(difference.case for difference in group)
    lines = [f"{first.runtime:18} {first.role:6} {first.genuine:13} {first.native:8} {cases}"]
    lines.append(f"    {' '.join(reason.reason.split()) if reason else 'NO REASON'}")
    for difference in group if verbose or not reason else []:
        native = f"native {difference.native_case}: {difference.seen}"
        lines.append(f"    {difference.case}: genuine {difference.genuine_words}; {native}")
    return lines


def differences(everything: list[Difference], known: list[Reason], verbose: bool) -> str:
    """The table: runtime, role, both verdicts, the cases, and below them the reason."""
    if not everything:
        return "no differences"
    groups: dict[tuple, list[Difference]] = {}
    for difference in everything:
        reason = reason_of(difference, known)
        key = (difference.runtime, difference.role, difference.genuine, difference.native, reason)
        groups.setdefault(key, []).append(difference)
    lines = [f"{'runtime':18} {'role':6} {'genuine':13} {'native':8} cases"]
    for key, group in groups.items():
        lines += _block(group, key[-1], verbose)
    return "\n".join(lines)


def idle(entries: list[tuple[Reason, list[str]]], name: str) -> str:
    """The reasons that explain nothing any more."""
    return "".join(
        f"{name}:{reason.line}: explains nothing any more for {', '.join(words)}; take it out\n"
        for reason, words in entries
    )
