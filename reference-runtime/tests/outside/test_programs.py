# SPDX-License-Identifier: Apache-2.0
"""The two programs as a user meets them: ready line, help, one clear line for a mistake, an orderly end."""

import http.server
import json
import re
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest
import websocket
from conftest import ROOT, Identity, Server
from raw import Raw, request
from websocket import ABNF

DRIVER = ROOT / "reference-runtime/driver"


def run(program: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )


def one_line(finished: "subprocess.CompletedProcess[str]") -> str:
    """The only line that a program said, on standard error; its status must be 2."""
    assert finished.returncode == 2, finished
    assert finished.stdout == ""
    lines = finished.stderr.splitlines()
    assert len(lines) == 1, finished.stderr
    return lines[0]


def test_the_ready_line_names_the_port_that_is_listened_on(start_server: Callable[..., Server]) -> None:
    server = start_server()
    assert server.scheme == "ws"
    assert server.port > 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=30):
        pass


def test_a_named_port_is_taken(echo_server: Path, start_server: Callable[..., Server]) -> None:
    first = start_server()
    port = first.port
    assert first.stop() == 0
    again = start_server(port=port)
    assert again.port == port


def test_a_port_is_free_again_at_once_after_a_stop_with_open_connections(start_server: Callable[..., Server]) -> None:
    first = start_server()
    with Raw(first.port) as peer:
        peer.send(request(first.port))
        assert peer.head()[0] == 101
        assert first.stop() == 0
        again = start_server(port=first.port)
        assert again.port == first.port


def test_a_busy_port_gets_one_line(echo_server: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = one_line(run(echo_server, "--port", str(port)))
    assert str(port) in line
    assert re.search(r"in use", line, re.IGNORECASE)


@pytest.mark.parametrize("port", ["65536", "-1", "http", ""])
def test_a_port_that_is_none_gets_one_line(echo_server: Path, port: str) -> None:
    assert "--port" in one_line(run(echo_server, f"--port={port}"))


def test_a_bad_flag_gets_one_line(echo_server: Path, echo_client: Path) -> None:
    assert "--no-such-flag" in one_line(run(echo_server, "--no-such-flag"))
    assert "--no-such-flag" in one_line(run(echo_client, "--no-such-flag", "ws://127.0.0.1:1/"))


@pytest.mark.parametrize("kind", ["missing", "empty", "garbage", "directory"])
@pytest.mark.parametrize("which", ["--cert", "--key"])
def test_an_unreadable_certificate_gets_one_line(
    echo_server: Path, identity: Identity, tmp_path: Path, kind: str, which: str
) -> None:
    bad = tmp_path / "bad.pem"
    if kind == "directory":
        bad.mkdir()
    elif kind != "missing":
        bad.write_text("" if kind == "empty" else "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    files = {"--cert": str(identity.cert), "--key": str(identity.key), which: str(bad)}
    flags = [word for pair in files.items() for word in pair]
    assert str(bad) in one_line(run(echo_server, "--port", "0", "--tls", *flags))


def test_a_key_of_another_certificate_gets_one_line(
    echo_server: Path, identity: Identity, identify: Callable[..., Identity]
) -> None:
    other = identify("localhost")
    line = one_line(run(echo_server, "--port", "0", "--tls", "--cert", str(identity.cert), "--key", str(other.key)))
    assert str(other.key) in line or str(identity.cert) in line


def test_tls_without_a_certificate_gets_one_line(echo_server: Path) -> None:
    assert "--cert" in one_line(run(echo_server, "--port", "0", "--tls"))


def test_a_client_without_url_gets_one_line(echo_client: Path) -> None:
    assert one_line(run(echo_client))


@pytest.mark.parametrize("url", ["127.0.0.1:9001", "http://127.0.0.1:1/", "ws://", "ws://[::1", "ws://a b/"])
def test_a_url_that_is_none_gets_one_line(echo_client: Path, url: str) -> None:
    assert url in one_line(run(echo_client, url))


class _Counting(http.server.BaseHTTPRequestHandler):
    """Answers with its path, and keeps in mind which connection that was on."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[tuple[str, int]]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.client_address[1]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: object) -> None:
        pass


def test_fetch_keeps_its_connection_from_line_to_line(fetch: Path) -> None:
    _Counting.seen.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Counting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        lines = f"GET {base}/one\nGET {base}/two\nGET nowhere\nGET {base}/three\n"
        done = subprocess.run([fetch, "--kept"], input=lines, capture_output=True, text=True, check=True, timeout=60)
        server.shutdown()
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report.get("length") for report in reports] == [4, 4, None, 6]
    assert "error" in reports[2]
    assert [path for path, _ in _Counting.seen] == ["/one", "/two", "/three"]
    assert len({port for _, port in _Counting.seen}) == 1


def test_fetch_without_anything_to_ask_gets_one_line(fetch: Path) -> None:
    assert "--url" in one_line(run(fetch))


@pytest.mark.parametrize("name", ["echo-server", "echo-client"])
def test_help_has_every_flag(request: pytest.FixtureRequest, name: str) -> None:
    """Every flag that the sources of the program name is in its help, with a text of its own."""
    finished = run(request.getfixturevalue(name.replace("-", "_")), "--help")
    assert finished.returncode == 0
    assert finished.stderr == ""
    sources = [path for path in DRIVER.glob("*.cpp") if path.stem.startswith(name.replace("-", "_"))]
    assert sources, f"no source of {name} in {DRIVER}"
    flags = {flag for path in sources for flag in re.findall(r'"[^"]*?(--[a-z][a-z-]+)[^"]*"', path.read_text())}
    contract = {"echo-server": {"--port", "--tls", "--cert", "--key", "--threads"},
                "echo-client": {"--agent", "--cases", "--ca", "--once"}}[name]  # fmt: skip
    for flag in flags | contract:
        assert re.search(rf"{flag}\b(?!-)", finished.stdout), f"{flag} is not in the help:\n{finished.stdout}"


def test_sigterm_says_1001_to_all_and_exits_with_0(start_server: Callable[..., Server]) -> None:
    server = start_server()
    clients = [websocket.create_connection(server.url, timeout=30) for _ in range(5)]
    for client in clients:
        client.send("alive")
        assert client.recv() == "alive"
    server.process.terminate()
    for client in clients:
        opcode, data = client.recv_data(control_frame=True)
        assert (opcode, data[:2]) == (ABNF.OPCODE_CLOSE, (1001).to_bytes(2, "big"))
        # websocket-client has answered the Close by now; the server is the one that ends TCP.
        client.shutdown()
    assert server.process.wait(30) == 0


def test_sigterm_does_not_wait_for_ever_for_a_mute_client(start_server: Callable[..., Server]) -> None:
    server = start_server()
    with Raw(server.port) as peer, socket.create_connection(("127.0.0.1", server.port), timeout=30):
        peer.send(request(server.port))
        assert peer.head()[0] == 101
        server.process.terminate()
        assert peer.close_code() == 1001
        assert server.process.wait(30) == 0


def test_sigint_ends_it_too(start_server: Callable[..., Server]) -> None:
    server = start_server()
    server.process.send_signal(2)
    assert server.process.wait(30) == 0


def test_a_tls_client_on_a_plain_port_harms_nobody(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as stranger:
        stranger.sendall(b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(160))
    with closing(websocket.create_connection(server.url, timeout=30)) as client:
        client.send("still here")
        assert client.recv() == "still here"


def test_a_plain_client_on_a_tls_port_harms_nobody(secure_server: Server, identity: Identity) -> None:
    with socket.create_connection(("127.0.0.1", secure_server.port), timeout=30) as stranger:
        stranger.sendall(request(secure_server.port))
        stranger.recv(4096)
    options = {"ca_certs": str(identity.ca)}
    with closing(websocket.create_connection(secure_server.url, timeout=30, sslopt=options)) as client:
        client.send("still here")
        assert client.recv() == "still here"
