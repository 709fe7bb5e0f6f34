# SPDX-License-Identifier: Apache-2.0
"""The reference runtime's programs as processes, peers made with PyPI libraries, and a throw-away authority."""

import re
import signal
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
import websockets.sync.server
from osprey_library import Builtins

ROOT = Path(__file__).resolve().parents[3]
_READY = re.compile(r"listening on (wss?)://[^ ]*:(\d+)")
# An upper limit only: a test that hangs is ended with a stack, none is decided by it.
_LIMIT_SECONDS = 120


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--programs",
        type=Path,
        default=ROOT / "build/release/reference-runtime/driver",
        metavar="DIR",
        help="where echo-server and echo-client are (default: build/release/reference-runtime/driver)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "edition(name): only with this edition of the built-ins")


@pytest.fixture(scope="session")
def library(pytestconfig: pytest.Config) -> Path:
    """The shared library, beside the programs."""
    path = pytestconfig.getoption("--programs").resolve().parent / "api" / "libosprey.so"
    if not path.is_file():
        pytest.fail(f"{path} is not built: run ci/build release osprey", pytrace=False)
    return path


@pytest.fixture(params=["osprey-int", "osprey-result"])
def builtins(request: pytest.FixtureRequest, library: Path) -> Builtins:
    """The built-ins, in both editions one after the other."""
    only = request.node.get_closest_marker("edition")
    if only and only.args[0] != request.param:
        pytest.skip(f"only for {only.args[0]}")
    return Builtins(library, request.param)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.timeout(_LIMIT_SECONDS))


def _program(config: pytest.Config, name: str) -> Path:
    path = config.getoption("--programs").resolve() / name
    if not path.is_file():
        pytest.fail(
            f"{path} is not built: run ci/build release {name}, or name its folder with --programs", pytrace=False
        )
    return path


@pytest.fixture(scope="session")
def echo_server(pytestconfig: pytest.Config) -> Path:
    return _program(pytestconfig, "echo-server")


@pytest.fixture(scope="session")
def fetch(pytestconfig: pytest.Config) -> Path:
    return _program(pytestconfig, "fetch")


@pytest.fixture(scope="session")
def echo_client(pytestconfig: pytest.Config) -> Path:
    return _program(pytestconfig, "echo-client")


@dataclass(frozen=True)
class Identity:
    """A certificate with its key, and the authority that signed it: PEM files."""

    ca: Path
    cert: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context


@pytest.fixture(scope="session")
def identify(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Identity]:
    """Makes a certificate for the names given, signed by one authority for all tests."""
    authority = trustme.CA()
    ca = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(ca)

    def make(*names: str) -> Identity:
        folder = tmp_path_factory.mktemp("identity")
        leaf = authority.issue_cert(*names)
        made = Identity(ca, folder / "cert.pem", folder / "key.pem")
        leaf.cert_chain_pems[0].write_to_path(made.cert)
        leaf.private_key_pem.write_to_path(made.key)
        return made

    return make


@pytest.fixture(scope="session")
def identity(identify: Callable[..., Identity]) -> Identity:
    return identify("localhost", "127.0.0.1")


class Server:
    """A running echo-server."""

    def __init__(self, program: Path, flags: tuple[str, ...], log: Path, port: int = 0) -> None:
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [program, "--port", str(port), *flags],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline()
        found = _READY.search(self.ready)
        if not found:
            self.stop()
            pytest.fail(f"no ready line, but {self.ready!r}; stderr: {log.read_text()}", pytrace=False)
        self.scheme, self.port = found[1], int(found[2])
        self.url = f"{self.scheme}://127.0.0.1:{self.port}/"

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            if self.process.stdout:
                self.process.stdout.close()


@pytest.fixture
def start_server(echo_server: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts an echo-server with further flags; it is ended after the test."""
    with ExitStack() as stack:
        count = 0

        def start(*flags: str, port: int = 0) -> Server:
            nonlocal count
            count += 1
            server = Server(echo_server, flags, tmp_path / f"echo-server-{count}.log", port)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def server(echo_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An echo-server for all tests that only talk to it. That it still runs at the end is part of them."""
    made = Server(echo_server, (), tmp_path_factory.mktemp("server") / "log")
    yield made
    assert made.process.poll() is None, f"the echo-server died: {made.log.read_text()}"
    assert made.stop() == 0


@pytest.fixture(scope="session")
def secure_server(echo_server: Path, identity: Identity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    flags = ("--tls", "--cert", str(identity.cert), "--key", str(identity.key))
    made = Server(echo_server, flags, tmp_path_factory.mktemp("server") / "log")
    yield made
    assert made.process.poll() is None, f"the echo-server died: {made.log.read_text()}"
    assert made.stop() == 0


class Peer:
    """A server of the library `websockets`. What its handler returned or raised, a connection each, is in `ends`."""

    def __init__(self, handler: Callable[[Any], Any], **options: Any) -> None:
        self.ends: list[Any] = []
        self._news = threading.Condition()
        self._handler = handler
        secure = "ssl" in options
        self._server = websockets.sync.server.serve(self._serve, "127.0.0.1", 0, **options)
        self.port = self._server.socket.getsockname()[1]
        self.url = f"{'wss' if secure else 'ws'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _serve(self, connection: Any) -> None:
        try:
            end = self._handler(connection)
        except Exception as error:
            end = error
        with self._news:
            self.ends.append(end)
            self._news.notify_all()

    def results(self, count: int) -> list[Any]:
        """What the handlers returned, once there are so many: a client may be through before the server's thread is."""
        with self._news:
            self._news.wait_for(lambda: len(self.ends) >= count, _LIMIT_SECONDS / 2)
            return list(self.ends)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()


@pytest.fixture
def start_peer() -> Iterator[Callable[..., Peer]]:
    """Starts a `websockets` server with a handler; it is ended after the test."""
    with ExitStack() as stack:

        def start(handler: Callable[[Any], Any], **options: Any) -> Peer:
            peer = Peer(handler, **options)
            stack.callback(peer.stop)
            return peer

        yield start


Finished = subprocess.CompletedProcess[str]


@pytest.fixture
def run_client(echo_client: Path) -> Callable[..., Finished]:
    """Runs echo-client to its end."""

    def run(*arguments: str) -> Finished:
        return subprocess.run(
            [echo_client, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
        )

    return run
