# SPDX-License-Identifier: Apache-2.0
"""The gate itself: every way in which a report can be bad turns it red."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from autobahn_gate import kosoku_runner, reports
from autobahn_gate.cases import Run, all_cases, runs_of, shards_of
from autobahn_gate.explain import failure_text, wire_log
from autobahn_gate.job import Job
from autobahn_gate.process import Process, ProcessError
from autobahn_gate.verdict import NO_OTHER_VERDICT, complaints


def write_report(folder: Path, verdicts: dict[str, tuple[str, str]], agent: str = "a") -> Path:
    """A report folder as the suite writes it, cut down to what the gate reads."""
    index: dict[str, Any] = {}
    for case, (behavior, close) in verdicts.items():
        name = f"{agent}_case_{case.replace('.', '_')}.json"
        index[case] = {"behavior": behavior, "behaviorClose": close, "duration": 1, "reportfile": name}
        details = {"id": case, "behavior": behavior, "behaviorClose": close, "wirelog": []}
        (folder / name).write_text(json.dumps(details))
    (folder / "index.json").write_text(json.dumps({agent: index}))
    return folder


@pytest.mark.parametrize("case", ["1.1.1", "7.1.6", "7.13.1"])
def test_ok_in_both_passes(case: str) -> None:
    assert complaints(case, "OK", "OK") == []


@pytest.mark.parametrize("case", sorted(NO_OTHER_VERDICT))
def test_informational_passes_where_autobahn_knows_nothing_else(case: str) -> None:
    assert complaints(case, "INFORMATIONAL", "INFORMATIONAL") == []


BAD = [
    "NON-STRICT",
    "UNIMPLEMENTED",
    "FAILED",
    "WRONG CODE",
    "UNCLEAN",
    "FAILED BY CLIENT",
    "ERROR",
    "INFORMATIONAL",
    "ok",
    "",
    None,
]


@pytest.mark.parametrize("verdict", BAD)
def test_any_other_behavior_fails(verdict: str | None) -> None:
    assert complaints("1.1.1", verdict, "OK")


@pytest.mark.parametrize("verdict", BAD)
def test_any_other_close_fails(verdict: str | None) -> None:
    assert complaints("1.1.1", "OK", verdict)


@pytest.mark.parametrize("case", sorted(NO_OTHER_VERDICT))
@pytest.mark.parametrize("verdict", [verdict for verdict in BAD if verdict != "INFORMATIONAL"])
def test_an_informational_case_can_fail(case: str, verdict: str | None) -> None:
    assert complaints(case, verdict, "INFORMATIONAL")
    assert complaints(case, "INFORMATIONAL", verdict)


def test_a_whole_report_is_read(tmp_path: Path) -> None:
    write_report(tmp_path, {"1.1.1": ("OK", "OK"), "1.1.2": ("FAILED", "OK")})
    reports.check_complete(tmp_path, ("1.1.1", "1.1.2"))
    assert reports.read_case(tmp_path, "1.1.2").behavior == "FAILED"


def test_a_missing_report_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(reports.ReportError, match="missing"):
        reports.read_case(tmp_path, "1.1.1")
    with pytest.raises(reports.ReportError, match="missing"):
        reports.check_complete(tmp_path, ())


def test_a_refused_connection_leaves_an_empty_report_and_that_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text("{}")
    with pytest.raises(reports.ReportError, match="one agent"):
        reports.check_complete(tmp_path, ())


def test_a_short_report_is_an_error(tmp_path: Path) -> None:
    write_report(tmp_path, {"1.1.1": ("OK", "OK")})
    with pytest.raises(reports.ReportError, match="short: 1 of 2"):
        reports.check_complete(tmp_path, ("1.1.1", "1.1.2"))
    with pytest.raises(reports.ReportError, match=r"lacks case 1\.1\.2"):
        reports.read_case(tmp_path, "1.1.2")


def test_a_case_nobody_asked_for_is_an_error(tmp_path: Path) -> None:
    write_report(tmp_path, {"1.1.1": ("OK", "OK"), "1.1.2": ("OK", "OK")})
    with pytest.raises(reports.ReportError, match="nobody asked for"):
        reports.check_complete(tmp_path, ("1.1.1",))


def test_two_agents_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(json.dumps({"a": {}, "b": {}}))
    with pytest.raises(reports.ReportError, match="a, b"):
        reports.read_index(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": 1}', '{"a": {"1.1.1": "OK"}}', '{"a": {"1.1.1": {}}}'])
def test_an_unreadable_index_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(reports.ReportError):
        reports.read_case(tmp_path, "1.1.1")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"id": "1.1.1", "behavior": "FAILED", "behaviorClose": "OK"}'])
def test_an_unreadable_or_contradicting_case_file_is_an_error(tmp_path: Path, text: str) -> None:
    write_report(tmp_path, {"1.1.1": ("OK", "OK")})
    (tmp_path / "a_case_1_1_1.json").write_text(text)
    with pytest.raises(reports.ReportError):
        reports.read_case(tmp_path, "1.1.1")


def test_a_lost_case_file_is_an_error(tmp_path: Path) -> None:
    write_report(tmp_path, {"1.1.1": ("OK", "OK")})
    (tmp_path / "a_case_1_1_1.json").unlink()
    with pytest.raises(reports.ReportError, match="missing"):
        reports.read_case(tmp_path, "1.1.1")


def test_the_failure_text_has_the_wire_log() -> None:
    details = {
        "id": "3.1",
        "expectation": "closed at once",
        "httpRequest": "GET / HTTP/1.1\r\n\r\n",
        "wirelog": [
            ["TO", [7, "c18500"], False],
            ["RF", [5, "hello"], 1, True, 4, False, None],
            ["KL", 1],
            ["NEW", "kind"],
        ],
    }
    text = failure_text(details, ["behaviorClose is 'FAILED', wanted OK"])
    assert "case 3.1: behaviorClose is 'FAILED'" in text
    assert "closed at once" in text
    assert "> 7 octets c18500" in text
    assert "< frame text fin=True rsv=4 length=5 'hello'" in text
    assert "['NEW', 'kind']" in text


def test_only_kosoku_s_own_refusals_are_not_judged() -> None:
    def report(case: str, behavior: str, close: str = "OK") -> reports.CaseReport:
        return reports.CaseReport(case, behavior, close, {})

    assert kosoku_runner.not_judged("client", report("13.5.11", "UNIMPLEMENTED"))
    for role, found in [
        ("server", report("13.5.11", "UNIMPLEMENTED")),
        ("client", report("13.1.11", "UNIMPLEMENTED")),
        ("client", report("13.5.11", "FAILED")),
        ("client", report("13.5.11", "UNIMPLEMENTED", "FAILED")),
    ]:
        assert kosoku_runner.not_judged(role, found) is None


def test_no_wire_log_is_said() -> None:
    assert "keeps no wire log" in wire_log({"wirelog": []})[0]


def test_full_has_every_case_in_both_roles() -> None:
    runs = {run.name: run.cases for run in runs_of("full")}
    assert len(all_cases()) == len(set(all_cases())) == 517
    assert runs["server-ws"] == runs["client-ws"] == tuple(all_cases())


def test_ci_has_all_but_the_long_tail() -> None:
    runs = {run.name: set(run.cases) for run in runs_of("ci")}
    short = {case for case in all_cases() if not case.startswith(("12.", "13."))}
    subgroups = {case.rsplit(".", 1)[0] for case in all_cases() if case.startswith(("12.", "13."))}
    for name in ("server-ws", "client-ws"):
        assert short <= runs[name]
        assert subgroups <= {case.rsplit(".", 1)[0] for case in runs[name]}


@pytest.mark.parametrize("profile", ["full", "ci"])
def test_shards_have_every_case_once(profile: str) -> None:
    for run in runs_of(profile):
        shards = shards_of(run.cases)
        assert sorted(case for shard in shards for case in shard) == sorted(run.cases)
        assert all(shards)


@pytest.mark.parametrize("mode", ["fuzzingclient", "fuzzingserver"])
def test_the_templates_exclude_nothing(mode: str, tmp_path: Path) -> None:
    cases = ("1.1.1", "9.1.1")
    spec = json.loads(Job(mode, "ws://127.0.0.1:1", cases, tmp_path).write_spec().read_text())
    assert spec["cases"] == list(cases)
    assert spec["exclude-cases"] == []
    assert spec["exclude-agent-cases"] == {}
    assert spec["outdir"] == str(tmp_path / "reports")


def test_a_process_that_ends_too_soon_is_told_with_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such port'); raise SystemExit(2)"]
    with Process(command, tmp_path / "log") as process, pytest.raises(ProcessError, match="no such port"):
        process.wait_line("listening on")


def test_a_process_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="cannot start"):
        Process([str(tmp_path / "nothing")], tmp_path / "log")


def test_a_process_that_never_ends_is_ended(tmp_path: Path) -> None:
    process = Process([sys.executable, "-c", "input() if False else __import__('signal').pause()"], tmp_path / "log")
    with process, pytest.raises(ProcessError, match="still running"):
        process.wait(0.1)
    assert not process.running()


def test_a_run_has_a_name() -> None:
    assert Run("server", "ws", ()).name == "server-ws"
