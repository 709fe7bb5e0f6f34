# SPDX-License-Identifier: Apache-2.0
"""The order in which the suite is looked for, on a machine that has nothing but what the test puts there."""

from pathlib import Path

import pytest
from autobahn_gate import container, kosoku_runner, suite
from autobahn_gate.job import Job


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH; no pyenv, no kosoku."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(kosoku_runner, "version", lambda: None)
    return folder


def put(folder: Path, name: str, answer: str, status: int = 0) -> None:
    program = folder / name
    program.write_text(f'#!/bin/sh\necho "{answer}"\nexit {status}\n')
    program.chmod(0o755)


def test_nothing_at_hand_names_all_four_ways(bare: Path, tmp_path: Path) -> None:
    with pytest.raises(suite.SuiteError) as error:
        suite.find(tmp_path / "venv")
    for kind in suite.KINDS:
        assert f"\n  {kind}: " in str(error.value)


def test_wstest_on_path_comes_first(bare: Path, tmp_path: Path) -> None:
    put(bare, "wstest", "Autobahn 0.10.9")
    put(bare, "docker", "fine")
    found, reasons = suite.find(tmp_path / "venv")
    assert (found.kind, reasons) == ("wstest", [])
    assert "Autobahn 0.10.9" in found.about


def test_a_wstest_that_does_not_run_is_passed_over(bare: Path, tmp_path: Path) -> None:
    put(bare, "wstest", "no module", status=1)
    put(bare, "docker", "fine")
    found, reasons = suite.find(tmp_path / "venv")
    assert found.kind == "container"
    assert any("does not run" in reason for reason in reasons)


def test_a_python_that_is_not_2_7_is_passed_over(bare: Path, tmp_path: Path) -> None:
    put(bare, "python2.7", "pyenv: python2.7: command not found", status=127)
    put(bare, "python2", "CPython 3.11.2 False")
    with pytest.raises(suite.SuiteError, match=r"python2: no Python 2\.7"):
        suite.find(tmp_path / "venv")


def test_an_engine_without_its_daemon_is_passed_over(bare: Path, tmp_path: Path) -> None:
    put(bare, "docker", "cannot connect to the daemon", status=1)
    put(bare, "podman", "host: fine")
    found, _ = suite.find(tmp_path / "venv")
    assert "under podman" in found.about


def test_kosoku_comes_last_and_says_so(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kosoku_runner, "version", lambda: "0.1.0")
    found, reasons = suite.find(tmp_path / "venv")
    assert found.kind == "kosoku"
    assert "no genuine suite is at hand" in found.about
    assert not found.speaks_tls
    assert len(reasons) == 3


def test_the_image_is_pinned_by_digest(tmp_path: Path) -> None:
    assert "@sha256:" in container.image()
    command = container.prefix("docker", tmp_path)
    assert f"{tmp_path}:{tmp_path}" in command
    assert command[-2:] == [container.image(), "wstest"]


def test_kosoku_gets_every_case_by_name(tmp_path: Path) -> None:
    job = Job("fuzzingserver", "ws://127.0.0.1:7", ("1.1.1", "9.1.1"), tmp_path)
    words = kosoku_runner.command(job)
    assert words[1:7] == ["-m", "fuzzingserver", "-i", "1.1.1", "-i", "9.1.1"]
    assert words[-1] == "127.0.0.1:7"
