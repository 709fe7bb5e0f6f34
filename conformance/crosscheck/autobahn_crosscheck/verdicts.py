# SPDX-License-Identifier: Apache-2.0
"""Puts the words of both suites on one scale. Pure logic."""

from collections.abc import Iterable

from autobahn_gate.cases import all_cases

# From best to worst; of several native cases for one Autobahn case, the worst word counts.
ORDER = ("skip", "pass", "lenient", "fail", "error")
NONE = "none"

# Autobahn knows ways to fail a closing that differ in name only, as far as a verdict goes.
_GOOD_CLOSE = {"OK", "INFORMATIONAL"}
_BEHAVIOR = {"OK": "pass", "NON-STRICT": "lenient", "UNIMPLEMENTED": "skip", "INFORMATIONAL": "informational"}
# A known deviation is a failure that the author has declared; a stale one is a pass.
_NATIVE = {"known": "fail", "stale": "pass"}


class VerdictError(Exception):
    """A word that neither suite is known to use."""


def from_genuine(behavior: str, close: str) -> str:
    """One word for Autobahn's two. UNIMPLEMENTED comes first: nothing was tried, however it ended."""
    if behavior == "FAILED":
        return "fail"
    if behavior not in _BEHAVIOR:
        raise VerdictError(f"Autobahn's behavior {behavior!r} is none that is known")
    if behavior == "UNIMPLEMENTED":
        return "skip"
    return _BEHAVIOR[behavior] if close in _GOOD_CLOSE else "fail"


def from_native(words: Iterable[str]) -> str:
    """The worst of the native verdicts; NONE without any."""
    scaled = [_NATIVE.get(word, word) for word in words]
    for word in scaled:
        if word not in ORDER:
            raise VerdictError(f"the native verdict {word!r} is none that is known")
    return max(scaled, key=ORDER.index, default=NONE)


def agree(genuine: str, native: str) -> bool:
    """INFORMATIONAL says nothing about the peer except that the case could be played to its end."""
    if genuine == "informational":
        return native in ("pass", "lenient")
    return genuine == native


def sort_key(case_id: str) -> list[int]:
    """'9.10.1' after '9.2.1'."""
    return [int(number) for number in case_id.split(".")]


def known_ids() -> frozenset[str]:
    return frozenset(all_cases())
