# SPDX-License-Identifier: Apache-2.0
"""The built-ins of the shared library, called through ctypes as a program in another language would."""

import ctypes
import socket
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int64, c_void_p
from pathlib import Path
from typing import Any

_libc = ctypes.CDLL(None)
_libc.malloc.restype = c_void_p
_libc.malloc.argtypes = [ctypes.c_size_t]

RawHandler = CFUNCTYPE(c_void_p, c_char_p, c_char_p, c_char_p, c_char_p)
CodeHandler = CFUNCTYPE(c_int64, c_char_p)


class Result(Structure):
    _fields_ = (("tag", c_int64), ("value", c_int64), ("message", c_void_p))


class Request(Structure):
    _fields_ = (
        ("method", c_int64),
        ("path", c_char_p),
        ("headers", c_char_p),
        ("body", c_void_p),
        ("queryParams", c_char_p),
        ("body_length", c_int64),
        ("body_fd", c_int64),
    )


class Response(Structure):
    _fields_ = (
        ("status", c_int64),
        ("headers", c_void_p),
        ("contentType", c_void_p),
        ("contentLength", c_int64),
        ("streamFd", c_int64),
        ("isComplete", c_int64),
        ("partialBody", c_void_p),
        ("partialLength", c_int64),
    )


FullHandler = CFUNCTYPE(c_int64, POINTER(Request), POINTER(Response), c_void_p)


def given(octets: bytes) -> int:
    """Octets in memory from malloc(), which the runtime frees; a NUL stands behind them."""
    address: int = _libc.malloc(len(octets) + 1)
    ctypes.memmove(address, octets + b"\0", len(octets) + 1)
    return address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Failed(Exception):
    """An Err; its code, and in the Result edition its message."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


class Builtins:
    """`call("http_get", id, "/")`: the value, or Failed. The edition decides which function that is."""

    def __init__(self, library: Path, edition: str) -> None:
        self.library = ctypes.CDLL(str(library))
        self.edition = edition
        self._kept: list[Any] = []  # handlers must outlive the servers that call them

    def keep(self, handler: Any) -> Any:
        self._kept.append(handler)
        return handler

    def raw(self, name: str, *arguments: Any) -> Any:
        prefix = "" if self.edition == "osprey-int" else "osprey_"
        function = getattr(self.library, prefix + name)
        function.restype = c_int64 if self.edition == "osprey-int" else Result
        return function(*[self._argument(each) for each in arguments])

    def call(self, name: str, *arguments: Any) -> int:
        answer = self.raw(name, *arguments)
        if self.edition == "osprey-int":
            if answer < 0:
                raise Failed(answer)
            return int(answer)
        if answer.tag == 0:
            assert answer.message is None
            return int(answer.value)
        text = ctypes.string_at(answer.message).decode()
        code = answer.value
        self.library.osprey_result_free(byref(answer))
        assert answer.message is None
        raise Failed(code, text)

    def message_handler(self, handle: Any) -> Any:
        """A handler of messages in this edition's own form; `handle` returns True for Success."""
        if self.edition == "osprey-int":
            return self.keep(CodeHandler(lambda message: 0 if handle(message) else -1))

        # ctypes makes no callback that returns a struct; in the System V ABI such a function gets the place for it
        # first and answers that address.
        def answer(place: int, message: bytes) -> int:
            Result.from_address(place).__init__(*((0, 0, None) if handle(message) else (1, -10, None)))  # type: ignore[misc]
            return place

        return self.keep(CFUNCTYPE(c_void_p, c_void_p, c_char_p)(answer))

    @staticmethod
    def _argument(value: Any) -> Any:
        if isinstance(value, int):
            return c_int64(value)
        if isinstance(value, str):
            return c_char_p(value.encode())
        if isinstance(value, bytes):
            return c_char_p(value)
        return value
