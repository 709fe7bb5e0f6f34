# SPDX-License-Identifier: Apache-2.0
"""An echo server that is wrong on purpose, in one way a run: what the gate must turn red on.

Usage: sham_server.py PORT FAULT, where FAULT is none, utf8, blind, mute, code or dies.
"""

import base64
import hashlib
import socket
import sys
from typing import BinaryIO

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CLOSE, PING, PONG = 8, 9, 10


class Gone(Exception):
    """The peer has closed its side."""


class Peer:
    """One connection, octets in and frames out; no fragments: the cases run against it have none."""

    def __init__(self, connection: socket.socket, stream: BinaryIO) -> None:
        self._connection = connection
        self._stream = stream

    def _read(self, length: int) -> bytes:
        data = self._stream.read(length)
        if len(data) < length:
            raise Gone
        return data

    def shake_hands(self) -> None:
        key = b""
        while (line := self._stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"sec-websocket-key":
                key = value.strip()
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
        self._connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    def receive(self) -> tuple[int, bytes]:
        first, second = self._read(2)
        length = second & 0x7F
        if length == 126:
            length = int.from_bytes(self._read(2))
        elif length == 127:
            length = int.from_bytes(self._read(8))
        mask = self._read(4)
        payload = self._read(length)
        return first, bytes(octet ^ mask[i % 4] for i, octet in enumerate(payload))

    def send(self, first: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = bytes([first, size])
        elif size < 65536:
            head = bytes([first, 126]) + size.to_bytes(2)
        else:
            head = bytes([first, 127]) + size.to_bytes(8)
        self._connection.sendall(head + payload)

    def close(self, code: int) -> None:
        self.send(0x80 | CLOSE, code.to_bytes(2))
        raise Gone


def broken_rule(first: int, payload: bytes, fault: str) -> int | None:
    """The close code for a frame that must not be, as far as this server looks."""
    opcode = first & 0x0F
    if first & 0x70 or opcode not in (1, 2, CLOSE, PING, PONG) or (opcode >= CLOSE and len(payload) > 125):
        return 1002
    if opcode == 1 and fault != "utf8":
        try:
            payload.decode()
        except UnicodeDecodeError:
            return 1007
    return None


def serve(peer: Peer, fault: str) -> None:
    while True:
        first, payload = peer.receive()
        if fault == "mute":
            continue
        if fault == "blind":
            peer.send(first, payload)
            continue
        if code := broken_rule(first, payload, fault):
            peer.close(code)
        opcode = first & 0x0F
        if opcode == CLOSE:
            peer.close(1003 if fault == "code" else 1000)
        if opcode != PONG:
            peer.send(0x80 | PONG if opcode == PING else first, payload)


def main(port: int, fault: str) -> None:
    with socket.create_server(("127.0.0.1", port)) as server:
        served = 0
        while fault != "dies" or served < 3:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as stream:
                peer = Peer(connection, stream)
                try:
                    peer.shake_hands()
                    served += 1
                    serve(peer, fault)
                except (Gone, OSError):
                    pass


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
