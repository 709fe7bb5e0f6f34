# SPDX-License-Identifier: Apache-2.0
"""What is slow is not wrong: once probes tell what only times out, a late answer of that kind still counts.

The peer answers no empty message, so that probes soon tell all cases that wait for an echo, and takes its time for
binary ones, more than a probe waits: no case but those of the fault may fail.
"""

import json

import pytest

from .conftest import SHAM, cases_of, judge

HEAD = "spec: RFC 6455 §5.6\ntitle: Echoes\nrole: both\nsetup: websocket\n\ncases:\n"
ECHO = """  {name}:
    level: MUST
    rule: A {kind} message of {size} bytes comes back ({{row}}).
    each: {rows}
    steps:
      - send: {{{kind}: "{data}"}}
      - expect: echo
"""
# In the order of their names: answers enough to know how quick they are, what times out, and what is slow.
PARTS = {"1-quick": ("text", "hello", 20), "2-empty": ("text", "", 6), "3-slow": ("binary", "hello", 8)}


def write_cases(folder):
    for name, (kind, data, rows) in PARTS.items():
        each = json.dumps({f"r{n:02}": {} for n in range(rows)})
        part = ECHO.format(name="echo", kind=kind, size=len(data), data=data, rows=each)
        (folder / f"{name}.yml").write_text(HEAD + part, encoding="utf-8")


@pytest.mark.parametrize("role", ["server", "client"])
def test_slow_peer(role, tmp_path):
    cases = tmp_path / "cases"
    cases.mkdir()
    write_cases(cases)
    words = ["--port", "{port}"] if role == "server" else ["{url}"]
    command = [str(SHAM), role, *words, "--fault", "empty-message-lost", "--oddity", "slow-with-binary"]
    runtime = tmp_path / "runtime.yml"
    runtime.write_text(json.dumps({"name": "slow", role: command, "speaks": ["websocket"]}), encoding="utf-8")
    # One by one, as the fault has to be known before the slow cases begin.
    judge("run", runtime, "--cases", cases, "--jobs", "1", "--out", tmp_path, check=1)
    found = cases_of(tmp_path / "results.jsonl")
    failed = [one["id"] for one in found if one["verdict"] != "pass"]
    assert len(found) == sum(rows for _, _, rows in PARTS.values())
    assert len(failed) == PARTS["2-empty"][2]
    assert all(case.startswith("2-empty/") for case in failed)
