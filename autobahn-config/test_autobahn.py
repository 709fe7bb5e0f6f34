# SPDX-License-Identifier: Apache-2.0
"""Every case of the Autobahn suite, in both roles, as a test of its own."""

from pathlib import Path

import pytest
from autobahn_gate import kosoku_runner, reports
from autobahn_gate.cases import Run, all_cases
from autobahn_gate.explain import failure_text
from autobahn_gate.plan import Plan
from autobahn_gate.process import ProcessError
from autobahn_gate.roles import Setting, fresh_folder, start_fuzzing_server
from autobahn_gate.verdict import complaints

# The failure text is the report: a traceback of the gate's own code would hide it (pytrace=False).


@pytest.mark.usefixtures("spoken")
def test_case(plan: Plan, run_name: str, case_id: str) -> None:
    """Both verdicts of the case are OK."""
    outcome = plan.outcome(run_name, case_id)
    try:
        report = reports.read_case(outcome.reports, case_id)
    except reports.ReportError as error:
        pytest.fail(f"{error}\n{outcome.trouble or ''}", pytrace=False)
    role = run_name.split("-")[0]
    if plan.suite.kind == "kosoku" and (reason := kosoku_runner.not_judged(role, report)):
        pytest.skip(reason)
    found = complaints(case_id, report.behavior, report.behavior_close)
    if found:
        again = f"  again: pytest autobahn-config -k '{run_name}-{case_id}'"
        pytest.fail(f"{failure_text(report.details, found)}\n{again}", pytrace=False)


@pytest.mark.usefixtures("spoken")
def test_run(plan: Plan, run_name: str) -> None:
    """The suite's and the runtime's processes did their part, and the report covers all cases asked for."""
    outcomes = plan.outcomes(run_name)
    if not outcomes:
        pytest.skip("no case of this run is selected")
    for outcome in outcomes:
        if outcome.trouble:
            pytest.fail(outcome.trouble, pytrace=False)
        try:
            reports.check_complete(outcome.reports, outcome.cases)
        except reports.ReportError as error:
            pytest.fail(str(error), pytrace=False)


def test_case_list_is_the_whole_suite(setting: Setting, tmp_path: Path) -> None:
    """cases.txt has as many cases as the suite at hand has when nothing is excluded."""
    whole = Run("client", "ws", ("*",))
    try:
        suite, _, count = start_fuzzing_server(setting, whole, whole.cases, fresh_folder(tmp_path / "suite"))
    except ProcessError as error:
        pytest.fail(str(error), pytrace=False)
    suite.stop()
    assert count == len(all_cases())
