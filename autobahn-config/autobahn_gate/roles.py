# SPDX-License-Identifier: Apache-2.0
"""Runs one shard of a role: the suite's process on one side, the runtime's on the other."""

import json
import shutil
import ssl
from dataclasses import dataclass
from pathlib import Path

import websocket

from .cases import Run
from .job import Job
from .process import Process, ProcessError, free_port
from .runtime import Certificates, Runtime
from .suite import Suite


@dataclass(frozen=True)
class Setting:
    """What all runs share. `deadline` is how long one process of the suite may take, in seconds."""

    suite: Suite
    runtime: Runtime
    tls: Certificates
    deadline: float


def case_count(url: str, ca: Path | None = None) -> int | None:
    """How many cases the fuzzing server at `url` has; None while it does not answer."""
    options = {"ca_certs": str(ca), "cert_reqs": ssl.CERT_REQUIRED} if ca else None
    try:
        connection = websocket.create_connection(f"{url}/getCaseCount", timeout=10, sslopt=options)
    except (OSError, websocket.WebSocketException):
        return None
    try:
        return int(json.loads(connection.recv()))
    finally:
        connection.close()


def fresh_folder(folder: Path) -> Path:
    """An empty folder: what an earlier run left must not be taken for this one's report."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "reports").mkdir(parents=True)
    return folder.resolve()


def _local(tls: Certificates, folder: Path) -> Certificates:
    """The certificates inside the job's folder, which is all that a container sees."""
    return Certificates(tls.ca, *(Path(shutil.copy(path, folder)) for path in (tls.cert, tls.key)))


def run_server(setting: Setting, run: Run, cases: tuple[str, ...], folder: Path) -> None:
    """The runtime is the server; the suite connects once a case."""
    server, port = setting.runtime.start_server(run.transport, setting.tls, folder / "server.log")
    with server:
        job = Job("fuzzingclient", f"{run.transport}://127.0.0.1:{port}", cases, folder)
        with Process(setting.suite.command(job), folder / "suite.log", cwd=folder) as suite:
            status = suite.wait(setting.deadline)
        # kosoku says 1 when a case failed; the genuine suite says 0 whatever the verdicts are.
        if status != 0 and setting.suite.kind != "kosoku":
            raise suite.complain("failed")
        if not server.running():
            raise server.complain("ended before the suite was through with it")


def start_fuzzing_server(setting: Setting, run: Run, cases: tuple[str, ...], folder: Path) -> tuple[Process, str, int]:
    """A fuzzing server that answers, its address, and its number of cases."""
    secure = run.transport == "wss"
    tls = _local(setting.tls, folder) if secure else None
    url = f"{run.transport}://127.0.0.1:{free_port()}"
    job = Job("fuzzingserver", url, cases, folder, tls and tls.cert, tls and tls.key)
    suite = Process(setting.suite.command(job), folder / "suite.log", cwd=folder)
    counts: list[int] = []

    def answers() -> bool:
        count = case_count(url, tls and tls.ca)
        counts.extend([] if count is None else [count])
        return bool(counts)

    try:
        suite.wait_until(answers, f"answered at {url}")
    except BaseException:
        suite.stop()
        raise
    return suite, url, counts[0]


def run_client(setting: Setting, run: Run, cases: tuple[str, ...], folder: Path) -> None:
    """The runtime is the client; it walks the suite's cases and asks for the report at the end."""
    suite, url, count = start_fuzzing_server(setting, run, cases, folder)
    with suite:
        if count != len(cases):
            raise suite.complain(f"has {count} cases, wanted {len(cases)}")
        client = setting.runtime.start_client(run.transport, url, setting.tls, folder / "client.log")
        with client:
            status = client.wait(setting.deadline)
        if setting.suite.kind == "kosoku":
            # It answers /updateReports by dropping TCP, which no client can take for success, then writes and ends.
            suite.wait(60.0)
        elif status != 0:
            raise client.complain("did not get through all cases")


def run_shard(setting: Setting, run: Run, cases: tuple[str, ...], folder: Path) -> str | None:
    """Runs the cases and leaves the reports in `folder`. Returns what went wrong with the processes, if anything."""
    try:
        (run_server if run.role == "server" else run_client)(setting, run, cases, folder)
    except ProcessError as error:
        return str(error)
    return None
