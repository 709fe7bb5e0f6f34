# SPDX-License-Identifier: Apache-2.0
"""case.schema.json agrees with `check`: what the program refuses for its range, an editor marks too."""

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
