# SPDX-License-Identifier: Apache-2.0
"""The echo server as the clients of two PyPI libraries see it: websocket-client and websockets."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import websocket
import websockets.sync.client
from conftest import Identity, Server
from websocket import ABNF

TEXTS = ["", "a", "Grüße, 世界 🦅", "x" * 125, "x" * 126, "x" * 65535, "x" * 65536]


@pytest.fixture
def talk(server: Server) -> Iterator[websocket.WebSocket]:
    with closing(websocket.create_connection(server.url, timeout=30)) as connection:
        yield connection


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{len(text.encode())}-octets")
def test_text_comes_back(talk: websocket.WebSocket, text: str) -> None:
    talk.send(text)
    assert talk.recv_data() == (ABNF.OPCODE_TEXT, text.encode())


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536, 1 << 20])
def test_binary_comes_back(talk: websocket.WebSocket, length: int) -> None:
    data = bytes(i * 7 & 0xFF for i in range(length))
    talk.send_binary(data)
    assert talk.recv_data() == (ABNF.OPCODE_BINARY, data)


def test_messages_come_back_in_order(talk: websocket.WebSocket) -> None:
    sent = [f"message {number}" for number in range(500)]
    for text in sent:
        talk.send(text)
    assert [talk.recv() for _ in sent] == sent


def test_ping_is_answered_with_its_own_octets(talk: websocket.WebSocket) -> None:
    talk.ping(b"\x00\xffping")
    assert talk.recv_data(control_frame=True) == (ABNF.OPCODE_PONG, b"\x00\xffping")


def test_unasked_pong_is_ignored(talk: websocket.WebSocket) -> None:
    talk.pong("nobody asked")
    talk.send("next")
    assert talk.recv_data(control_frame=True) == (ABNF.OPCODE_TEXT, b"next")


def test_fragments_come_back_as_one_message_with_a_ping_between(talk: websocket.WebSocket) -> None:
    # The cut goes through the two octets of an ü: a fragment needs not be valid UTF-8 by itself.
    for opcode, data, fin in [
        (ABNF.OPCODE_TEXT, b"Gr\xc3", 0),
        (ABNF.OPCODE_CONT, b"\xbc\xc3\x9f", 0),
        (ABNF.OPCODE_PING, b"between", 1),
        (ABNF.OPCODE_CONT, b"e", 1),
    ]:
        talk.send_frame(ABNF.create_frame(data, opcode, fin))
    assert talk.recv_data(control_frame=True) == (ABNF.OPCODE_PONG, b"between")
    assert talk.recv_data(control_frame=True) == (ABNF.OPCODE_TEXT, "Grüße".encode())


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
def test_close_is_answered_with_the_same_code(talk: websocket.WebSocket, code: int) -> None:
    talk.send_close(code, b"enough")
    opcode, data = talk.recv_data(control_frame=True)
    assert opcode == ABNF.OPCODE_CLOSE
    assert int.from_bytes(data[:2], "big") == code
    assert talk.sock.recv(1) == b""


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 2999, 5000])
def test_a_code_that_must_not_be_sent_is_a_protocol_error(talk: websocket.WebSocket, code: int) -> None:
    talk.send_frame(ABNF.create_frame(code.to_bytes(2, "big"), ABNF.OPCODE_CLOSE))
    opcode, data = talk.recv_data(control_frame=True)
    assert (opcode, data[:2]) == (ABNF.OPCODE_CLOSE, (1002).to_bytes(2, "big"))


def test_invalid_utf8_is_refused_with_1007(talk: websocket.WebSocket) -> None:
    talk.send_frame(ABNF.create_frame(b"\xce\xba\xed\xa0\x80", ABNF.OPCODE_TEXT))
    opcode, data = talk.recv_data(control_frame=True)
    assert (opcode, data[:2]) == (ABNF.OPCODE_CLOSE, (1007).to_bytes(2, "big"))


def test_a_reserved_opcode_is_refused_with_1002(talk: websocket.WebSocket) -> None:
    talk.sock.sendall(b"\x83\x80abcd")  # the library does not send such a frame
    opcode, data = talk.recv_data(control_frame=True)
    assert (opcode, data[:2]) == (ABNF.OPCODE_CLOSE, (1002).to_bytes(2, "big"))


def test_no_extension_is_answered_when_none_is_offered(talk: websocket.WebSocket) -> None:
    assert talk.getheaders() is not None
    assert "sec-websocket-extensions" not in {name.lower() for name in talk.getheaders()}


def test_no_subprotocol_is_answered_when_none_is_offered(talk: websocket.WebSocket) -> None:
    assert "sec-websocket-protocol" not in {name.lower() for name in talk.getheaders()}


def test_two_connections_do_not_mix(server: Server) -> None:
    with (
        closing(websocket.create_connection(server.url, timeout=30)) as one,
        closing(websocket.create_connection(server.url, timeout=30)) as two,
    ):
        one.send("one")
        two.send("two")
        assert (two.recv(), one.recv()) == ("two", "one")


def test_wss_with_a_known_authority(secure_server: Server, identity: Identity) -> None:
    options = {"ca_certs": str(identity.ca), "cert_reqs": ssl.CERT_REQUIRED}
    url = f"wss://localhost:{secure_server.port}/"
    with closing(websocket.create_connection(url, timeout=30, sslopt=options)) as connection:
        for text in ("over TLS", "x" * 100_000):
            connection.send(text)
            assert connection.recv() == text
        connection.send_close(1000)
        opcode, _ = connection.recv_data(control_frame=True)
        assert opcode == ABNF.OPCODE_CLOSE


def test_wss_refuses_old_tls(secure_server: Server, identity: Identity) -> None:
    context = ssl.create_default_context(cafile=identity.ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        websocket.create_connection(secure_server.url, timeout=30, sslopt={"context": context})


def _library(server: Server, **options: Any) -> Any:
    return websockets.sync.client.connect(server.url, max_size=None, **options)


def test_deflate_is_taken_up_when_offered(server: Server) -> None:
    with _library(server, compression="deflate") as connection:
        assert [extension.name for extension in connection.protocol.extensions] == ["permessage-deflate"]
        for text in (*TEXTS, "squeeze me " * 10_000):
            connection.send(text)
            assert connection.recv() == text


def test_deflate_of_a_message_in_fragments(server: Server) -> None:
    with _library(server, compression="deflate") as connection:
        connection.send(["squeeze ", "me ", "as one"])
        assert connection.recv() == "squeeze me as one"


def test_both_libraries_at_a_time(server: Server, talk: websocket.WebSocket) -> None:
    with _library(server, compression=None) as connection:
        assert connection.protocol.extensions == []
        connection.send(b"\x00\x01")
        talk.send("text")
        assert connection.recv() == b"\x00\x01"
        assert talk.recv() == "text"


def test_four_hundred_connections_at_a_time(start_server: Callable[..., Server]) -> None:
    server = start_server()
    connections = [websocket.create_connection(server.url, timeout=30) for _ in range(400)]
    for number, connection in enumerate(connections):
        connection.send(str(number))
    assert [connection.recv() for connection in connections] == [str(number) for number in range(400)]
    for connection in connections:
        connection.close()
