# SPDX-License-Identifier: Apache-2.0
"""The pytest plug-in, in a pytest of its own."""

import pytest
import yaml

from .conftest import JUDGE, ROOT, cases_of, environment, judge, only, runtime_file

PART = ["--osprey-option=--only", "--osprey-option=rfc6455/5.5.1*/**"]
FAULT = "close-not-answered"


@pytest.fixture
def inner(pytester, monkeypatch):
    """Runs pytest with the plug-in; the folder knows nothing of the outer run."""
    for name in set(__import__("os").environ) - set(environment()):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "conformance" / "pytest"))
    monkeypatch.setenv("OSPREY_CONFORM", str(JUDGE))
    return lambda *words: pytester.runpytest_subprocess(
        "-p", "pytest_osprey.plugin", "-p", "no:cacheprovider", *map(str, words)
    )


def verdicts(folder, file, *words):
    judge("run", file, "--out", folder, *only("rfc6455/5.5.1*/**"), *words)
    found = {}
    for one in cases_of(folder / "results.jsonl"):
        found[one["verdict"]] = found.get(one["verdict"], 0) + 1
    return found


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_an_item_for_each_verdict(inner, tmp_path, workers):
    file = runtime_file(tmp_path, fault=FAULT)
    out = tmp_path / "first"
    found = verdicts(out, file)
    failed = [one["id"] for one in cases_of(out / "results.jsonl") if one["verdict"] == "fail"]
    passed = [one["id"] for one in cases_of(out / "results.jsonl") if one["verdict"] == "pass"]
    known = tmp_path / "known.yml"
    known.write_text(yaml.safe_dump({failed[0]: "a reason of its author", passed[0]: "long ago"}))
    result = inner("--osprey-runtime", file, "--osprey-baseline", known, *PART, *workers, "-rA")
    # One that passed is stale now, one that failed is known; the gate is an item of its own.
    good = found["pass"] + found.get("lenient", 0)
    result.assert_outcomes(passed=good - 1 + 1, failed=found["fail"] - 1 + 1, xfailed=1, skipped=found.get("skip", 0))
    result.stdout.fnmatch_lines([f"XFAIL*{failed[0]}?server? - a reason of its author"])
    result.stdout.fnmatch_lines(["verdict   stale"])
    result.stdout.fnmatch_lines(["rerun     osprey-conform run *--only*"])
    assert result.ret == 1


def test_green_is_green_and_k_chooses(inner, tmp_path):
    result = inner("--osprey-runtime", runtime_file(tmp_path), *PART, "-k", "close-is-answered")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] > 0 and outcomes["deselected"] > 0 and "failed" not in outcomes
    assert result.ret == 0


def test_an_entry_out_of_date_fails_the_gate(inner, tmp_path):
    known = tmp_path / "known.yml"
    known.write_text("rfc6455/5.2*/**: {reason: soon, until: 2020-02-29}\n")
    result = inner("--osprey-runtime", runtime_file(tmp_path), "--osprey-baseline", known, *PART)
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["*was declared until 2020-02-29*"])


def test_wrong_use_is_told(inner, tmp_path):
    result = inner("--osprey-runtime", tmp_path / "none.yml", *PART)
    result.stderr.fnmatch_lines(["*ended with 2*", "*none.yml: neither a URL*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result = inner("--osprey-runtime", runtime_file(tmp_path), "--osprey-conform", "no-such-program")
    result.stderr.fnmatch_lines(["*no-such-program is no program here*"])


def test_without_the_option_it_does_nothing(inner, pytester):
    pytester.makepyfile("def test_one(): pass")
    inner().assert_outcomes(passed=1)
