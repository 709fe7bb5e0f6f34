# SPDX-License-Identifier: Apache-2.0
"""The HTTP server of the shams: right, or wrong in one chosen way. Answers GET, sends content of POST and PUT back."""

import asyncio
import contextlib
import socket
import struct
import sys
from email.utils import formatdate

from server_faults import FAULTS
from server_reader import METHODS, Ended, Preface, Reader, Refused

ALLOW = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
HELLO = b"Hello, world"
SLOW = 1.2  # seconds a request may take


class Hang(Exception):
    pass


class Connection:
    def __init__(self, reader, writer, fault, oddity):
        self.reader, self.writer, self.fault, self.oddity = reader, writer, fault, oddity
        self.input = Reader(self.more, fault)
        self.input.before_content = self.before_content
        self.input.oddity = oddity
        self.served = 0
        self.held = b""
        self.expected = False

    async def more(self):
        if self.fault == "slow-request-kept":
            return await self.reader.read(1 << 16)
        try:
            return await asyncio.wait_for(self.reader.read(1 << 16), SLOW)
        except asyncio.TimeoutError as error:
            raise (Refused(408) if self.input.buffer else Ended) from error

    async def send(self, octets):
        self.writer.write(octets)
        if self.oddity == "slow-octets" and len(octets) < 1000:
            await self.writer.drain()
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def before_content(self, request):
        """RFC 9110 §10.1.1: the sign to send the content, where it has not come yet."""
        fault = self.fault
        if not request.expects or fault == "continue-never":
            return
        if self.input.buffer and fault not in ("continue-late", "continue-to-1.0"):
            return
        if fault == "continue-late":
            await self.input.fill()
        length = b"Content-Length: 0\r\n" if fault == "continue-with-length" else b""
        await self.send(b"HTTP/1.1 100 Continue\r\n" + length + b"\r\n")
        self.expected = True

    async def run(self):
        fault = self.fault
        if fault == "dead":
            return
        if fault == "mute":
            raise Hang
        while True:
            request = None
            try:
                request = await self.input.request()
            except Ended:
                if fault == "never-ends-back":
                    raise Hang from None
                return
            except Preface:
                await self.send(b"\0\0\0\4\0\0\0\0\0")
                return
            except Refused as refused:
                if not await self.refuse(refused):
                    return
                continue
            if fault == "half-close-is-the-end" and self.reader.at_eof():
                return
            if not await self.answer(request):
                return

    async def refuse(self, refused):
        """True: the connection goes on."""
        fault = self.fault
        if refused.hang:
            raise Hang
        if self.oddity == "refuses-silently":
            return False
        if refused.half:
            await self.send(b"HTTP/1.1 400 Bad")
            return False
        if refused.status == 505 and fault in ("always-1.0", "version-echoed"):
            refused.status = 400
        head = self.input.current.method == b"HEAD"
        body = b"refused\n" if fault != "505-empty" or refused.status != 505 else b""
        kept = fault in ("error-kept", "error-goes-on", "limit-runs-the-rest", "early-final-kept")
        if fault == "bad-second-kills-first":
            self.held = b""
        fields = [("Date", self.date(refused.status)), ("Content-Type", "text/plain")]
        if fault == "no-date-in-errors":
            fields = fields[1:]
        if refused.status in (405, 501) and fault != "405-without-allow":
            fields.append(("Allow", ALLOW))
        if refused.status == 426 and fault != "426-without-upgrade":
            fields.append(("Upgrade", "websocket"))
        fields.append(("Content-Length", str(len(body))))
        if not kept:
            fields.append(("Connection", "close"))
        text = self.status_line(refused.status) + self.lines(fields) + b"\r\n"
        if fault == "error-bare":
            text = self.status_line(refused.status)[:-2]
            await self.send(text)
            return False
        if not head or fault == "head-error-with-content":
            text += body
        await self.send(self.held + text)
        self.held = b""
        if kept and not self.input.buffer and self.reader.at_eof():
            return False
        if fault == "early-final-kept":
            await self.send(text)
        if fault == "error-goes-on":
            at = self.input.buffer.find(b"GET ")
            self.input.buffer = self.input.buffer[at:] if at >= 0 else b""
        return kept

    def date(self, status):
        import time

        now = time.time() - (3600 if self.fault == "date-stale" else 0)
        text = formatdate(now, usegmt=True)
        if self.fault == "date-old-format":
            text = time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(now))
        if self.fault == "date-blanks":
            text = text.replace(", ", ",  ")
        return text

    def status_line(self, status, version=b"HTTP/1.1"):
        if self.fault == "status-version-low":
            version = b"HTTP/1.2.3"
        if self.fault == "always-1.0":
            version = b"HTTP/0.9"
        reason = b"" if self.oddity == "lower-case-fields" else b"As the sham says"
        if self.fault == "no-blank-behind-code":
            return version + b" %d\r\n" % status
        return version + b" %d " % status + reason + b"\r\n"

    def lines(self, fields):
        fault, out = self.fault, b""
        if fault == "response-blank-first":
            out = b" X-First: a\r\n"
        for name, value in fields:
            if name == "Date" and fault == "no-date":
                continue
            name = name.lower() if self.oddity == "lower-case-fields" else name
            out += f"{name}:{'  ' if fault == 'response-untidy' else ' '}{value}\r\n".encode("latin-1")
        extra = {
            "response-lf": b"X-A: a\nX-B: b\r\n",
            "response-folded": b"X-A: a\r\n b\r\n",
            "response-field-twice": b"Content-Type: text/html\r\nContent-Type: text/plain\r\n",
            "response-empty-element": b"Allow: GET,,HEAD\r\n",
            "response-blank-colon": b"X-A : a\r\n",
            "content-coding-identity": b"Content-Encoding: identity\r\n",
            "keep-alive-unlisted": b"Keep-Alive: timeout=5\r\n",
            "connection-lists-date": b"Connection: date\r\n",
        }
        return out + extra.get(fault, b"")

    async def answer(self, request):
        """True: the connection goes on."""
        fault = self.fault
        self.served += 1
        if self.oddity == "answers-late":
            await asyncio.sleep(0.15)
        request.close = self.closes(request)
        if self.oddity == "closes-always" or request.unread:
            request.close = True
        if self.oddity == "early-hints" and request.version != b"HTTP/1.0":
            await self.send(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        if fault == "pipeline-limit" and self.served > 10:
            return False
        if fault == "continue-no-final" and self.expected:
            raise Hang
        status, fields, body = self.content(request)
        if status == 101:
            await self.send(b"HTTP/1.1 101 Switching\r\nUpgrade: osprey\r\nConnection: Upgrade\r\n\r\n")
            raise Hang
        octets = self.response(request, status, fields, body)
        if fault == "pipeline-dropped":
            self.input.buffer = b""
        if fault == "bad-second-kills-first" and self.input.buffer:
            self.held += octets
            return not request.close
        if fault == "pipeline-swapped" and self.input.buffer and not self.held:
            self.held = octets
            return not request.close
        octets = octets + self.held if fault == "pipeline-swapped" else self.held + octets
        self.held = b""
        await self.send(octets)
        if fault == "never-kept" or fault == "response-to-the-end":
            return False
        if fault == "never-kept-says-so" and request.method in (b"HEAD", b"OPTIONS"):
            return False
        if fault == "late-request-served" and self.input.buffer:
            return True
        return not request.close

    def closes(self, request):
        fault, tokens = self.fault, [one.lower() for one in request.tokens(b"Connection")]
        old = request.version == b"HTTP/1.0"
        if fault == "close-ignored":
            return False
        if fault == "close-case":
            close = b"close" in request.tokens(b"Connection")
        elif fault == "close-not-in-list":
            close = tokens == [b"close"] and b"," not in b"".join(request.values(b"Connection"))
        else:
            close = b"close" in tokens
        if fault == "keep-alive-wins" and b"keep-alive" in tokens:
            return False
        return close or (old and b"keep-alive" not in tokens and fault not in ("1.0-kept", "coding-in-1.0-kept"))

    def content(self, request):
        fault, method, fields = self.fault, request.method, []
        if request.has(b"Connection", b"upgrade") and request.values(b"Upgrade"):
            websocket = request.has(b"Upgrade", b"websocket")
            if fault == "upgrades-to-anything" or (fault == "upgrades-1.0" and request.version == b"HTTP/1.0"):
                return 101, [], b""
            if websocket and request.version != b"HTTP/1.0":
                upgrade = (
                    [] if fault == "426-without-upgrade" else [("Upgrade", "websocket"), ("Connection", "upgrade")]
                )
                return 426, upgrade, b"no such version\n"
        elif request.values(b"Upgrade") and fault == "upgrades-without-option":
            return 101, [], b""
        if request.values(b"Range"):
            if fault == "range-hangs":
                raise Hang
            if fault == "range-memory":
                count = request.values(b"Range")[0].count(b",")
                self.memory = [bytearray(1 << 20) for _ in range(count // 10)]
                for part in self.memory:
                    part[::4096] = b"x" * len(part[::4096])
            if fault == "range-anywhere":
                return 206, fields, b"Hell"
        if method not in METHODS and self.oddity != "methods-all-served":
            return 501, [("Allow", ALLOW)], b"unknown method\n"
        if method == b"CONNECT":
            return 200, fields, b"taken\n"
        if fault == "no-get" and method == b"GET" and request.target == b"/":
            return 500, fields, b"out of order\n"
        if fault == "no-head" and method == b"HEAD":
            raise Hang
        if fault == "method-error-is-half" and method in (b"PUT", b"DELETE", b"PATCH", b"OPTIONS"):
            raise Half
        if method == b"OPTIONS":
            if fault == "options-nothing":
                raise Half
            return 204, [("Allow", ALLOW)], b""
        if method == b"TRACE" or (fault == "405-without-allow" and method in (b"PUT", b"DELETE", b"POST", b"OPTIONS")):
            if fault == "trace-tells":
                raise Half
            return 405, [] if fault == "405-without-allow" else [("Allow", ALLOW)], b"not here\n"
        if request.target not in (b"/", b"*") and not request.target.startswith(b"/?"):
            return 404, fields, b"nothing here\n"
        if method == b"PUT" and self.oddity == "put-creates":
            return 201, fields, b""
        if method in (b"POST", b"PUT") and not request.unread:
            return 200, fields, request.body[::-1] if fault == "content-coding-unsaid" else request.body
        return 200, fields, HELLO

    def response(self, request, status, fields, body):
        fault, old, head = self.fault, request.version == b"HTTP/1.0", request.method == b"HEAD"
        if fault == "close-unsaid" and request.close and not old:
            return b"HTTP/1.1 200"
        kind = "text/html" if fault == "head-other-type" and head else "text/plain"
        fields = [("Date", self.date(status)), *fields]
        if fault == "no-date-in-errors" and status >= 400:
            fields = fields[1:]
        chunked = self.oddity == "chunked-answers" and body and not old and not head
        chunked = chunked or (fault == "response-coded-1.0" and old)
        if status == 204:
            if fault == "204-with-length":
                fields.append(("Content-Length", "0"))
            if fault == "204-with-content":
                body = b"surprise"
        else:
            if fault != "no-content-type":
                fields.append(("Content-Type", kind))
            if chunked or fault in ("response-both", "response-chunked-twice", "response-coded"):
                coding = {"response-chunked-twice": "chunked, chunked", "response-coded": "osprey, chunked"}
                fields.append(("Transfer-Encoding", coding.get(fault, "chunked")))
            if not chunked and fault not in ("response-to-the-end", "response-chunked-twice", "response-coded"):
                length = len(body) + (1 if fault == "head-other-length" and head else 0)
                fields.append(("Content-Length", str(length)))
        says = request.close and fault != "close-unsaid"
        if fault in ("never-kept",):
            says = False
        if says:
            fields.append(("Connection", "close"))
        elif old and fault not in ("1.0-keep-alive-silent", "1.0-kept", "coding-in-1.0-kept"):
            fields.append(("Connection", "keep-alive"))
        version = request.version if fault == "version-echoed" else b"HTTP/1.1"
        out = self.status_line(status, version) + self.lines(fields) + b"\r\n"
        if fault == "error-bare" and status >= 400:
            return self.status_line(status)[:-2]
        last = request.close and fault == "head-with-content-at-the-end"
        if request.close and fault == "junk-behind-the-last":
            body += b"JUNK"
        no_content = head and not (
            last or fault == "head-with-content" or (fault == "head-error-with-content" and status >= 400)
        )
        if no_content or (status == 204 and fault != "204-with-content"):
            return out
        if chunked or fault in ("response-both", "response-chunked-twice", "response-coded"):
            extra = (b";x=y", b"X-T: a\r\n") if self.oddity else (b"", b"")
            chunk = b"%x" % len(body) + extra[0] + b"\r\n" + body + b"\r\n" if body else b""
            return out + chunk + b"0\r\n" + extra[1] + b"\r\n"
        return out + body


class Half(Exception):
    """Half a response, then the end."""


async def serve(reader, writer, fault, oddity):
    connection = Connection(reader, writer, fault, oddity)
    try:
        await connection.run()
        if connection.held:
            await connection.send(connection.held)
        if fault == "reset-at-the-end":
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        # RFC 9112 §9.6: what the client still sends is read, so that it can read the last response.
        if fault != "dead":
            with contextlib.suppress(OSError):
                writer.write_eof()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(drain(reader), 1.0)
    except Half:
        await connection.send(b"HTTP/1.1 200")
    except Hang:
        with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
            await asyncio.wait_for(asyncio.Event().wait(), 30)
    except ConnectionError:
        pass
    except SystemExit:
        import os

        os._exit(3)
    except UnicodeDecodeError:
        import os

        os.abort()
    finally:
        with contextlib.suppress(ConnectionError, OSError):
            writer.close()


async def drain(reader):
    while await reader.read(1 << 16):
        pass


async def main(port, fault, oddity):
    async def handle(reader, writer):
        await serve(reader, writer, fault, oddity)

    server = await asyncio.start_server(handle, "127.0.0.1", port, limit=1 << 16, backlog=1024)
    async with server:
        await server.serve_forever()


def run(words):
    import argparse

    parser = argparse.ArgumentParser(prog="http_sham server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--fault", choices=sorted(FAULTS))
    parser.add_argument("--oddity")
    arguments = parser.parse_args(words)
    try:
        asyncio.run(main(arguments.port, arguments.fault, arguments.oddity))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    return 0
