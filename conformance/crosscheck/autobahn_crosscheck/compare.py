# SPDX-License-Identifier: Apache-2.0
"""Finds the differences of one runtime, and what the reasons say about them. Pure logic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .verdicts import NONE, agree, from_genuine, sort_key


@dataclass(frozen=True)
class Difference:
    """One case of one runtime on which the two suites do not agree."""

    runtime: str
    role: str
    case: str
    genuine: str
    native: str
    genuine_words: str = ""
    native_case: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a difference stays. `flips`: it depends on timing, so that it need not be there."""

    runtimes: tuple[str, ...]
    cases: tuple[str, ...]
    genuine: str
    native: str
    reason: str
    flips: bool = False
    line: int = 0

    def explains(self, difference: Difference) -> bool:
        return (
            self.genuine == difference.genuine
            and self.native == difference.native
            and any(fnmatchcase(difference.runtime, glob) for glob in self.runtimes)
            and any(fnmatchcase(difference.case, glob) for glob in self.cases)
        )


def differences(runtime: str, role: str, genuine: Mapping[str, object], native: Mapping) -> list[Difference]:
    """All cases of the genuine report on which the native verdict is another, in Autobahn's order."""
    found = []
    for case in sorted(genuine, key=sort_key):
        words = genuine[case]
        said = from_genuine(words.behavior, words.close)
        ours = native.get((role, case))
        verdict = ours.verdict if ours else NONE
        if agree(said, verdict):
            continue
        worst = ours.worst() if ours else ""
        seen = ours.seen.get(worst, "") if ours else "no native case names it"
        found.append(Difference(runtime, role, case, said, verdict, str(words), worst, seen))
    return found


def reason_of(difference: Difference, reasons: Iterable[Reason]) -> Reason | None:
    return next((reason for reason in reasons if reason.explains(difference)), None)


def idle(reason: Reason, compared: Iterable[str], everything: Iterable[Difference]) -> list[str]:
    """The runtimes and cases that a reason names in vain.

    Only runtimes that were compared count, and cases only when all runtimes that the reason names were.
    """
    if reason.flips:
        return []
    compared = list(compared)
    explained = [difference for difference in everything if reason.explains(difference)]
    named = {glob: [name for name in compared if fnmatchcase(name, glob)] for glob in reason.runtimes}
    vain = [
        f"runtime {glob}"
        for glob, names in named.items()
        if names and not any(fnmatchcase(difference.runtime, glob) for difference in explained)
    ]
    if all(named.values()):
        vain += [
            f"case {glob}"
            for glob in reason.cases
            if not any(fnmatchcase(difference.case, glob) for difference in explained)
        ]
    return vain
