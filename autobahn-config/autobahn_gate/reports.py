# SPDX-License-Identifier: Apache-2.0
"""Reads the report folder of one suite process. What is absent, cut off or contradictory is an error, never a pass."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ReportError(Exception):
    """The report cannot be used; the text says what is missing or broken, and where."""


@dataclass(frozen=True)
class CaseReport:
    case_id: str
    behavior: str
    behavior_close: str
    details: dict[str, Any]


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        raise ReportError(f"{path} is missing: the suite wrote no such report") from None
    except (OSError, ValueError) as error:
        raise ReportError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise ReportError(f"{path} holds {type(content).__name__}, wanted a JSON object")
    return content


def read_index(folder: Path) -> dict[str, dict[str, Any]]:
    """The cases of index.json. There must be exactly one agent: two would hide which of them was judged."""
    agents = _load(folder / "index.json")
    if len(agents) != 1:
        names = ", ".join(sorted(agents)) or "none"
        raise ReportError(f"{folder / 'index.json'} must report on one agent, it has: {names}")
    cases = next(iter(agents.values()))
    if not isinstance(cases, dict):
        raise ReportError(f"{folder / 'index.json'} holds no cases for its agent")
    return cases


def check_complete(folder: Path, asked: tuple[str, ...]) -> None:
    """Raises unless the report covers exactly the cases that were asked for."""
    reported = set(read_index(folder))
    missing = [case for case in asked if case not in reported]
    extra = sorted(reported - set(asked))
    if missing:
        raise ReportError(
            f"{folder / 'index.json'} is short: {len(missing)} of {len(asked)} cases are missing, "
            f"the first is {missing[0]}"
        )
    if extra:
        raise ReportError(f"{folder / 'index.json'} has cases nobody asked for: {', '.join(extra)}")


def read_case(folder: Path, case_id: str) -> CaseReport:
    """One case, from the index and from its own file; the two must tell the same."""
    entry = read_index(folder).get(case_id)
    if not isinstance(entry, dict):
        raise ReportError(f"{folder / 'index.json'} lacks case {case_id}: it was not run to its end")
    try:
        behavior, close, name = entry["behavior"], entry["behaviorClose"], entry["reportfile"]
    except KeyError as error:
        raise ReportError(f"{folder / 'index.json'}: case {case_id} has no field {error}") from None
    details = _load(folder / str(name))
    seen = (details.get("id"), details.get("behavior"), details.get("behaviorClose"))
    if seen != (case_id, behavior, close):
        raise ReportError(f"{folder / str(name)} says {seen}, index.json says {(case_id, behavior, close)}")
    return CaseReport(case_id, behavior, close, details)
