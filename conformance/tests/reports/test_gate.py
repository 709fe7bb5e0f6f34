# SPDX-License-Identifier: Apache-2.0
"""The gate: known and out of date, passes that disagree, shards; exit codes, and texts that say what to do."""

import json
import os
import stat
import sys

import pytest
import yaml

from .conftest import SHAM, cases_of, environment, judge, lines_of, only, runtime_file

PART = only("rfc6455/5.5.1*/**")
FAULT = "close-not-answered"


def failing(tmp_path):
    """A runtime file, and the ids that fail."""
    file = runtime_file(tmp_path, fault=FAULT)
    out = tmp_path / "first"
    judge("run", file, "--out", out, *PART, check=1)
    return file, [one["id"] for one in cases_of(out / "results.jsonl") if one["verdict"] == "fail"]


def baseline(tmp_path, entries):
    path = tmp_path / "known.yml"
    path.write_text(yaml.safe_dump({"known": entries}))
    return path


def test_print_known_makes_a_red_run_green(tmp_path):
    file = runtime_file(tmp_path, fault=FAULT)
    known = tmp_path / "known.yml"
    judge("run", file, "--print-known", known, *PART, check=1)
    done = judge("run", file, "--baseline", known, *PART, check=0)
    assert " known" in done.stdout and " fail" not in done.stdout


def test_a_new_failure_fails(tmp_path):
    file, failed = failing(tmp_path)
    known = baseline(tmp_path, {name: "as always" for name in failed[1:]})
    done = judge("run", file, "--baseline", known, *PART, check=1)
    assert f"FAIL  {failed[0]}" in done.stdout and "--only" in done.stdout


def test_a_new_pass_fails_and_says_which_line_to_delete(tmp_path):
    file = runtime_file(tmp_path)
    out = tmp_path / "out"
    judge("run", file, "--out", out, *PART, check=0)
    passed = next(one["id"] for one in cases_of(out / "results.jsonl") if one["verdict"] == "pass")
    known = baseline(tmp_path, {passed: "it failed once"})
    done = judge("run", file, "--baseline", known, *PART, check=1)
    assert f"STALE  {passed}" in done.stdout and f"delete {known}:2" in done.stdout


def test_a_glob_that_excuses_nothing_fails(tmp_path):
    known = baseline(tmp_path, {"rfc6455/5.5.1*/**": "all of it"})
    done = judge("run", runtime_file(tmp_path), "--baseline", known, *PART, check=1)
    assert "excuses nothing" in done.stdout and "delete the entry" in done.stdout


def test_an_entry_out_of_date_fails_even_where_nothing_else_does(tmp_path):
    known = baseline(tmp_path, {"rfc6455/5.2*/**": {"reason": "soon", "until": "2020-02-29"}})
    done = judge("run", runtime_file(tmp_path), "--baseline", known, *PART, check=1)
    assert f"{known}:2: known 'rfc6455/5.2*/**' was declared until 2020-02-29" in done.stdout
    assert "set a later day" in done.stdout


def test_an_entry_out_of_date_excuses_nothing(tmp_path):
    file, failed = failing(tmp_path)
    known = baseline(tmp_path, {name: {"reason": "soon", "until": "2020-02-29"} for name in failed})
    out = tmp_path / "out"
    judge("run", file, "--baseline", known, "--out", out, *PART, check=1)
    again = [one for one in cases_of(out / "results.jsonl") if one["verdict"] == "fail"]
    assert sorted(one["id"] for one in again) == sorted(failed)
    assert all("was known until 2020-02-29" in one["why"] for one in again)


def test_an_id_that_is_no_case_is_refused_with_its_line(tmp_path):
    known = baseline(tmp_path, {"rfc6455/5.5.1-close/no-such-case": "typo"})
    done = judge("run", runtime_file(tmp_path), "--baseline", known, *PART, check=2)
    assert f"{known}:2: known names 'rfc6455/5.5.1-close/no-such-case', and there is no such case" in done.stderr


def test_strict_lets_nothing_lax_pass(tmp_path):
    lax = tmp_path / "lax.yml"
    command = [str(SHAM), "server", "--port", "{port}", "--oddity", "empty-close-answer"]
    lax.write_text(f"name: lax\nserver: {json.dumps(command)}\nspeaks: [websocket]\n")
    out = tmp_path / "out"
    judge("run", lax, "--out", out, *PART, check=0)
    assert "lenient" in {one["verdict"] for one in cases_of(out / "results.jsonl")}
    done = judge("run", lax, "--profile", "strict", "--out", out, *PART, check=1)
    assert "the profile is strict" in done.stdout
    assert lines_of(out / "results.jsonl")[0]["profile"] == "strict"


def sometimes(tmp_path):
    """A runtime that is wrong in every second life."""
    script = tmp_path / "sometimes"
    script.write_text(
        f"#!{sys.executable}\n"
        "import os, pathlib, sys\n"
        "mark = pathlib.Path(__file__).with_suffix('.mark')\n"
        "fault = ['--fault', 'close-not-answered'] if mark.exists() else []\n"
        "mark.unlink() if mark.exists() else mark.touch()\n"
        f"os.execv({str(SHAM)!r}, [{str(SHAM)!r}, 'server', *sys.argv[1:], *fault])\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    file = tmp_path / "sometimes.yml"
    file.write_text(f"name: sometimes\nserver: [{json.dumps(str(script))}, --port, '{{port}}']\nspeaks: [websocket]\n")
    return file


def test_a_case_that_fails_in_some_passes_is_flaky(tmp_path):
    out = tmp_path / "out"
    known = tmp_path / "known.yml"
    done = judge("run", sometimes(tmp_path), "--repeat", 2, "--out", out, "--print-known", known, *PART, check=1)
    flaky = [one for one in cases_of(out / "results.jsonl") if one.get("flaky")]
    assert flaky and all(one["verdict"] == "fail" and one["passes"].count("fail") == 1 for one in flaky)
    assert "flaky, 1 of 2 passes failed" in done.stdout and f"({len(flaky)} flaky)" in done.stdout
    steady = [one for one in cases_of(out / "results.jsonl") if "flaky" not in one]
    assert steady and all(one["passes"].count("fail") in (0, 2) for one in steady)
    entries = yaml.safe_load(known.read_text())["known"]
    assert all(entries[one["id"]]["flaky"] is True for one in flaky)
    # Declared as flaky, it may pass as well as fail.
    for _ in range(2):
        judge("run", sometimes(tmp_path), "--baseline", known, *PART, check=0)


def shards(tmp_path, file, count, env=None, more=()):
    paths = []
    for index in range(1, count + 1):
        out = tmp_path / f"shard{index}"
        judge("run", file, "--shard", f"{index}/{count}", "--out", out, *PART, *more, env=env)
        paths.append(out / "results.jsonl")
    return paths


def test_shards_join_to_the_whole(tmp_path):
    file = runtime_file(tmp_path, fault=FAULT)
    whole = tmp_path / "whole"
    judge("run", file, "--out", whole, *PART, check=1)
    joined = tmp_path / "joined.jsonl"
    page = tmp_path / "page.html"
    judge("merge", *shards(tmp_path, file, 3), "--out", joined, "--html", page, check=1)

    def verdicts(path):
        return {(one["id"], one["role"]): one["verdict"] for one in cases_of(path)}

    assert verdicts(joined) == verdicts(whole / "results.jsonl")
    assert page.exists()
    footers = [lines_of(path)[-1] for path in (joined, whole / "results.jsonl")]
    assert footers[0]["totals"] == footers[1]["totals"] and footers[0]["exit"] == 1


def test_a_glob_may_excuse_in_one_shard_only(tmp_path):
    file, _ = failing(tmp_path)
    known = baseline(tmp_path, {"rfc6455/5.5.1*/**": "all of it"})
    count = 4
    joined = tmp_path / "joined.jsonl"
    judge("merge", *shards(tmp_path, file, count, more=["--baseline", known]), "--out", joined, check=0)
    good = runtime_file(tmp_path, name="good")
    done = judge("merge", *shards(tmp_path, good, count, more=["--baseline", known]), "--out", joined, check=1)
    assert "excuses nothing" in done.stdout


def test_merge_refuses_gap_overlap_and_mixture(tmp_path):
    file = runtime_file(tmp_path)
    joined = tmp_path / "joined.jsonl"
    joined.write_text("earlier")
    one, two, three = shards(tmp_path, file, 3)
    (tmp_path / "b").mkdir()
    other_seed = shards(tmp_path / "b", file, 3, more=["--seed", 2])
    (tmp_path / "c").mkdir()
    of_two = shards(tmp_path / "c", file, 2)
    (tmp_path / "d").mkdir()
    other_run = shards(tmp_path / "d", file, 3, env=environment(OSPREY_JOB="77"))
    whole = tmp_path / "whole"
    judge("run", file, "--out", whole, *PART, check=0)
    for paths, told in [
        ([one, three], "missing: shard 2/3"),
        ([one, two, two, three], "shard 2/3 is there twice"),
        ([one, other_seed[1], three], "the runs differ in seed: 1 and 2"),
        ([one, of_two[1]], "shards of 3 and of 2"),
        ([one, other_run[1], three], "the runs differ in job"),
        ([whole / "results.jsonl", two], "the runs differ in whole"),
        ([whole / "results.jsonl"], "no shard"),
    ]:
        done = judge("merge", *paths, "--out", joined, check=2)
        assert told in done.stderr, done.stderr
    lines = lines_of(two)
    doubled = tmp_path / "doubled.jsonl"
    stolen = lines_of(one)[1]
    doubled.write_text("".join(json.dumps(line) + "\n" for line in [lines[0], stolen, *lines[2:]]))
    assert "is in two shards" in judge("merge", one, doubled, three, "--out", joined, check=2).stderr
    assert joined.read_text() == "earlier"


@pytest.mark.parametrize(
    "variables, shard",
    [
        ({"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, "2/3"),
        ({"OSPREY_SHARD_INDEX": "3", "OSPREY_SHARD_TOTAL": "3"}, "3/3"),
        ({"JOB_COMPLETION_INDEX": "0", "OSPREY_SHARD_TOTAL": "3"}, "1/3"),
        ({"CIRCLE_NODE_INDEX": "2", "CIRCLE_NODE_TOTAL": "3"}, "3/3"),
        ({"BUILDKITE_PARALLEL_JOB": "1", "BUILDKITE_PARALLEL_JOB_COUNT": "3"}, "2/3"),
    ],
)
def test_shard_auto_takes_what_the_ci_system_says(tmp_path, variables, shard):
    out = tmp_path / "out"
    judge("run", runtime_file(tmp_path), "--shard", "auto", "--out", out, *PART, env=environment(**variables), check=0)
    assert lines_of(out / "results.jsonl")[0]["shard"] == shard


@pytest.mark.parametrize(
    "words", [["--shard", "0/3"], ["--shard", "4/3"], ["--shard", "a/3"], ["--shard", "3"], ["--shard", "auto"]]
)
def test_a_shard_that_is_none_is_refused(tmp_path, words):
    done = judge("run", runtime_file(tmp_path), *words, *PART, check=2)
    assert "--shard" in done.stdout + done.stderr


def test_exit_codes(tmp_path):
    judge("run", runtime_file(tmp_path), *PART, check=0)
    judge("run", runtime_file(tmp_path, fault=FAULT), *PART, check=1)
    judge("run", tmp_path / "none.yml", check=2)
    judge("run", runtime_file(tmp_path), "--only", "rfc6455/none/**", check=2)
    judge("run", check=2)
    dead = tmp_path / "dead.yml"
    dead.write_text("name: dead\nserver: ['/bin/false', '{port}']\nspeaks: [websocket]\n")
    judge("run", dead, *PART, check=3)


def test_views_need_no_folder(tmp_path):
    page = tmp_path / "page.html"
    junit = tmp_path / "junit.xml"
    judge("run", runtime_file(tmp_path), "--html", page, "--junit", junit, *PART, check=0, cwd=tmp_path)
    assert page.exists() and junit.exists()
    assert sorted(os.listdir(tmp_path)) == ["junit.xml", "page.html", "sham.yml"]


def test_a_reader_that_goes_away_ends_neither_the_run_nor_its_results(tmp_path):
    """As with `osprey-conform run ... | head`."""
    reading, writing = os.pipe()
    os.close(reading)
    out = tmp_path / "out"
    file = runtime_file(tmp_path, fault=FAULT)
    done = judge("run", file, "--verbose", "--out", out, *PART, stdout=writing)
    os.close(writing)
    assert done.returncode == 1, done.stderr
    assert any(one["verdict"] == "fail" for one in cases_of(out / "results.jsonl"))
