# SPDX-License-Identifier: Apache-2.0
"""What a process may use is measured in every place of a case, and what is not measured is no pass."""

import re
import subprocess

import pytest

from .conftest import SHAM, cases_of, judge, only, runtime_file

HEAD = "spec: RFC 6455 §10.4\ntitle: Measured\nrole: server\nsetup: websocket\ncases:\n"
CASE = """  a-case:
    level: SHOULD
    rule: Something holds.
    steps:
      - send: {text: a, fin: false}
      - send: {continuation: a, fin: false, times: 80000, in-flight: 100000}
      - send: {frame: a, opcode: 3}
      - EXPECT
"""
PLACES = {
    "beside": ("expect: {closed: true, memory: 4 MiB}", "pass"),
    "any": ("expect: {any: [{alive: true}, {closed: true, memory: 4 MiB}]}", "pass"),
    "beside-any": ("expect: {any: [{alive: true}, {closed: true}], memory: 4 MiB}", "pass"),
    "tolerate": ("{expect: {closed: true, code: 1000}, tolerate: {closed: true, memory: 4 MiB}}", "lenient"),
}


def verdict_of(folder, expect, target, *words):
    cases = folder / "cases" / "rfc6455"
    cases.mkdir(parents=True, exist_ok=True)
    (cases / "10.4-measured.yml").write_text(HEAD + CASE.replace("EXPECT", expect), encoding="utf-8")
    judge("run", target, "--cases", folder / "cases", "--out", folder / "out", *words)
    (case,) = cases_of(folder / "out" / "results.jsonl")
    return case


@pytest.fixture
def address():
    """An implementation that the suite did not start."""
    command = [str(SHAM), "server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        port = re.search(r"(\d+)\D*$", process.stdout.readline()).group(1)
        yield f"ws://127.0.0.1:{port}/"
        process.terminate()


@pytest.mark.parametrize("place", PLACES)
def test_a_limit_counts_wherever_it_stands(tmp_path, place):
    expect, good = PLACES[place]
    assert verdict_of(tmp_path, expect, runtime_file(tmp_path))["verdict"] == good
    bad = verdict_of(tmp_path, expect, runtime_file(tmp_path, fault="fragments-cost-memory"))
    assert bad["verdict"] == "fail"
    assert "memory grew by" in bad["seen"]


@pytest.mark.parametrize("place", PLACES)
def test_what_is_not_measured_is_skipped_with_the_reason(tmp_path, place, address):
    case = verdict_of(tmp_path, PLACES[place][0], address)
    assert (case["verdict"], case["why"]) == ("skip", "not measured: osprey-conform did not start the implementation")


def test_a_reading_without_a_figure_holds_unmeasured(tmp_path, address):
    expect = "expect: {any: [{closed: true, code: 1002, memory: 1 MiB}, {closed: true}]}"
    assert verdict_of(tmp_path, expect, address)["verdict"] == "pass"


def test_slope_sees_what_is_kept_and_not_what_is_collected(tmp_path):
    flood = only("robustness/floods/*-fragments")
    for name, fault, verdict in (("good", None, {"pass"}), ("bad", "fragments-cost-memory", {"fail"})):
        judge("run", runtime_file(tmp_path, name=name, fault=fault), "--out", tmp_path / name, *flood)
        assert {case["verdict"] for case in cases_of(tmp_path / name / "results.jsonl")} == verdict


def test_what_is_held_back_until_more_comes_is_told(tmp_path):
    judge("run", runtime_file(tmp_path, fault="pong-held"), "--out", tmp_path, *only("rfc6455/5.5.2*/**"))
    seen = [case["seen"] for case in cases_of(tmp_path / "results.jsonl") if case["verdict"] == "fail"]
    assert any("came only after a further message" in one for one in seen)
