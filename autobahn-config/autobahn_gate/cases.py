# SPDX-License-Identifier: Apache-2.0
"""Which cases there are, which a profile asks for, and how a role's cases are split among processes."""

from dataclasses import dataclass

from . import CONFIG


def all_cases() -> list[str]:
    """Every case id of the pinned suite, in the suite's order."""
    lines = (CONFIG / "cases.txt").read_text(encoding="ascii").splitlines()
    return [case for line in lines if not line.startswith("#") for case in line.split()]


def group(case_id: str) -> str:
    """'12.3.14' -> '12'."""
    return case_id.split(".", 1)[0]


def _number(case_id: str) -> int:
    return int(case_id.rsplit(".", 1)[1])


# 12 and 13 send 1000 messages a case, number 1 of 16 octets to number 10 of 128 KiB; 11 to 18 are the same data
# sent in fragments. Every data set and every offer has small ones (1, 4), one of 1 KiB (6) and one in fragments (11).
_SAMPLE_NUMBERS = {"12": {1, 4, 6, 11}, "13": {1, 4, 11}}
# What TLS could break: lengths, many small frames, chopped writes, closing, and one case a data set of deflate.
_TLS_GROUPS = {"1", "2", "5", "7", "10"}


def _in_sample(case_id: str) -> bool:
    numbers = _SAMPLE_NUMBERS.get(group(case_id))
    return numbers is None or _number(case_id) in numbers


def _in_tls_part(case_id: str) -> bool:
    if group(case_id) in _TLS_GROUPS:
        return True
    if group(case_id) == "9":
        return case_id.split(".")[1] in {"1", "2", "5"} and _number(case_id) in {1, 3, 6}
    return group(case_id) == "12" and _number(case_id) == 4


@dataclass(frozen=True)
class Run:
    """One role over one transport: 'server-ws' means that the runtime is the server."""

    role: str
    transport: str
    cases: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.role}-{self.transport}"


def runs_of(profile: str) -> list[Run]:
    """All runs of a profile ('full' or 'ci'), in the order in which they are started."""
    everything = all_cases()
    plain = everything if profile == "full" else [case for case in everything if _in_sample(case)]
    secure = [case for case in everything if _in_tls_part(case)]
    return [
        Run("server", "ws", tuple(plain)),
        Run("client", "ws", tuple(plain)),
        Run("server", "wss", tuple(secure)),
        Run("client", "wss", tuple(secure)),
    ]


# Of the ten minutes a role takes, the sets of 12 that hardly compress are about half, the rest is the other half.
_HEAVY = {"12.2", "12.3", "12.5"}
_SHARD_FROM = 200


def shards_of(cases: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Splits the long runs in two of about equal length; the short ones stay whole."""
    heavy = tuple(case for case in cases if case.rsplit(".", 1)[0] in _HEAVY)
    rest = tuple(case for case in cases if case not in set(heavy))
    deflate = [case for case in cases if group(case) in {"12", "13"}]
    if len(deflate) < _SHARD_FROM:
        return [cases]
    return [heavy, rest]
