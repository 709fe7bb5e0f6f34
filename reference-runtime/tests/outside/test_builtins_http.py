# SPDX-License-Identifier: Apache-2.0
"""HTTP built-ins (Osprey section 14) with genuine clients and servers: http.client, curl, http.server, raw sockets."""

import ctypes
import hashlib
import http.client
import http.server
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from osprey_library import Builtins, Failed, FullHandler, RawHandler, free_port, given

MIB = 1 << 20


def describe(method: bytes, path: bytes, headers: bytes, body: bytes) -> int:
    return given(b'{"method":"%s","path":"%s","body":%d}' % (method, path, len(body)))


@pytest.fixture
def serve(builtins: Builtins) -> Iterator[Callable[..., int]]:
    """Serves a handler; gives the port."""
    ids = []

    def start(handler: Callable[..., int] = describe) -> int:
        port = free_port()
        server = builtins.call("http_create_server", port, "127.0.0.1")
        builtins.call("http_listen", server, builtins.keep(RawHandler(handler)))
        ids.append(server)
        return port

    yield start
    for server in ids:
        builtins.call("http_stop_server", server)


def test_requests_reach_the_handler_untouched(serve: Callable[..., int]) -> None:
    client = http.client.HTTPConnection("127.0.0.1", serve())
    for method, path, body in [("GET", "/no/such?x=1&y", b""), ("POST", "/p", b"hello"), ("DELETE", "/%20", b"")]:
        client.request(method, path, body or None)
        answer = client.getresponse()
        assert answer.status == 200
        assert answer.getheader("Content-Type") == "application/json"
        assert answer.getheader("Date")
        assert answer.read() == b'{"method":"%s","path":"%s","body":%d}' % (method.encode(), path.encode(), len(body))


def test_a_head_answer_has_the_length_and_no_body(serve: Callable[..., int]) -> None:
    client = http.client.HTTPConnection("127.0.0.1", serve())
    client.request("HEAD", "/")
    answer = client.getresponse()
    assert int(answer.getheader("Content-Length") or 0) > 0
    assert answer.read() == b""
    client.request("GET", "/")
    assert client.getresponse().status == 200


def test_null_is_an_empty_body(serve: Callable[..., int]) -> None:
    client = http.client.HTTPConnection("127.0.0.1", serve(lambda *_: 0))
    client.request("GET", "/")
    answer = client.getresponse()
    assert (answer.status, answer.read(), answer.getheader("Content-Type")) == (200, b"", None)


def test_a_hundred_megabytes_come_through(serve: Callable[..., int]) -> None:
    body = b"x" * (100 * MIB)
    client = http.client.HTTPConnection("127.0.0.1", serve(lambda *_: given(body)))
    client.request("GET", "/")
    assert client.getresponse().read() == body


def test_chunked_upload_and_expect_with_curl(serve: Callable[..., int], tmp_path: pytest.TempPathFactory) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not at hand")
    url = f"http://127.0.0.1:{serve()}/up"
    command = [
        "curl",
        "-sS",
        "--data-binary",
        "@-",
        "-H",
        "Transfer-Encoding: chunked",
        "-H",
        "Expect: 100-continue",
        url,
    ]
    done = subprocess.run(command, input=b"y" * (3 * MIB), capture_output=True, check=True)
    assert done.stdout == b'{"method":"POST","path":"/up","body":%d}' % (3 * MIB)


def test_pipelined_requests_are_answered_in_order(serve: Callable[..., int]) -> None:
    with socket.create_connection(("127.0.0.1", serve()), timeout=30) as connection:
        connection.sendall(b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(50)))
        connection.shutdown(socket.SHUT_WR)
        octets = b"".join(iter(lambda: connection.recv(65536), b""))
    assert [octets.find(b'"/%d"' % n) for n in range(50)] == sorted(octets.find(b'"/%d"' % n) for n in range(50))
    assert octets.count(b"HTTP/1.1 200 OK\r\n") == 50


@pytest.mark.parametrize(
    ("request_octets", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\nhello", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: a\n b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400),
        (b"BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 20000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: magic\r\n\r\n", 417),
    ],
)
def test_doubtful_requests_are_refused_and_closed(
    serve: Callable[..., int], request_octets: bytes, status: int
) -> None:
    with socket.create_connection(("127.0.0.1", serve()), timeout=30) as connection:
        connection.sendall(request_octets + b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
        octets = b"".join(iter(lambda: connection.recv(65536), b""))
    assert octets.startswith(b"HTTP/1.1 %d " % status), octets[:100]
    assert octets.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close\r\n" in octets


def full_server(builtins: Builtins, handler: Callable[..., int]) -> tuple[int, int]:
    port = free_port()
    server = builtins.call("http_create_server", port, "127.0.0.1")
    builtins.library.osprey_http_listen_full.restype = type(builtins.raw("http_stop_server", 0))
    builtins.call("http_listen_full", server, builtins.keep(FullHandler(handler)), None)
    return server, port


@pytest.mark.edition("osprey-result")
def test_large_bodies_are_streamed_by_descriptor(builtins: Builtins) -> None:
    seen = {}

    def handler(request, response, context):  # type: ignore[no-untyped-def]
        digest = hashlib.sha256()
        while piece := os.read(request[0].body_fd, MIB):
            digest.update(piece)
        seen["sha256"], seen["in_memory"] = digest.hexdigest(), request[0].body_length
        reader, writer = os.pipe()
        threading.Thread(target=lambda: (os.write(writer, b"z" * 300000), os.close(writer))).start()
        response[0].streamFd = reader
        return 0

    server, port = full_server(builtins, handler)
    client = http.client.HTTPConnection("127.0.0.1", port)
    body = os.urandom(8 * MIB)
    client.request("POST", "/", body)
    answer = client.getresponse()
    assert answer.getheader("Transfer-Encoding") == "chunked"
    assert answer.read() == b"z" * 300000
    assert seen == {"sha256": hashlib.sha256(body).hexdigest(), "in_memory": 0}
    builtins.call("http_stop_server", server)


@pytest.mark.edition("osprey-result")
def test_status_headers_and_binary_bodies_of_a_full_handler(builtins: Builtins) -> None:
    def handler(request, response, context):  # type: ignore[no-untyped-def]
        if request[0].path == b"/broken":
            response[0].headers = given(b"X: a\r\n\r\nHTTP/1.1 200 OK\r\n")
            return 0
        if request[0].path == b"/failed":
            return -1
        response[0].status = 404
        response[0].headers = given(b"X-From: handler\r\n")
        response[0].partialBody, response[0].partialLength = given(b"a\0b"), 3
        return 0

    server, port = full_server(builtins, handler)
    for path, status, body in [("/x?q=1", 404, b"a\0b"), ("/failed", 500, None), ("/broken", 500, None)]:
        client = http.client.HTTPConnection("127.0.0.1", port)
        client.request("GET", path)
        answer = client.getresponse()
        assert answer.status == status
        octets = answer.read()
        if body is not None:
            assert octets == body
            assert answer.getheader("X-From") == "handler"
            assert answer.getheader("Content-Type") == "application/octet-stream"
        assert answer.getheader("X") is None
    builtins.call("http_stop_server", server)


def test_blocking_handlers_hold_nobody_up(serve: Callable[..., int]) -> None:
    gate = threading.Event()
    inside = threading.Semaphore(0)

    def handler(method: bytes, path: bytes, headers: bytes, body: bytes) -> int:
        if path == b"/blocks":
            inside.release()
            gate.wait(60)
        return given(b"ok")

    port = serve(handler)
    blocked = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(100)]
    for connection in blocked:
        connection.sendall(b"GET /blocks HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    for _ in blocked:
        assert inside.acquire(timeout=60)  # all hundred are inside their handlers at once
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", "/free")
    assert client.getresponse().read() == b"ok"
    gate.set()
    for connection in blocked:
        assert b"".join(iter(lambda c=connection: c.recv(4096), b"")).endswith(b"ok")


class _Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, body, dict(self.headers)))  # type: ignore[attr-defined]
        status = 404 if self.path.endswith("missing") else 200
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _answer

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def peer() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_client_with_pythons_server(builtins: Builtins, peer: http.server.ThreadingHTTPServer) -> None:
    client = builtins.call("http_create_client", f"http://127.0.0.1:{peer.server_port}/base", 20000)
    assert builtins.call("http_get", client, "/a?b=c", "X-Y: z\r\n") == 200
    assert builtins.call("http_post", client, "/p", "hello", "Content-Type: text/plain\r\n") == 200
    assert builtins.call("http_put", client, "/p", "", "") == 200
    assert builtins.call("http_delete", client, "/missing", "") == 404
    for method in range(7):
        assert builtins.call("http_request", client, method, "/m", "", "") == 200
    first, second = peer.seen[0], peer.seen[1]  # type: ignore[attr-defined]
    assert first[:3] == ("GET", "/base/a?b=c", b"")
    assert first[3]["X-Y"] == "z"
    assert second[:3] == ("POST", "/base/p", b"hello")
    builtins.call("http_close_client", client)
    with pytest.raises(Failed) as gone:
        builtins.call("http_get", client, "/", "")
    assert gone.value.code == -1


def test_arguments_that_cannot_be_used(builtins: Builtins) -> None:
    for name, arguments, code in [
        ("http_create_server", (-1, "127.0.0.1"), -6),
        ("http_create_server", (0, "127.0.0.1"), -6),
        ("http_create_server", (65536, "127.0.0.1"), -6),
        ("http_create_server", (free_port(), ""), -7),
        ("http_create_server", (free_port(), None), -7),
        ("http_create_server", (free_port(), "localhost"), -7),
        ("http_listen", (987654, None), -1),
        ("http_stop_server", (987654,), -1),
        ("http_create_client", ("", 1000), -9),
        ("http_create_client", ("ftp://x", 1000), -9),
        ("http_create_client", ("http://", 1000), -9),
        ("http_create_client", ("http://127.0.0.1", 0), -10),
        ("http_get", (987654, "/", ""), -1),
    ]:
        with pytest.raises(Failed) as failed:
            builtins.call(name, *arguments)
        assert failed.value.code == code, (name, arguments, failed.value)
    client = builtins.call("http_create_client", "http://127.0.0.1:9", 2000)
    for path, headers, code in [
        ("", "", -8),
        ("x", "", -8),
        ("/a b", "", -8),
        ("/a\r\nX: y", "", -8),
        ("/", "A: b\r\n\r\nGET / HTTP/1.1\r\n", -10),
        ("/", "no colon", -10),
        ("/", "", -11),
    ]:
        with pytest.raises(Failed) as failed:
            builtins.call("http_get", client, path, headers)
        assert failed.value.code == code, (path, headers, failed.value)
    builtins.call("http_close_client", client)


def test_a_busy_port_names_port_and_reason(builtins: Builtins, monkeypatch: pytest.MonkeyPatch) -> None:
    os.environ["OSPREY_BIND_RETRY_MS"] = "50"
    try:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(Failed) as failed:
                builtins.call("http_create_server", port, "127.0.0.1")
        assert failed.value.code == -4
        if builtins.edition == "osprey-result":
            assert str(port) in failed.value.message
            assert "in use" in failed.value.message
    finally:
        del os.environ["OSPREY_BIND_RETRY_MS"]


def canned(answer: bytes) -> tuple[int, threading.Thread]:
    """A server that gives one connection these octets and ends it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    return listener.getsockname()[1], thread


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX: y\r\n\r\n"
            b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
            201,
        ),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", 200),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: x\r\n\r\n", 200),
        (b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", 302),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", -18),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", -18),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", -18),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", -18),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", -18),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\nx", -17),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200000, -17),
        (b"SSH-2.0-OpenSSH\r\n\r\n", -18),
        (b"", -18),
    ],
)
def test_answers_of_a_faulty_server(builtins: Builtins, answer: bytes, outcome: int) -> None:
    port, thread = canned(answer)
    client = builtins.call("http_create_client", f"http://127.0.0.1:{port}", 20000)
    try:
        assert builtins.call("http_get", client, "/", "") == outcome
    except Failed as failed:
        assert failed.code == outcome
    builtins.call("http_close_client", client)  # the connection may have been kept
    thread.join()


def test_a_silent_server_is_left_after_the_timeout(builtins: Builtins) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = builtins.call("http_create_client", f"http://127.0.0.1:{listener.getsockname()[1]}", 50)
        with pytest.raises(Failed) as failed:
            builtins.call("http_get", client, "/", "")
        assert failed.value.code == -12
        builtins.call("http_close_client", client)


def test_the_exported_names_are_those_of_the_headers(library: str) -> None:
    listed = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    exported = {line.split()[-1].split("@")[0] for line in listed.splitlines()} - {"OSPREY_0"}
    include = Path(__file__).resolve().parents[2] / "include" / "osprey"
    text = "".join((include / name).read_text() for name in ("osprey.h", "vais_websocket.h"))
    assert {name for name in exported if f"{name}(" not in text} == set()
    assert len(exported) > 70


def test_the_layout_of_a_result_is_the_documented_one() -> None:
    from osprey_library import Result

    assert ctypes.sizeof(Result) == 24
    assert (Result.tag.offset, Result.value.offset, Result.message.offset) == (0, 8, 16)
