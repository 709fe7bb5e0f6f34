# SPDX-License-Identifier: Apache-2.0
"""What the documents say to type: the marked blocks run as they stand, of all others each program and option exists."""

import json
import os
import re
import shutil
import subprocess

import pytest

from .conftest import JUDGE, ROOT, SHAM, environment, judge, lines_of

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "conformance/pytest/README.md", "docs/features.md"]
BLOCK = re.compile(r"(?:<!-- runs: (?P<code>\d) -->\n)?```sh\n(?P<text>.*?)```", re.S)


def blocks(marked):
    for name in DOCUMENTS:
        for found in BLOCK.finditer((ROOT / name).read_text()):
            if (found["code"] is not None) == marked:
                line = (ROOT / name).read_text()[: found.start()].count("\n") + 1
                yield pytest.param(found["text"], found["code"], id=f"{name}:{line}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A new user's folder: my-runtime.yml as the README shows it, a faulty echo server, the program on PATH."""
    folder = tmp_path_factory.mktemp("desk")
    shown = re.search(r"```yaml\n(name: my-runtime\n.*?)```", (ROOT / "README.md").read_text(), re.S).group(1)
    (folder / "my-runtime.yml").write_text(shown)
    for name, role in (("echo-server", "server"), ("echo-client", "client")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec {SHAM} {role} "$@" --fault close-answered-999\n')
        script.chmod(0o755)
    (folder / "bin").mkdir()
    # A part of the cases is enough to see the commands work.
    wrapper = folder / "bin" / "osprey-conform"
    wrapper.write_text(
        f'#!/bin/sh\n[ "$1" = run ] && exec {JUDGE} "$@" --only "rfc6455/5.5.1*/**"\nexec {JUDGE} "$@"\n'
    )
    wrapper.chmod(0o755)
    return folder


def test_marked_blocks_run_in_the_order_they_stand(desk):
    env = environment(PATH=f"{desk / 'bin'}{os.pathsep}{os.environ['PATH']}")
    run = 0
    for block in blocks(marked=True):
        text, code = block.values
        for command in text.splitlines():
            done = subprocess.run(["sh", "-c", command], cwd=desk, env=env, capture_output=True, text=True, timeout=120)
            assert done.returncode == int(code), f"{block.id}: {command}\n{done.stdout}{done.stderr}"
            run += 1
    assert run >= 8
    assert (desk / "report.html").exists() and (desk / "junit.xml").exists()
    assert lines_of(desk / "results.jsonl")[0]["runtime"] == "my-runtime"


@pytest.mark.parametrize("text, code", list(blocks(marked=False)))
def test_other_blocks_name_what_exists(text, code):
    for command in text.splitlines():
        words = command.split("#")[0].split()
        if not words:
            continue
        assert (ROOT / words[0]).is_file() or shutil.which(words[0]) or words[0] == "osprey-conform", command


def test_inline_commands_use_options_that_exist():
    for name in DOCUMENTS:
        for command in re.findall(r"`(osprey-conform [^`]+)`", (ROOT / name).read_text()):
            words = command.split()
            known = judge(words[1], "--help", check=0).stdout
            options = [word for word in words if word.startswith("--")]
            assert all(re.search(rf"(^|[\s,]){option}\b", known) for option in options), command


def test_every_file_that_a_document_links_to_is_there():
    for name in [*DOCUMENTS, "ARCHITECTURE.md", "spec-cases/README.md"]:
        text = (ROOT / name).read_text()
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (ROOT / name).parent.joinpath(target).exists(), f"{name}: {target}"


def test_the_table_of_features_is_that_of_the_program():
    text = (ROOT / "docs" / "features.md").read_text()
    row = r"^\| `(.+)` \| (.+) \| (.+) \|$"
    shown = {words: (of, meaning) for words, of, meaning in re.findall(row, text, re.M)}
    shown.pop("speaks")
    found = dict(re.findall(r"^\| `([a-z]+)` \| ([^|]+) \|$", text, re.M))
    lines = [json.loads(line) for line in judge("list", "--features", "--format", "json", check=0).stdout.splitlines()]
    found.pop("needs")
    assert shown == {one["example"]: (one["of"], one["meaning"]) for one in lines if one["declared"]}
    assert found == {one["feature"]: one["meaning"] for one in lines if not one["declared"]}
