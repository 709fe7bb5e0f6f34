# SPDX-License-Identifier: Apache-2.0
"""case.schema.json agrees with `check`: what the program refuses for its range, an editor marks too."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from .conftest import JUDGE, ROOT

HEAD = "spec: RFC 6455 §5.1\ntitle: Ranges\nrole: server\nsetup: websocket\ncases:\n"
CASE = "  a-case:\n    level: MUST\n    rule: Something holds.\n    steps:\n      - {step}\n      - expect: echo\n"
REFUSED = [
    "send: {close: 66536}",
    "send: {close: {code: 65536}}",
    "send: {text: a, compress: {window: 17}}",
    "send: {frame: a, opcode: 16}",
    "send: {text: a, times: 99999999999}",
    "send: {items: {text: a}, via: {chunk: 0}}",
    "expect: {closed: true, threads: 1000001}",
    "expect: {compressed: true, window: 7}",
]
TAKEN = ["send: {close: 65535}", "send: {frame: a, opcode: 15}", "expect: {compressed: true, window: 15}"]


def answers(folder, step):
    """Exit codes of the schema's check and of the program's."""
    (folder / "rfc6455").mkdir()
    (folder / "rfc6455" / "5.1-ranges.yml").write_text(HEAD + CASE.replace("{step}", step), encoding="utf-8")
    shutil.copy(ROOT / "spec-cases" / "case.schema.json", folder)
    schema = subprocess.run([sys.executable, ROOT / "ci/check_schema.py", folder], check=False, capture_output=True)
    program = subprocess.run([JUDGE, "check", "--cases", folder], check=False, capture_output=True, text=True)
    return schema.returncode, "5.1-ranges.yml:10" in program.stdout + program.stderr


@pytest.mark.parametrize("step", REFUSED)
def test_out_of_range_is_refused_by_both(tmp_path, step):
    assert answers(tmp_path, step) == (1, True)


@pytest.mark.parametrize("step", TAKEN)
def test_ends_of_the_range_are_taken_by_both(tmp_path, step):
    assert answers(tmp_path, step) == (0, False)


VALUES = """
true false null 0 1 7 8 15 16 100 1000 65535 65536 1000001 -1 1.5 abc none all last any legal tidy optional fin kept
never error declined 5s 10~KiB 10~XiB 20% 101% 2xx 9xx "400-599" absent [] [1,~2] [none,~1002] [abc]
[{text:~a}] [{text:~a,~binary:~b}] [{nothing:~a}] {} {a:~b} {hex:~ce} {size:~5} {per:~16} {status:~200} {status:~1000}
{legal:~true} {method:~GET} {server_max_window_bits:~7} {server_max_window_bits:~10} {Host:~x} {Host:~{count:~1}}
{Host:~{count:~-1}} {Host:~{nonsense:~1}}
"""


# What stands elsewhere in the case decides here: `code` is a word of library calls too, the others need exchanges.
ELSEWHERE = {"code", "open", "earlier"}


def test_each_word_takes_the_same_values_in_both(tmp_path):
    """Every word of an expectation with every one of these values: both refuse it, or both take it."""
    schema = json.loads((ROOT / "spec-cases" / "case.schema.json").read_text(encoding="utf-8"))
    words = sorted(schema["definitions"]["expect"]["properties"])
    steps = [
        (word, value)
        for word in words
        if word not in ELSEWHERE
        for value in (one.replace("~", " ") for one in VALUES.split())
    ]
    lines = HEAD.splitlines()
    place = {}
    for number, (word, value) in enumerate(steps):
        step = f"{{expect: {{{word}: {value}}}}}"
        lines.append(f"  c{number}: {{level: MUST, rule: x., steps: [{{send: {{text: a}}}}, {step}]}}")
        place[len(lines)] = number
    (tmp_path / "rfc6455").mkdir()
    (tmp_path / "rfc6455" / "5.1-words.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.copy(ROOT / "spec-cases" / "case.schema.json", tmp_path)
    schema = subprocess.run(
        [sys.executable, ROOT / "ci/check_schema.py", tmp_path], check=False, capture_output=True, text=True
    )
    program = subprocess.run([JUDGE, "check", "--cases", tmp_path], check=False, capture_output=True, text=True)
    by_schema = {int(n) for n in re.findall(r"cases/c(\d+)/", schema.stdout)}
    by_program = {place[int(n)] for n in re.findall(r"5\.1-words\.yml:(\d+): ", program.stdout + program.stderr)}
    assert len(by_program) > len(steps) / 2
    assert [steps[n] for n in sorted(by_schema - by_program)] == [], "only the schema refuses these"
    assert [steps[n] for n in sorted(by_program - by_schema)] == [], "only check refuses these"
