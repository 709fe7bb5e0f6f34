# SPDX-License-Identifier: Apache-2.0
"""The echo server, octet by octet: what a client library does not do."""

import pytest
from conftest import Server
from raw import BINARY, CLOSE, CONTINUATION, KEY, PING, PONG, TEXT, Raw, frame, request

SIXTEEN_MIB = 16 * 1024 * 1024


def shaken(server: Server, *headers: str) -> Raw:
    peer = Raw(server.port)
    peer.send(request(server.port, *headers))
    assert peer.head()[0] == 101
    return peer


def test_a_frame_in_the_segment_of_the_request_is_served(server: Server) -> None:
    with Raw(server.port) as peer:
        peer.send(request(server.port) + frame(TEXT, b"early") + frame(PING, b"bird"))
        status, headers = peer.head()
        assert status == 101
        # RFC 6455 section 1.3 has this very key and answer.
        assert KEY == "dGhlIHNhbXBsZSBub25jZQ=="
        assert headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert peer.frame() == (0x80 | TEXT, b"early")
        assert peer.frame() == (0x80 | PONG, b"bird")


def test_a_request_octet_by_octet_is_served(server: Server) -> None:
    with Raw(server.port) as peer:
        for octet in request(server.port) + frame(TEXT, b"slow"):
            peer.send(bytes([octet]))
        assert peer.head()[0] == 101
        assert peer.frame() == (0x80 | TEXT, b"slow")


def test_no_extension_without_an_offer(server: Server) -> None:
    with Raw(server.port) as peer:
        peer.send(request(server.port))
        status, headers = peer.head()
        assert status == 101
        assert "sec-websocket-extensions" not in headers


def test_an_unknown_extension_is_not_taken_up(server: Server) -> None:
    with Raw(server.port) as peer:
        peer.send(request(server.port, "Sec-WebSocket-Extensions: x-nobody-has-this; depth=3"))
        status, headers = peer.head()
        assert status == 101
        assert "sec-websocket-extensions" not in headers


def test_a_wrong_version_is_told_the_right_one(server: Server) -> None:
    with Raw(server.port) as peer:
        peer.send(request(server.port).replace(b"Version: 13", b"Version: 12"))
        status, headers = peer.head()
        assert (status, headers["sec-websocket-version"]) == (426, "13")


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (b"GET /", b"POST /"),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (KEY.encode(), b"dG9vIHNob3J0"),
        (b"Upgrade: websocket\r\n", b""),
        (b"Connection: Upgrade\r\n", b""),
        (b"Host:", b"Hast:"),
    ],
    ids=["method", "version", "key", "no-upgrade", "no-connection", "no-host"],
)
def test_an_unsound_request_is_not_upgraded(server: Server, found: bytes, wanted: bytes) -> None:
    octets = request(server.port)
    assert found in octets
    with Raw(server.port) as peer:
        peer.send(octets.replace(found, wanted))
        status, headers = peer.head()
        assert 400 <= status < 600  # 505 is the right word for HTTP/1.0
        assert "sec-websocket-accept" not in headers


@pytest.mark.parametrize(
    "octets",
    [
        frame(TEXT, b"x")[:1] + b"\x01x",
        b"\xc1" + frame(TEXT, b"x")[1:],
        frame(CONTINUATION, b"x"),
        frame(TEXT, b"x", fin=False) + frame(TEXT, b"y"),
        frame(PING, b"x", fin=False),
        frame(PING, b"x" * 126),
        frame(CLOSE, b"\x03"),
        b"\x81\xfe\x00\x05abcd",
    ],
    ids=[
        "unmasked",
        "reserved-bit",
        "orphan-continuation",
        "text-in-text",
        "cut-ping",
        "long-ping",
        "close-of-one-octet",
        "length-not-shortest",
    ],
)
def test_a_broken_frame_ends_with_1002(server: Server, octets: bytes) -> None:
    with shaken(server) as peer:
        peer.send(octets)
        assert peer.close_code() == 1002
        assert peer.rest() == b""


def test_a_close_without_code_is_answered(server: Server) -> None:
    with shaken(server) as peer:
        peer.send(frame(CLOSE))
        first, payload = peer.frame()
        assert first == 0x80 | CLOSE
        assert payload in (b"", (1000).to_bytes(2, "big"))
        assert peer.rest() == b""


def test_nothing_is_served_after_a_close(server: Server) -> None:
    with shaken(server) as peer:
        peer.send(frame(CLOSE, b"\x03\xe8") + frame(TEXT, b"too late"))
        assert peer.close_code() == 1000
        assert peer.rest() == b""


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_message_over_the_limit_is_refused_before_it_comes(server: Server, opcode: int) -> None:
    with shaken(server) as peer:
        peer.send(frame(opcode, b"", claim=SIXTEEN_MIB + 1))
        assert peer.close_code() == 1009


def test_a_message_of_the_limit_is_served(server: Server) -> None:
    with shaken(server) as peer:
        head = b"\x82" + bytes([0x80 | 127]) + SIXTEEN_MIB.to_bytes(8, "big") + bytes(4)
        peer.send(head + bytes(SIXTEEN_MIB))
        first, payload = peer.frame()
        assert (first, len(payload), payload.count(0)) == (0x80 | BINARY, SIXTEEN_MIB, SIXTEEN_MIB)


def test_a_length_with_its_top_bit_set_is_refused(server: Server) -> None:
    with shaken(server) as peer:
        peer.send(b"\x82\xff" + (1 << 63).to_bytes(8, "big") + b"abcd")
        assert peer.close_code() in (1002, 1009)


def test_a_header_block_over_the_limit_is_refused(server: Server) -> None:
    with Raw(server.port) as peer:
        peer.send(request(server.port, "X-Padding: " + "p" * (16 * 1024)))
        assert peer.head()[0] == 431
