# SPDX-License-Identifier: Apache-2.0
"""WebSocket built-ins (Osprey sections 15.4, 16) against the PyPI library `websockets`, and among themselves."""

import http.client
import os
import queue
import socket
import threading
from collections.abc import Callable

import pytest
import websockets.exceptions
import websockets.sync.client
from osprey_library import Builtins, Failed, RawHandler, free_port, given


class Server:
    def __init__(self, builtins: Builtins, path: str = "/chat") -> None:
        self.port = free_port()
        self.id = builtins.call("websocket_create_server", self.port, "127.0.0.1", path)
        builtins.call("websocket_server_listen", self.id)
        self.url = f"ws://127.0.0.1:{self.port}{path}"


def test_the_chat_example(builtins: Builtins) -> None:
    server = Server(builtins)
    builtins.call("websocket_server_broadcast", server.id, "Welcome to Osprey Chat!")
    got: queue.Queue[bytes] = queue.Queue()
    handler = builtins.message_handler(lambda message: got.put(message) or True)
    connection = builtins.call("websocket_connect", server.url, handler)
    for message in ("Hello from Osprey!", "How is everyone?", "ping"):
        builtins.call("websocket_send", connection, message)
    with websockets.sync.client.connect(server.url) as outside:
        assert builtins.call("websocket_server_broadcast", server.id, "to all") == (
            2 if builtins.edition == "osprey-int" else 0
        )
        assert outside.recv(timeout=30) == "to all"
        assert got.get(timeout=30) == b"to all"
        builtins.call("websocket_close", connection)
        builtins.call("websocket_stop_server", server.id)
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            outside.recv(timeout=30)
        assert closed.value.rcvd.code == 1001
    with pytest.raises(Failed):
        builtins.call("websocket_stop_server", server.id)


def test_other_paths_are_404(builtins: Builtins) -> None:
    server = Server(builtins)
    with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
        websockets.sync.client.connect(f"ws://127.0.0.1:{server.port}/other")
    assert refused.value.response.status_code == 404
    with pytest.raises(Failed) as failed:
        builtins.call("websocket_connect", f"ws://127.0.0.1:{server.port}/other", None)
    assert failed.value.code == -14
    builtins.call("websocket_stop_server", server.id)


def test_the_client_with_a_library_server(builtins: Builtins, start_peer: Callable) -> None:
    got: queue.Queue[bytes] = queue.Queue()
    peer = start_peer(lambda connection: [connection.send(message) for message in connection])
    handler = builtins.message_handler(lambda message: got.put(message) or True)
    connection = builtins.call("websocket_connect", peer.url, handler)
    builtins.call("websocket_send", connection, "grüß gott")
    assert got.get(timeout=30) == "grüß gott".encode()
    builtins.call("websocket_close", connection)
    for name, arguments in [("websocket_send", (connection, "late")), ("websocket_close", (connection,))]:
        with pytest.raises(Failed) as failed:
            builtins.call(name, *arguments)
        assert failed.value.code == -1


def test_a_handler_that_fails_closes_with_1011(builtins: Builtins, start_peer: Callable) -> None:
    codes: queue.Queue[int] = queue.Queue()

    def serve(connection) -> None:  # type: ignore[no-untyped-def]
        connection.send("unwanted")
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            connection.recv(timeout=30)
        codes.put(closed.value.rcvd.code)

    peer = start_peer(serve)
    connection = builtins.call("websocket_connect", peer.url, builtins.message_handler(lambda _: False))
    assert codes.get(timeout=30) == 1011
    builtins.call("websocket_close", connection)


def test_arguments_that_cannot_be_used(builtins: Builtins) -> None:
    server = Server(builtins)
    connection = builtins.call("websocket_connect", server.url, None)
    http = builtins.call("http_create_client", "http://127.0.0.1:9", 100)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = closed.getsockname()[1]
    for name, arguments, code in [
        ("websocket_create_server", (0, "127.0.0.1", "/x"), -6),
        ("websocket_create_server", (-1, "127.0.0.1", "/x"), -6),
        ("websocket_create_server", (65536, "127.0.0.1", "/x"), -6),
        ("websocket_create_server", (8080, "nowhere", "/x"), -7),
        ("websocket_create_server", (8080, "127.0.0.1", ""), -8),
        ("websocket_create_server", (8080, "127.0.0.1", "x"), -8),
        ("websocket_server_listen", (987654,), -1),
        ("websocket_server_listen", (http,), -1),
        ("websocket_server_listen", (server.id,), -5),
        ("websocket_server_broadcast", (server.id, None), -10),
        ("websocket_server_broadcast", (server.id, b"\xff"), -10),
        ("websocket_connect", (None, None), -9),
        ("websocket_connect", ("", None), -9),
        ("websocket_connect", ("http://127.0.0.1", None), -9),
        ("websocket_connect", ("ws://127.0.0.1/#fragment", None), -9),
        ("websocket_connect", (f"ws://127.0.0.1:{nobody}/", None), -11),
        ("websocket_connect", ("ws://no-such-host.invalid/", None), -11),
        ("websocket_send", (server.id, "x"), -1),
        ("websocket_send", (connection, None), -10),
        ("websocket_send", (connection, b"\xc3\x28"), -10),
        ("websocket_close", (987654,), -1),
        ("websocket_stop_server", (connection,), -1),
    ]:
        with pytest.raises(Failed) as failed:
            builtins.call(name, *arguments)
        assert failed.value.code == code, (name, arguments, failed.value)
        if builtins.edition == "osprey-result":
            assert failed.value.message
    builtins.call("websocket_close", connection)
    builtins.call("websocket_stop_server", server.id)
    builtins.call("http_close_client", http)


def test_a_port_can_be_listened_on_again_at_once(builtins: Builtins) -> None:
    port = free_port()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        server = builtins.call("websocket_create_server", port, "127.0.0.1", "/")
        builtins.call("websocket_server_listen", server)
        connection = builtins.call("websocket_connect", f"ws://127.0.0.1:{port}/", None)
        builtins.call("websocket_stop_server", server)
        builtins.call("websocket_close", connection)
    assert len(os.listdir("/proc/self/fd")) <= before


def test_http_and_websocket_share_a_port(builtins: Builtins) -> None:
    port = free_port()
    http_id = builtins.call("http_create_server", port, "127.0.0.1")
    builtins.call("http_listen", http_id, builtins.keep(RawHandler(lambda *_: given(b"plain"))))
    ws_id = builtins.call("websocket_create_server", port, "127.0.0.1", "/live")
    builtins.call("websocket_server_listen", ws_id)
    with websockets.sync.client.connect(f"ws://127.0.0.1:{port}/live") as outside:
        client = http.client.HTTPConnection("127.0.0.1", port)
        client.request("GET", "/live")
        assert client.getresponse().read() == b"plain"
        builtins.call("websocket_server_broadcast", ws_id, "both")
        assert outside.recv(timeout=30) == "both"
        builtins.call("websocket_stop_server", ws_id)
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            outside.recv(timeout=30)
        assert closed.value.rcvd.code == 1001
    client.request("GET", "/still")
    assert client.getresponse().read() == b"plain"
    builtins.call("http_stop_server", http_id)


def test_many_threads_at_once(builtins: Builtins) -> None:
    server = Server(builtins)
    connection = builtins.call("websocket_connect", server.url, None)
    outcomes: queue.Queue[int] = queue.Queue()

    def close() -> None:
        try:
            outcomes.put(builtins.call("websocket_close", connection))
        except Failed as failed:
            outcomes.put(failed.code)

    threads = [threading.Thread(target=close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.get() for _ in threads) == [-1] * 7 + [0]
    builtins.call("websocket_stop_server", server.id)
