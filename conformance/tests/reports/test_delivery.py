# SPDX-License-Identifier: Apache-2.0
"""What is delivered beside the program: the GitHub action, the examples, the Dockerfile, the Debian package."""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from .conftest import BUILD, JUDGE, ROOT, cases_of, environment, judge, lines_of, runtime_file

FAULT = "close-not-answered"


def gate(tmp_path, file, **more):
    """The action's script as GitHub's runner calls it; its exit code, log, summary and outputs."""
    runner = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION": "__self",
        "GITHUB_ACTION_PATH": str(ROOT / "ci" / "action"),
        "GITHUB_RUN_ID": "42",
        "GITHUB_WORKSPACE": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "step-summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "OSPREY_RUNTIME_FILE": str(file),
        "OSPREY_CONFORM": str(JUDGE),
        "OSPREY_ARGUMENTS": "--only 'rfc6455/5.5.1*/**'",
    }
    (tmp_path / "step-summary").write_text("an earlier step\n")
    (tmp_path / "output").write_text("")
    action = yaml.safe_load((ROOT / "ci" / "action" / "action.yml").read_text())
    command = action["runs"]["steps"][0]["run"]
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(**{**runner, **more}),
        timeout=120,
    )
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    return done, (tmp_path / "step-summary").read_text(), outputs


def test_the_action_is_green_where_all_is_well(tmp_path):
    done, summary, outputs = gate(tmp_path, runtime_file(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert outputs["exit-code"] == "0" and lines_of(tmp_path / "temp" / "osprey-conform-__self" / "results.jsonl")
    assert outputs["results"].endswith("results.jsonl")
    assert summary.startswith("an earlier step\n## sham: conforms")
    assert "::error" not in done.stdout


def test_the_action_annotates_what_failed(tmp_path):
    file = runtime_file(tmp_path, fault=FAULT)
    done, summary, outputs = gate(tmp_path, file)
    assert done.returncode == 1 and outputs["exit-code"] == "1"
    failed = [
        one
        for one in cases_of(tmp_path / "temp" / "osprey-conform-__self" / "results.jsonl")
        if one["verdict"] == "fail"
    ]
    # Between the two marks GitHub obeys nothing.
    stop = re.search(r"^::stop-commands::(\S+)$", done.stdout, re.M).group(1)
    obeyed = done.stdout.split(f"::{stop}::")[1]
    notes = re.findall(r"^::error file=([^,]+),title=([^:]+)::(.*)$", obeyed, re.M)
    assert len(notes) == min(len(failed), 10) and notes[0][0] == str(file)
    assert notes[0][1] == f"fail%3A {failed[0]['id']}" and "%0Aactual: " in notes[0][2]
    assert f"{len(failed)} failures" in summary
    folder = outputs["folder"]
    kept = {path.name for path in (tmp_path / "temp" / "osprey-conform-__self").iterdir()}
    assert {
        "results.jsonl",
        "report.html",
        "junit.xml",
        "results.sarif",
        "summary.md",
        "badge.json",
        "known.yml",
    } <= kept
    # The artifact's own known.yml makes the next run green.
    shutil.copy(f"{folder}/known.yml", tmp_path / "known.yml")
    assert gate(tmp_path, file, OSPREY_BASELINE="known.yml")[0].returncode == 0


def test_the_action_says_why_there_are_no_results(tmp_path):
    done, summary, outputs = gate(tmp_path, tmp_path / "none.yml")
    assert done.returncode == 2 and outputs["exit-code"] == "2"
    assert "::error title=osprey-conform::no whole results, exit code 2" in done.stdout
    assert summary == "an earlier step\n"


def test_every_input_reaches_the_script():
    action = yaml.safe_load((ROOT / "ci" / "action" / "action.yml").read_text())
    given = " ".join(str(step) for step in action["runs"]["steps"])
    assert all(f"inputs.{name}" in given for name in action["inputs"])
    script = (ROOT / "ci" / "action" / "gate").read_text()
    assert all(name in script for name in action["runs"]["steps"][0]["env"])


def words_of(text):
    for command in re.findall(r"osprey-conform ((?:run|merge|report) [^|&\n\"]*)", text):
        name, *words = command.split()
        yield name, [word for word in words if word.startswith("--")]


@pytest.mark.parametrize("path", sorted((ROOT / "ci" / "examples").iterdir()), ids=lambda path: path.name)
def test_the_examples_use_options_that_exist(path):
    yaml.safe_load(path.read_text())
    for name, options in words_of(path.read_text()):
        known = judge(name, "--help", check=0).stdout
        assert all(re.search(rf"(^|[\s,]){option}\b", known) for option in options), options
    inputs = yaml.safe_load((ROOT / "ci" / "action" / "action.yml").read_text())["inputs"]
    for job in (yaml.safe_load(path.read_text()).get("jobs") or {}).values():
        for step in job["steps"]:
            if "/ci/action@" in step.get("uses", ""):
                assert set(step["with"]) <= set(inputs)


def test_the_dockerfile_is_clean():
    program = shutil.which("hadolint") or pathlib.Path(sys.executable).with_name("hadolint")
    subprocess.run([program, ROOT / "ci" / "Dockerfile"], check=True)


def test_the_debian_package_holds_a_program_that_runs(tmp_path):
    """Also what the Dockerfile's second stage installs."""
    subprocess.run(
        [
            "cpack",
            "-G",
            "DEB",
            "--config",
            BUILD / "CPackConfig.cmake",
            "-D",
            "CPACK_COMPONENTS_ALL=conform",
            "-B",
            tmp_path,
        ],
        check=True,
        capture_output=True,
    )
    package = next(tmp_path.glob("osprey-conform_*.deb"))
    field = subprocess.run(["dpkg-deb", "-f", package, "Depends"], check=True, capture_output=True, text=True).stdout
    assert "libssl3" in field and "libyaml-cpp" in field
    subprocess.run(["dpkg-deb", "-x", package, tmp_path / "root"], check=True)
    program = tmp_path / "root" / "usr" / "bin" / "osprey-conform"
    done = subprocess.run(
        [program, "run", runtime_file(tmp_path), "--only", "rfc6455/5.5.1*/**"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "root" / "usr" / "libexec" / "osprey-conform" / "c-driver").is_file()
    assert (tmp_path / "root" / "usr" / "share" / "osprey-conform" / "results.schema.json").is_file()
