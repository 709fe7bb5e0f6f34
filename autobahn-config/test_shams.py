# SPDX-License-Identifier: Apache-2.0
"""The gate with the suite at hand, against servers that are wrong on purpose: it is green only on the sound one."""

import sys
from dataclasses import replace
from pathlib import Path

from autobahn_gate import CONFIG, reports
from autobahn_gate.cases import Run
from autobahn_gate.plan import Plan
from autobahn_gate.roles import Setting
from autobahn_gate.verdict import complaints

CASES = ("1.1.1", "1.2.2", "2.1", "2.5", "3.1", "4.1.1", "4.2.1", "6.3.1", "7.7.1")


def failed(setting: Setting, fault: str, folder: Path, cases: tuple[str, ...] = CASES) -> tuple[set[str], str | None]:
    """The cases that the gate turns red, and what went wrong with the processes."""
    command = f"{sys.executable} {CONFIG / 'sham_server.py'} {{port}} {fault}"
    sham = replace(setting, runtime=replace(setting.runtime, server=command))
    plan = Plan(sham, [Run("server", "ws", cases)], folder, jobs=1)
    (outcome,) = plan.outcomes("server-ws")
    plan.close()
    red = set()
    for case in cases:
        try:
            report = reports.read_case(outcome.reports, case)
        except reports.ReportError:
            red.add(case)
            continue
        if complaints(case, report.behavior, report.behavior_close):
            red.add(case)
    return red, outcome.trouble


def test_a_sound_server_is_green(setting: Setting, tmp_path: Path) -> None:
    assert failed(setting, "none", tmp_path) == (set(), None)


def test_a_missing_check_is_red_and_nothing_else(setting: Setting, tmp_path: Path) -> None:
    assert failed(setting, "utf8", tmp_path) == ({"6.3.1"}, None)


def test_a_wrong_close_code_is_red(setting: Setting, tmp_path: Path) -> None:
    assert failed(setting, "code", tmp_path, ("7.7.1",))[0] == {"7.7.1"}


def test_an_illegal_frame_sent_back_is_red(setting: Setting, tmp_path: Path) -> None:
    """Autobahn's behavior is OK here, for the frame breaks its own parser; only the close verdict tells."""
    assert failed(setting, "blind", tmp_path, ("3.1", "4.2.1"))[0] == {"3.1", "4.2.1"}


def test_silence_is_red(setting: Setting, tmp_path: Path) -> None:
    assert failed(setting, "mute", tmp_path, ("2.1",))[0] == {"2.1"}


def test_a_server_that_dies_is_told(setting: Setting, tmp_path: Path) -> None:
    red, trouble = failed(setting, "dies", tmp_path)
    assert {"3.1", "4.1.1", "7.7.1"} <= red
    assert trouble and "ended before the suite was through" in trouble
