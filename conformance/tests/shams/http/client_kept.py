# SPDX-License-Identifier: Apache-2.0
"""The HTTP client of the shams that makes several exchanges: a line METHOD URL [CONTENT] each, one connection kept."""

import contextlib
import hashlib
import json
import os
import select
import signal
import socket
import sys
import threading

from client import TIMEOUT, fields_of, parse, read_out, request_text
from client_reader import Failed, Input, chunks, read_content, read_head, values

# These do not look at a kept connection before they use it again.
UNLOOKED = {
    "left-over-kept",
    "left-over-is-content",
    "interim-left",
    "broken-kept",
    "to-the-end-kept",
    "close-ignored",
    "says-close-and-stays",
}
# What these faults do shows here in other words.
READER = {"interim-left": "interim-is-final", "content-cut": "", "trailers-left": "", "look-alike": ""}


class Keeper:
    def __init__(self, fault, oddity):
        self.fault, self.oddity = fault, oddity
        self.link, self.source = None, None
        self.parked, self.first, self.owed = [], None, None
        self.extra = b""

    def drop(self, stay=False):
        if self.link is not None and stay:
            self.parked.append(self.link)
        elif self.link is not None:
            self.link.close()
        self.link, self.source, self.owed = None, None, None

    def idle_octets(self):
        """Octets that nobody asked for, or the end (b"" beside True)."""
        if not select.select([self.link], [], [], 0)[0]:
            return b"", False
        try:
            octets = self.link.recv(65536)
        except OSError:
            return b"", True
        return octets, not octets

    def usable(self):
        if self.link is None:
            return False
        if self.fault in UNLOOKED - {"left-over-is-content"}:
            return True
        octets, ended = self.idle_octets()
        stray = self.source.buffer + octets
        if ended and self.fault == "stale-fatal":
            raise SystemExit(1)
        if stray.strip(b"\r\n") == b"" and stray and self.fault == "line-ends-hang":
            threading.Event().wait(30)
        if not ended and self.fault in ("left-over-is-content", "left-over-dropped"):
            self.extra, self.source.buffer = (stray if self.fault == "left-over-is-content" else b""), b""
            return True
        if stray or ended:
            self.drop()
        return self.link is not None

    def connect(self, host, port):
        self.link = socket.create_connection((host, port), TIMEOUT)
        self.link.settimeout(TIMEOUT)
        self.source = Input(self.link, READER.get(self.fault, self.fault))

    def exchange(self, method, url, body):
        host, port, shown, target, _ = parse(url, self.fault)
        fields = fields_of(method, shown, body, self.fault, self.oddity)
        if self.fault.startswith("says-close"):
            fields.append(("Connection", "close"))
        for attempt in range(6):
            again = self.usable()
            if not again:
                self.connect(host, port)
            sent = [field for field in fields if field[0] != "Host"] if self.fault == "second-without-host" else fields
            head, content = request_text(method, target, sent if again else fields, body, self.fault)
            if self.fault == "post-sends-more" and content:
                content += b"\r\n"
            with contextlib.suppress(OSError):
                self.link.sendall(head + content)
            before = self.source.came
            try:
                return self.response(method)
            except (Failed, OSError):
                came = self.source.came > before
                if self.fault != "broken-kept":
                    self.drop(self.fault == "broken-left-open")
                # RFC 9110 §9.2.2: once, and only what may be sent twice.
                retry = again and attempt == 0 and method != "POST" and not came
                retry = retry or (self.fault == "retries-lost-post" and again and method == "POST")
                retry = retry or (self.fault == "retries-lost-get" and attempt < 5 and target == "/second")
                if self.fault in ("broken-kept", "to-the-end-kept") or not retry:
                    raise
        raise Failed("no answer")

    def response(self, method):
        if self.owed == b"chunked":
            chunks(self.source)
        elif self.owed:
            self.source.exactly(self.owed)
        self.owed = None
        while True:
            status, fields, minor = read_head(self.source)
            if not 100 <= status < 200 or self.source.fault == "interim-is-final":
                break
        content = self.extra + self.content(status, fields, method, minor)
        self.extra = b""
        self.settle(status, fields, method, minor)
        if self.fault == "answer-again":
            self.first = self.first or (status, content)
            return self.first
        return status, content

    def content(self, status, fields, method, minor):
        fault, source = self.fault, self.source
        bare = method == "HEAD" or status in (204, 304)
        if fault == "content-of-a-head" and bare:
            self.owed = b"chunked" if values(fields, b"transfer-encoding") else 0
            self.owed = self.owed or int((values(fields, b"content-length") or [0])[0])
        if fault == "content-of-a-204" and status == 204:
            return source.rest()
        if fault == "error-content-left" and status >= 400:
            return b""
        if fault == "trailers-left" and values(fields, b"transfer-encoding") and not bare:
            parts = []
            while size := int(source.until(b"\r\n", 1 << 17).partition(b";")[0], 16):
                parts.append(source.exactly(size))
                source.exactly(2)
            return b"".join(parts)
        whole = read_content(source, status, fields, method, minor)
        if fault == "content-cut" and len(whole) > 65536:
            source.buffer = whole[65536:] + source.buffer
            return whole[:65536]
        if fault == "look-alike" and whole.startswith(b"HTTP/1.1 "):
            source.buffer = whole + source.buffer
            return b""
        return whole

    def settle(self, status, fields, method, minor):
        """RFC 9112 §9.3: whether the connection is kept behind a response."""
        fault = self.fault
        lines = [value.decode("latin-1") for value in values(fields, b"connection")]
        options = [part.strip(" \t") for line in lines for part in line.split(",")]
        if fault == "close-as-whole":
            options = lines[:1]
        if fault != "close-with-case":
            options = [option.lower() for option in options]
        close = "close" in options and fault != "close-ignored"
        if minor == 0 and "keep-alive" not in options and fault != "old-version-kept":
            close = True
        coding = values(fields, b"transfer-encoding")
        length = values(fields, b"content-length")
        bare = method == "HEAD" or status in (204, 304)
        if not bare and not coding and not length and fault != "to-the-end-kept":
            close = True
        if coding and (length or minor == 0) and not bare:
            close = True
        if self.oddity == "reads-to-the-end" or (self.oddity == "closes-when-told" and "close" in options):
            read_out(self.link)
        asked = self.oddity in ("closes", "reads-to-the-end") or fault.startswith("says-close")
        if fault == "says-close-and-stays":
            close = asked = False
        if close or asked or fault in ("never-kept", "kept-open"):
            self.drop(fault in ("kept-open", "close-left-open", "says-close-and-leaves-open"))


def run(fault, oddity):
    if fault in ("dead", "mute"):
        return 1
    if fault == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    keeper = Keeper(fault, oddity)
    for line in sys.stdin:
        method, url, *content = line.rstrip("\n").split(" ", 2)
        try:
            status, octets = keeper.exchange(method, url, "".join(content).encode())
            report = {"status": status, "length": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}
        except (Failed, OSError, ValueError) as error:
            report = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(report), flush=True)
    return 0
