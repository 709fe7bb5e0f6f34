# SPDX-License-Identifier: Apache-2.0
"""Octets by hand, for what no client library would send."""

import socket
from typing import BinaryIO

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def request(port: int, *headers: str) -> bytes:
    """A sound opening handshake, with further header lines."""
    lines = [
        "GET / HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, claim: int | None = None) -> bytes:
    """A masked frame (RFC 6455 section 5.2). `claim` states another length than the payload has."""
    mask = b"\x37\xfa\x21\x3d"
    length = len(payload) if claim is None else claim
    first = bytes([(0x80 if fin else 0) | opcode])
    if length < 126:
        head = first + bytes([0x80 | length])
    elif length < 65536:
        head = first + bytes([0x80 | 126]) + length.to_bytes(2, "big")
    else:
        head = first + bytes([0x80 | 127]) + length.to_bytes(8, "big")
    return head + mask + bytes(octet ^ mask[i % 4] for i, octet in enumerate(payload))


class Raw:
    """A TCP connection to a server: octets out, a response head and frames in."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream: BinaryIO = self._socket.makefile("rb")

    def __enter__(self) -> "Raw":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()

    def send(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers (lower case) of the response."""
        status = int(self._stream.readline().split()[1])
        headers = {}
        while (line := self._stream.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return status, headers

    def frame(self) -> tuple[int, bytes]:
        """First octet and payload of the next frame that is not the server's own ping."""
        while (found := self._frame())[0] == 0x80 | PING:
            pass
        return found

    def _frame(self) -> tuple[int, bytes]:
        first, second = self._exactly(2)
        # Servers do not mask (RFC 6455 section 5.1).
        assert second & 0x80 == 0, "the server masked a frame"
        length = second
        if second == 126:
            length = int.from_bytes(self._exactly(2), "big")
        elif second == 127:
            length = int.from_bytes(self._exactly(8), "big")
        return first, self._exactly(length)

    def close_code(self) -> int:
        """The code of the next frame, which must be a Close."""
        first, payload = self.frame()
        assert first == 0x80 | CLOSE, f"not a Close but a frame {first:#x} {payload!r}"
        return int.from_bytes(payload[:2], "big")

    def rest(self) -> bytes:
        """All that comes until the server closes TCP."""
        return self._stream.read()

    def _exactly(self, length: int) -> bytes:
        data = self._stream.read(length)
        assert len(data) == length, f"TCP ended after {len(data)} of {length} octets"
        return data
