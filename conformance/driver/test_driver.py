# SPDX-License-Identifier: Apache-2.0
"""Drivers of all kinds before the judge: the examples, wrong ones, and programs that are none."""

import json
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CONFORM = ROOT / "build" / "release" / "conformance" / "cli" / "osprey-conform"
CASE = """\
spec: Osprey §14.3
title: One call
role: library
setup: driver
editions: [osprey-result]
cases:
  close:
    level: MUST
    rule: A call is answered.
    steps:
      - call: {httpCloseClient: {clientID: 1}}
"""
FAIL, ERROR, SKIP = "fail", "error", "skip"


@pytest.fixture(name="cases")
def one_case(tmp_path):
    folder = tmp_path / "cases" / "osprey"
    folder.mkdir(parents=True)
    (folder / "one.yml").write_text(CASE, encoding="utf-8")
    return folder.parent


def run(out, *arguments):
    done = subprocess.run(
        [CONFORM, "run", *arguments, "--out", out], capture_output=True, text=True, check=False, timeout=100
    )
    results = out / "results.jsonl"
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] if results.exists() else []
    return done, [line for line in lines if "verdict" in line]


def faulty(fault):
    return f"{sys.executable} {HERE / 'faulty_driver.py'} {fault}"


def test_a_right_driver_passes(cases, tmp_path):
    done, results = run(tmp_path, "--exec", faulty(""), "--cases", cases)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [one["verdict"] for one in results] == ["pass"]


@pytest.mark.parametrize(
    ("fault", "verdict", "why"),
    [
        ("junk", ERROR, "no JSON object: "),
        ("list", ERROR, "no JSON object: "),
        ("no-tag", ERROR, "tag is neither Success nor Error"),
        ("other-call", ERROR, "answers no call"),
        ("twice", ERROR, "answers no call"),
        ("event-without-name", ERROR, "event has no name"),
        ("errored", FAIL, "the library threw"),
        ("error-without-message", FAIL, "Error"),
        ("skipped", SKIP, "not on this machine"),
        ("dies", FAIL, "crashed: signal 11"),
        ("ends", FAIL, "ended by itself: exit code 3"),
        ("hangs", FAIL, "httpCloseClient did not come back: timeout"),
        ("floods", ERROR, "the driver printed a line longer than 256 MiB"),
        ("mute-afterwards", FAIL, "did not answer hello any more: timeout"),
    ],
)
def test_a_wrong_driver_gets_a_clear_verdict(cases, tmp_path, fault, verdict, why):
    factor = "10" if fault == "floods" else "0.2"  # so much takes its time
    done, results = run(tmp_path, "--exec", faulty(fault), "--cases", cases, "--deadline-factor", factor)
    assert [one["verdict"] for one in results] == [verdict], done.stdout + done.stderr
    assert why in results[0]["why"]
    assert done.returncode == {FAIL: 1, SKIP: 2, ERROR: 3}[verdict]


def test_a_crash_shows_the_tail_of_the_log(cases, tmp_path):
    done, results = run(tmp_path, "--exec", faulty("dies"), "--cases", cases)
    assert results[0]["crashed"]
    assert "last words of the library" in results[0]["log"]
    assert "last words of the library" in done.stdout


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("mute", "did not answer hello: timeout"),
        ("no-hello", "no JSON object"),
        ("stays", "did not end when told to stop: timeout"),
        ("dies-at-its-end", "at its end the driver crashed: signal 6"),
        ("exit-code", "at its end the driver had exit code 9"),
    ],
)
def test_a_driver_that_cannot_be_spoken_with_ends_the_run(cases, tmp_path, fault, why):
    done, _ = run(tmp_path, "--exec", faulty(fault), "--cases", cases, "--deadline-factor", "0.1")
    assert done.returncode == 3
    assert why in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["--exec", "/no/such/program"], 3, "cannot start '/no/such/program'"),
        (["--exec", "false"], 3, "ended by itself: exit code 1"),
        (["--exec", "cat"], 3, "the driver printed a line that answers no call"),
        (["--exec", ""], 2, "say what to test"),
        (["--library", "/no/such/library.so"], 2, "/no/such/library.so: no such file"),
        (["--library", str(HERE / "DRIVER.md")], 3, "cannot load the library"),
        (["--library", "x.so", "--exec", "cat"], 2, "one of them"),
    ],
)
def test_wrong_use_is_told_in_a_line(cases, tmp_path, arguments, code, why):
    done, _ = run(tmp_path, *arguments, "--cases", cases)
    assert done.returncode == code
    assert why in done.stderr


def test_a_library_without_the_names_is_named(cases, tmp_path):
    source = tmp_path / "empty.c"
    source.write_text("int nothing;\n", encoding="utf-8")
    library = tmp_path / "libempty.so"
    subprocess.run(["cc", "-shared", "-o", library, source], check=True)
    done, _ = run(tmp_path, "--library", library, "--cases", cases)
    assert done.returncode == 3
    assert "exports no function of any edition" in done.stderr


def judge_client(out, command):
    """What an example says it can do is judged; the rest is left out."""
    return run(out, "--exec", command, "--only", "osprey/14.3-http-client/**")


def test_the_python_example_is_judged(tmp_path):
    done, results = judge_client(tmp_path, f"{sys.executable} {HERE / 'examples' / 'driver.py'}")
    verdicts = {one["id"]: one["verdict"] for one in results}
    assert verdicts["osprey/14.3-http-client/get/result"] == "pass", done.stdout
    assert verdicts["osprey/14.3-http-client/body-is-sent/post/result"] == "pass"
    assert verdicts["osprey/14.3-http-client/refused/result"] == "pass"
    assert "osprey/14.3-http-client/any-method/GET/result" not in verdicts, "what it lacks is left out"


def test_the_c_example_is_judged(tmp_path):
    program = tmp_path / "driver"
    subprocess.run(["cc", "-Wall", "-Werror", "-o", program, HERE / "examples" / "driver.c"], check=True)
    done, results = judge_client(tmp_path, str(program))
    verdicts = {one["id"]: one["verdict"] for one in results}
    assert verdicts["osprey/14.3-http-client/status-is-the-value/404/int"] == "pass", done.stdout
    assert verdicts["osprey/14.3-http-client/refused/int"] == "pass"
    assert "osprey/14.3-http-client/unknown-id/zero/int" not in verdicts


@pytest.mark.parametrize("name", ["driver.py", "driver.c"])
def test_the_examples_are_short(name):
    assert len((HERE / "examples" / name).read_text(encoding="utf-8").splitlines()) <= 100
