# SPDX-License-Identifier: Apache-2.0
"""The gate's options, its one plan a session, and what it says about itself."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from autobahn_gate import ROOT, suite
from autobahn_gate.cases import Run, runs_of
from autobahn_gate.plan import Plan
from autobahn_gate.roles import Setting
from autobahn_gate.runtime import Certificates, Runtime, reference

_STATE = pytest.StashKey["State"]()
_DEADLINES = {"ci": 600.0, "full": 5400.0}


class State:
    """What the session knows: the suite or why there is none, and the plan once a case has asked for it."""

    def __init__(self) -> None:
        self.suite: suite.Suite | None = None
        self.notes: list[str] = []
        self.missing: str | None = None
        self.plan: Plan | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("autobahn", "the Autobahn gate")
    build = ROOT / "build/release/reference-runtime/driver"
    group.addoption(
        "--autobahn-profile",
        choices=("full", "ci"),
        default="full",
        help="full: all cases; ci: 1-7, 9, 10 and a sample of 12 and 13 (default: full)",
    )
    group.addoption(
        "--autobahn-suite",
        choices=("auto", *suite.KINDS),
        default="auto",
        help="which suite to take (default: the first at hand, in this order)",
    )
    group.addoption(
        "--autobahn-jobs",
        type=int,
        default=max(2, (os.cpu_count() or 2)),
        metavar="N",
        help="how many processes of the suite run at a time (default: one a core, at least 2)",
    )
    group.addoption(
        "--build",
        type=Path,
        default=build,
        metavar="DIR",
        help="where echo-server and echo-client of the reference runtime are (default: build/release/...)",
    )
    group.addoption("--runtime-server", metavar="CMD", help="another echo server: a command with {port}")
    group.addoption("--runtime-client", metavar="CMD", help="another client: a command with {url}, perhaps {agent}")
    group.addoption("--runtime-server-tls", metavar="CMD", help="the same over TLS: {port}, {cert}, {key}")
    group.addoption("--runtime-client-tls", metavar="CMD", help="the same over TLS: {url}, {ca}, perhaps {agent}")
    group.addoption(
        "--report-dir",
        type=Path,
        default=ROOT / "build/autobahn-reports",
        metavar="DIR",
        help="where Autobahn's reports, the logs and suite.txt go (default: build/autobahn-reports)",
    )


def runtime_of(config: pytest.Config) -> Runtime:
    """The programs named by the options; naming any of them leaves out the roles that are not named."""
    names = ("--runtime-server", "--runtime-client", "--runtime-server-tls", "--runtime-client-tls")
    named = [config.getoption(name) for name in names]
    return Runtime(*named) if any(named) else reference(config.getoption("--build").resolve())


def wanted_runs(config: pytest.Config) -> list[Run]:
    runtime = runtime_of(config)
    runs = runs_of(config.getoption("--autobahn-profile"))
    return [run for run in runs if runtime.command(run.role, run.transport)]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_STATE] = State()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item a case: server-ws-1.1.1, client-ws-1.1.1, server-wss-1.1.1, ..."""
    runs = wanted_runs(metafunc.config)
    if "case_id" in metafunc.fixturenames:
        items = [(run.name, case) for run in runs for case in run.cases]
        metafunc.parametrize(("run_name", "case_id"), items, ids=[f"{run}-{case}" for run, case in items])
    elif "run_name" in metafunc.fixturenames:
        metafunc.parametrize("run_name", [run.name for run in runs])


def _selected(config: pytest.Config, items: list[pytest.Item]) -> list[Run]:
    """The runs with those cases only that were not deselected: one case alone takes a second."""
    chosen = {
        (item.callspec.params["run_name"], item.callspec.params["case_id"])
        for item in items
        if "case_id" in getattr(item, "fixturenames", ())
    }
    runs = []
    for run in wanted_runs(config):
        cases = tuple(case for case in run.cases if (run.name, case) in chosen)
        if cases:
            runs.append(Run(run.role, run.transport, cases))
    return runs


def _gated(items: list[pytest.Item]) -> bool:
    return any("setting" in getattr(item, "fixturenames", ()) for item in items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Finds the suite, once it is known that it is needed. Making its environment may take a minute, once."""
    config = session.config
    if config.getoption("collectonly") or not _gated(session.items):
        return
    if os.environ.get("PYTEST_XDIST_WORKER"):
        raise pytest.UsageError("the Autobahn gate runs its own processes side by side: leave out -n")
    state = config.stash[_STATE]
    try:
        state.suite, state.notes = suite.find(ROOT / "build/autobahn-venv", config.getoption("--autobahn-suite"))
    except suite.SuiteError as error:
        state.missing = str(error)


def _about(state: State) -> list[str]:
    if state.suite is None:
        return [f"autobahn: {state.missing}"] if state.missing else []
    return [f"autobahn: {state.suite.about}", *(f"  not taken: {note}" for note in state.notes)]


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    return _about(config.stash[_STATE])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    state = config.stash[_STATE]
    lines = _about(state) + (state.plan.summary() if state.plan else [])
    if not lines:
        return
    if state.plan:
        lines.append(f"reports: {config.getoption('--report-dir')}")
        (config.getoption("--report-dir") / "summary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    terminalreporter.section("Autobahn")
    for line in lines:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def setting(pytestconfig: pytest.Config) -> Setting:
    """The suite and the runtime; skips where no suite is at hand, fails where the runtime is not built."""
    state = pytestconfig.stash[_STATE]
    if state.suite is None:
        pytest.skip(state.missing or "no Autobahn suite is at hand")
    profile = pytestconfig.getoption("--autobahn-profile")
    folder = pytestconfig.getoption("--report-dir")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "suite.txt").write_text("\n".join(_about(state)) + "\n", encoding="utf-8")
    tls = Certificates.make(folder.resolve() / "tls")
    return Setting(state.suite, runtime_of(pytestconfig), tls, _DEADLINES[profile])


@pytest.fixture(scope="session")
def plan(setting: Setting, request: pytest.FixtureRequest) -> Iterator[Plan]:
    """The runs of all selected cases, started together."""
    config = request.config
    runs = [
        run for run in _selected(config, request.session.items) if run.transport == "ws" or setting.suite.speaks_tls
    ]
    made = Plan(setting, runs, config.getoption("--report-dir"), config.getoption("--autobahn-jobs"))
    config.stash[_STATE].plan = made
    yield made
    made.close()


@pytest.fixture
def spoken(setting: Setting, run_name: str) -> None:
    """Skips the TLS runs where the suite at hand has no TLS."""
    if run_name.endswith("-wss") and not setting.suite.speaks_tls:
        pytest.skip(f"{setting.suite.kind} speaks no TLS")
