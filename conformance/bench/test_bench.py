# SPDX-License-Identifier: Apache-2.0
"""The bench's own logic: who leaves work out is not fast."""

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "autobahn-config"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_suites import measure, mute, table, tools
from bench_suites.measure import Cost, MeasureError

_ONE = tools.Task("one", ("1.1.1", "1.1.2"), ("1.*",))


def test_the_tasks_have_autobahns_numbers() -> None:
    assert len(tools.core().cases) == 247
    assert len(tools.everything("full").cases) == 517


def test_the_median_is_the_run_in_the_middle() -> None:
    assert measure.median([Cost(wall, 0, 0) for wall in (9.0, 1.0, 2.0)]).wall == 2.0


def test_a_program_that_fails_is_not_timed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such target'); raise SystemExit(2)"]
    with pytest.raises(MeasureError, match=r"ended with 2.*no such target"):
        measure.run(command, tmp_path / "log", os.getpid(), good=(0, 1))
    with pytest.raises(MeasureError, match="cannot start"):
        measure.run([str(tmp_path / "none")], tmp_path / "log", os.getpid())


def test_a_report_that_lacks_a_case_is_an_error(tmp_path: Path) -> None:
    entry = {"behavior": "OK", "behaviorClose": "OK"}
    (tmp_path / "index.json").write_text(json.dumps({"a": {"1.1.1": entry, "1.1.2": entry}}), encoding="utf-8")
    assert tools._index_verdicts(tmp_path, _ONE) == Counter({"OK/OK": 2})
    (tmp_path / "index.json").write_text(json.dumps({"a": {"1.1.1": entry}}), encoding="utf-8")
    with pytest.raises(MeasureError, match="lacks 1 of 2"):
        tools._index_verdicts(tmp_path, _ONE)


def test_results_without_a_footer_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('{"type":"header"}\n', encoding="utf-8")
    with pytest.raises(MeasureError, match="no footer"):
        tools._footer(path)


def test_ratios_say_whether_the_aim_is_reached() -> None:
    assert "50.0 times" in table.ratio("x", Cost(5, 0, 0), Cost(0.1, 0, 0), 50)
    assert "reached" in table.ratio("x", Cost(5, 0, 0), Cost(0.1, 0, 0), 50)
    assert "MISSED" in table.ratio("x", Cost(4, 0, 0), Cost(0.1, 0, 0), 50)
    assert "aim" not in table.ratio("x", Cost(4, 0, 0), Cost(0.1, 0, 0), None)


def test_the_mute_server_knows_the_accept_value() -> None:
    # The key and the value of RFC 6455 §1.3.
    answer = mute.answer(b"GET / HTTP/1.1\r\nsec-websocket-key:  dGhlIHNhbXBsZSBub25jZQ== \r\n\r\n")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" in answer
    assert mute.answer(b"GET / HTTP/1.1\r\n\r\n") == b""
