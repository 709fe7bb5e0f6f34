# SPDX-License-Identifier: Apache-2.0
"""Turns a case's report into the text of a failure: what was expected, what came, and the wire log."""

from collections.abc import Callable
from typing import Any

_OPCODES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}


def _octets(arrow: str) -> Callable[[list[Any]], str]:
    return lambda entry: f"{arrow} {entry[1][0]} octets {entry[1][1]}"


def _frame(arrow: str) -> Callable[[list[Any]], str]:
    def text(entry: list[Any]) -> str:
        (length, payload), opcode, fin, rsv = entry[1], entry[2], entry[3], entry[4]
        kind = _OPCODES.get(opcode, f"opcode {opcode}")
        return f"{arrow} frame {kind} fin={fin} rsv={rsv} length={length} {payload!r}"

    return text


# From the side of the suite: > is what it sent, < is what came from the runtime.
_ENTRIES: dict[str, Callable[[list[Any]], str]] = {
    "TO": _octets(">"),
    "RO": _octets("<"),
    "TF": _frame(">"),
    "RF": _frame("<"),
    "CT": lambda entry: f"  waits {entry[1]} s for {entry[2]}",
    "CTE": lambda entry: f"  goes on with {entry[1]}",
    "KL": lambda entry: f"  will fail the connection after {entry[1]} s",
    "KLE": lambda entry: "  fails the connection",
    "TI": lambda entry: f"  will close after {entry[1]} s",
    "TIE": lambda entry: "  closes",
    "WLM": lambda entry: f"  wire log {'on' if entry[1] else 'off'}",
}


def wire_log(details: dict[str, Any]) -> list[str]:
    """The wire log, an entry a line. An entry of an unknown kind is shown as it is."""
    lines = []
    for entry in details.get("wirelog") or []:
        try:
            lines.append(_ENTRIES[entry[0]](entry))
        except (KeyError, IndexError, TypeError, ValueError):
            lines.append(f"  {entry!r}")
    return lines or ["  (the suite keeps no wire log for this case)"]


def _closing(details: dict[str, Any]) -> str:
    facts = [
        f"suite sent {details.get('localCloseCode')}",
        f"runtime sent {details.get('remoteCloseCode')} {details.get('remoteCloseReason') or ''}".rstrip(),
        f"clean={details.get('wasClean')}",
        f"closed by suite={details.get('closedByMe')}",
        f"failed by suite={details.get('failedByMe')}",
        f"dropped by suite={details.get('droppedByMe')}",
    ]
    if details.get("wasNotCleanReason"):
        facts.append(str(details["wasNotCleanReason"]))
    return ", ".join(facts)


def failure_text(details: dict[str, Any], complaints: list[str]) -> str:
    """Everything an author needs to see why a case failed, without opening another file."""
    rows = [
        ("rule", details.get("description")),
        ("expectation", details.get("expectation")),
        ("expected", details.get("expected")),
        ("received", details.get("received")),
        ("result", details.get("result")),
        ("expected close", details.get("expectedClose")),
        ("closing", _closing(details)),
        ("close result", details.get("resultClose")),
    ]
    lines = [f"case {details.get('id')}: {'; '.join(complaints)}"]
    lines += [f"  {name:<15}{value}" for name, value in rows]
    lines += ["  handshake"]
    for side in ("httpRequest", "httpResponse"):
        lines += [f"    {line}" for line in str(details.get(side) or "").splitlines() if line]
    lines += ["  wire log (> from the suite, < from the runtime)"]
    lines += [f"    {line}" for line in wire_log(details)]
    return "\n".join(lines)
