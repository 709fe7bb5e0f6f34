# SPDX-License-Identifier: Apache-2.0
"""The echo client against servers made with the PyPI library `websockets`."""

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme
from conftest import Finished, Identity, Peer

PAYLOADS = ["", "hello", "Grüße 🦅", "x" * 65536, b"", b"\x00\xff", bytes(range(256)) * 500]


def exchange(connection: Any) -> list[Any]:
    """Sends every payload, keeps what comes back, closes."""
    back = []
    for payload in PAYLOADS:
        connection.send(payload)
        back.append(connection.recv())
    connection.close()
    return back


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_text_and_binary_come_back(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished], compression: str | None
) -> None:
    seen = []

    def handler(connection: Any) -> list[Any]:
        seen.extend(extension.name for extension in connection.protocol.extensions)
        return exchange(connection)

    peer = start_peer(handler, compression=compression)
    finished = run_client("--once", peer.url)
    assert finished.returncode == 0, finished
    assert peer.results(1) == [PAYLOADS]
    assert seen == (["permessage-deflate"] if compression else [])


def test_fragments_come_back_as_one_message(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished]
) -> None:
    def handler(connection: Any) -> Any:
        connection.send(["in ", "three ", "parts"])
        return connection.recv()

    peer = start_peer(handler)
    assert run_client("--once", peer.url).returncode == 0
    assert peer.results(1) == ["in three parts"]


def test_a_ping_is_answered(start_peer: Callable[..., Peer], run_client: Callable[..., Finished]) -> None:
    def handler(connection: Any) -> bool:
        return connection.ping(b"are you there").wait(30)

    peer = start_peer(handler, ping_interval=None)
    assert run_client("--once", peer.url).returncode == 0
    assert peer.results(1) == [True]


@pytest.mark.parametrize("code", [1000, 1001, 3000])
def test_a_close_is_answered_with_the_same_code(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished], code: int
) -> None:
    def handler(connection: Any) -> int:
        connection.close(code, "enough")
        return connection.protocol.close_rcvd.code

    peer = start_peer(handler)
    run_client("--once", peer.url)
    assert peer.results(1) == [code]


def test_wss_with_its_own_authority(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished], identity: Identity
) -> None:
    peer = start_peer(exchange, ssl=identity.server_context())
    for host in ("localhost", "127.0.0.1"):
        finished = run_client("--once", "--ca", str(identity.ca), f"wss://{host}:{peer.port}/")
        assert finished.returncode == 0, finished
    assert peer.results(2) == [PAYLOADS, PAYLOADS]


def test_the_host_name_is_sent_to_a_tls_server(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished], identity: Identity
) -> None:
    names: list[str | None] = []
    context = identity.server_context()
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    peer = start_peer(exchange, ssl=context)
    assert run_client("--once", "--ca", str(identity.ca), f"wss://localhost:{peer.port}/").returncode == 0
    assert names == ["localhost"]


def refused(finished: Finished, peer: Peer) -> str:
    """The one line of a client that got no connection. The server's handler never ran."""
    assert finished.returncode not in (0, 2), finished
    assert finished.returncode > 0, f"ended by a signal: {finished}"
    assert peer.ends == []
    lines = finished.stderr.splitlines()
    assert len(lines) == 1, finished.stderr
    return lines[0]


def test_a_certificate_for_another_host_is_refused(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished], identify: Callable[..., Identity]
) -> None:
    other = identify("elsewhere.example")
    peer = start_peer(exchange, ssl=other.server_context())
    line = refused(run_client("--once", "--ca", str(other.ca), f"wss://localhost:{peer.port}/"), peer)
    assert "localhost" in line


def test_a_certificate_for_a_name_does_not_hold_for_an_address(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished], identify: Callable[..., Identity]
) -> None:
    named = identify("localhost")
    peer = start_peer(exchange, ssl=named.server_context())
    refused(run_client("--once", "--ca", str(named.ca), f"wss://127.0.0.1:{peer.port}/"), peer)


def test_an_unknown_authority_is_refused(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished], identity: Identity, tmp_path: Any
) -> None:
    peer = start_peer(exchange, ssl=identity.server_context())
    url = f"wss://localhost:{peer.port}/"
    refused(run_client("--once", url), peer)
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(stranger)
    refused(run_client("--once", "--ca", str(stranger), url), peer)


def test_an_unreadable_authority_gets_one_line(run_client: Callable[..., Finished], tmp_path: Any) -> None:
    missing = str(tmp_path / "no.pem")
    finished = run_client("--once", "--ca", missing, "wss://localhost:1/")
    assert finished.returncode == 2, finished
    assert [missing in line for line in finished.stderr.splitlines()] == [True]


def test_nobody_there_is_told(run_client: Callable[..., Finished]) -> None:
    with socket.socket() as unheard:
        # Bound but not listening: a connection is refused, and nobody else can take the port meanwhile.
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        finished = run_client("--once", f"ws://127.0.0.1:{port}/")
    assert finished.returncode == 1, finished
    assert str(port) in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_a_server_that_is_none_is_told(start_peer: Callable[..., Peer], run_client: Callable[..., Finished]) -> None:
    def not_found(connection: Any, _request: Any) -> Any:
        return connection.respond(404, "no WebSocket here\n")

    peer = start_peer(exchange, process_request=not_found)
    assert "404" in refused(run_client("--once", peer.url), peer)


class Fuzzer:
    """The addresses of Autobahn's fuzzing server, with `count` cases that each send one message."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.echoes: list[Any] = []

    def __call__(self, connection: Any) -> None:
        url = urlsplit(connection.request.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.asked.append((url.path, query))
        if url.path == "/getCaseCount":
            connection.send(str(self.count))
        elif url.path == "/runCase":
            self.run_case(connection, query["case"])

    def run_case(self, connection: Any, number: str) -> None:
        connection.send(f"case {number}")
        self.echoes.append(connection.recv())


def test_the_loop_of_the_fuzzing_server(start_peer: Callable[..., Peer], run_client: Callable[..., Finished]) -> None:
    fuzzer = Fuzzer(3)
    peer = start_peer(fuzzer)
    finished = run_client(peer.url, "--agent", "outside test")
    assert finished.returncode == 0, finished
    agent = {"agent": "outside test"}
    assert fuzzer.asked == [
        ("/getCaseCount", {}),
        ("/runCase", {"case": "1", **agent}),
        ("/runCase", {"case": "2", **agent}),
        ("/runCase", {"case": "3", **agent}),
        ("/updateReports", agent),
    ]
    assert fuzzer.echoes == ["case 1", "case 2", "case 3"]


class RudeFuzzer(Fuzzer):
    """Its cases end as Autobahn's do: with a dropped connection, with a protocol error, or well."""

    def run_case(self, connection: Any, number: str) -> None:
        if number == "1":
            connection.socket.shutdown(socket.SHUT_RDWR)
        elif number == "2":
            connection.socket.sendall(b"\xf1\x00")
        else:
            super().run_case(connection, number)


def test_a_case_that_ends_badly_does_not_end_the_loop(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished]
) -> None:
    fuzzer = RudeFuzzer(3)
    peer = start_peer(fuzzer)
    finished = run_client(peer.url)
    assert finished.returncode == 0, finished
    assert fuzzer.echoes == ["case 3"]
    assert fuzzer.asked[-1][0] == "/updateReports"


class MuteFuzzer(Fuzzer):
    """It closes without saying how many cases it has."""

    def __call__(self, connection: Any) -> None:
        self.asked.append((connection.request.path, {}))


def test_a_server_without_cases_to_tell_is_an_error(
    start_peer: Callable[..., Peer], run_client: Callable[..., Finished]
) -> None:
    peer = start_peer(MuteFuzzer(0))
    finished = run_client(peer.url)
    assert finished.returncode == 1, finished
    assert len(finished.stderr.splitlines()) == 1
