# SPDX-License-Identifier: Apache-2.0
"""What is no whole, sound results file is refused in one line; what cannot be written leaves what was there."""

import json
import os
import resource
import signal
import subprocess

import pytest

from .conftest import JUDGE, environment, judge, lines_of, only, runtime_file


def write(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def spoilt(name, lines, text):
    header, *cases, footer = lines
    return {
        "empty": "",
        "foreign": "<html>\n",
        "foreign json": '{"agent": {"1.1.1": {}}}\n',
        "cut in a line": text[: len(text) // 2],
        "without its footer": "".join(json.dumps(line) + "\n" for line in lines[:-1]),
        "a case twice": "".join(json.dumps(line) + "\n" for line in [header, *cases, cases[0], footer]),
        "two runs": text + text,
        "newer": "".join(json.dumps(line) + "\n" for line in [{**header, "schema": 2}, *cases, footer]),
        "footer of another": "".join(json.dumps(line) + "\n" for line in [header, *cases[1:], footer]),
        "no octets but nonsense": "".join(
            json.dumps(line) + "\n" for line in [header, {**cases[0], "octets": 7}, *cases[1:], footer]
        ),
        "verdict of its own": "".join(
            json.dumps(line) + "\n" for line in [header, {**cases[0], "verdict": "splendid"}, *cases[1:], footer]
        ),
        "id that is no text": "".join(
            json.dumps(line) + "\n" for line in [header, {**cases[0], "id": 5}, *cases[1:], footer]
        ),
    }[name]


SPOILT = {
    "empty": "empty",
    "foreign": "not a JSON object",
    "foreign json": "not a results file",
    "cut in a line": "cut short",
    "without its footer": "incomplete",
    "a case twice": "stands twice",
    "two runs": "merge",
    "newer": "newer than this program",
    "footer of another": "the footer counts",
    "no octets but nonsense": "octets",
    "verdict of its own": "splendid",
    "id that is no text": "id",
}


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_results_are_refused(name, good, tmp_path):
    path = tmp_path / "results.jsonl"
    path.write_text(spoilt(name, lines_of(good), good.read_text()))
    page = tmp_path / "page.html"
    page.write_text("earlier")
    for words in (["report", path, "--html", page], ["compare", good, path], ["merge", path, "--out", page]):
        done = judge(*words, check=2)
        assert len(done.stderr.splitlines()) == 1
        assert str(path) in done.stderr and SPOILT[name] in done.stderr
    assert page.read_text() == "earlier"


def test_a_missing_file_is_named(tmp_path):
    assert "No such file" in judge("report", tmp_path / "none.jsonl", check=2).stderr


@pytest.mark.parametrize("view", ["--html", "--junit", "--markdown", "--sarif", "--badge", "--print-known"])
def test_a_full_disk_is_told(view, good):
    done = judge("report", good, view, "/dev/full", check=2)
    assert "cannot write /dev/full: No space left on device" in done.stderr
    assert os.path.exists("/dev/full")


def test_a_full_disk_leaves_the_earlier_page(good, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("earlier")

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(
        [JUDGE, "report", good, "--html", page], capture_output=True, text=True, preexec_fn=small, env=environment()
    )
    assert done.returncode == 2 and "cannot write" in done.stderr and "too large" in done.stderr
    assert page.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_run_that_cannot_write_leaves_earlier_results(tmp_path):
    file = runtime_file(tmp_path)
    out = tmp_path / "out"
    judge("run", file, "--out", out, *only("rfc6455/5.1*/**"), check=0)
    before = (out / "results.jsonl").read_text()

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [JUDGE, "run", file, "--out", out, *only("rfc6455/5.1*/**")]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=small, env=environment())
    assert done.returncode == 2, done.stdout + done.stderr
    assert "cannot write" in done.stderr and "earlier results there are as they were" in done.stderr
    assert (out / "results.jsonl").read_text() == before
    assert not (out / "results.jsonl.part").exists()


def test_a_folder_that_cannot_be_made_is_told_before_the_run(tmp_path):
    (tmp_path / "file").write_text("")
    done = judge("run", runtime_file(tmp_path), "--out", tmp_path / "file" / "out", *only("rfc6455/5.1*/**"), check=2)
    assert len(done.stderr.splitlines()) == 1 and "cannot make the folder" in done.stderr


@pytest.mark.parametrize(
    "text, told",
    [
        ("- a\n", "must be a map"),
        ("rfc6455/none/such: why\n", "there is no such case"),
        ("rfc6455/**:\n", "without a reason"),
        ("rfc6455/**: {reason: x, until: 31.1.2027}\n", "write a day as 2027-01-31"),
        ("rfc6455/**: {reason: x, untill: 2027-01-31}\n", "did you mean 'until'"),
        ("known: [\n", "known.yml"),
    ],
)
def test_a_baseline_that_is_wrong_is_refused_before_the_run(tmp_path, text, told):
    known = tmp_path / "known.yml"
    known.write_text(text)
    done = judge("run", runtime_file(tmp_path), "--baseline", known, *only("rfc6455/5.1*/**"), check=2)
    assert told in done.stderr and "known.yml" in done.stderr
    assert done.stdout == ""


def test_a_run_that_is_interrupted_keeps_the_earlier_results(tmp_path):
    """SIGTERM in the middle: exit 3, the part says that it is one, the earlier file stands."""
    file = runtime_file(tmp_path)
    out = tmp_path / "out"
    judge("run", file, "--out", out, *only("rfc6455/5.1*/**"), check=0)
    before = (out / "results.jsonl").read_text()
    page = tmp_path / "page.html"
    process = subprocess.Popen(
        [JUDGE, "run", file, "--out", out, "--html", page, "--repeat", "1000", *only("rfc6455/5.1*/**")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.startswith("pass 2 "):
            process.send_signal(signal.SIGTERM)
            break
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3, stdout + stderr
    assert "interrupted" in stdout and "no view is written" in stderr
    assert (out / "results.jsonl").read_text() == before and not page.exists()
    assert "incomplete" in judge("report", out / "results.jsonl.part", check=2).stderr
