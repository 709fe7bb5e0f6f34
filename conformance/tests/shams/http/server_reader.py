# SPDX-License-Identifier: Apache-2.0
"""Reads requests for the HTTP server of the shams: strictly, or wrong in the one way that was asked for."""

import re

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
METHODS = {b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT"}
HOST = re.compile(rb"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]*)(:[0-9]*)?")
EXTENSION = re.compile(
    rb"""([ \t]*;[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+
         ([ \t]*=[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+|"([^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e])*"))?)*""",
    re.VERBOSE,
)
HEAD_LIMIT, TARGET_LIMIT, BODY_LIMIT, EXTRA_LIMIT = 1 << 17, 8100, 1 << 26, 1 << 16


class Refused(Exception):
    def __init__(self, status, hang=False, half=False):
        super().__init__(status)
        self.status, self.hang, self.half = status, hang, half


class Preface(Exception):
    """The first bytes of HTTP/2 came."""


class Ended(Exception):
    """The client ended the connection where a request may begin."""


class Request:
    method, target, version, fields, body = b"GET", b"/", b"HTTP/1.1", (), b""
    close = expects = early = both = unread = False

    def values(self, name, fault=None):
        if fault == "case-sensitive-names":
            return [value for key, value in self.fields if key == name]
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def tokens(self, name, fault=None):
        return [part.strip() for value in self.values(name, fault) for part in value.split(b",") if part.strip()]

    def has(self, name, token, fault=None):
        return token in [one.lower() for one in self.tokens(name, fault)]


class Reader:
    """Octets of one connection; `more` is awaited for further ones and gives b"" at the end."""

    def __init__(self, more, fault):
        self.more, self.fault = more, fault
        self.buffer = b""
        self.on_expect = None
        self.oddity = None
        self.current = Request()

    async def fill(self):
        octets = await self.more()
        self.buffer += octets
        return bool(octets)

    async def exactly(self, count):
        parts, have = [self.buffer], len(self.buffer)
        while have < count:
            octets = await self.more()
            if not octets:
                self.buffer = b"".join(parts)
                if self.fault == "content-cut-short-ok":
                    out, self.buffer = self.buffer, b""
                    return out
                raise Refused(400)
            parts.append(octets)
            have += len(octets)
        whole = b"".join(parts)
        self.buffer = whole[count:]
        return whole[:count]

    async def until(self, mark, limit, status):
        start = 0
        while True:
            at = self.buffer.find(mark, start)
            if at >= 0:
                out, self.buffer = self.buffer[:at], self.buffer[at + len(mark) :]
                return out
            if len(self.buffer) > limit:
                raise Refused(status)
            start = max(0, len(self.buffer) - len(mark))
            if not await self.fill():
                if self.fault in ("content-cut-short-ok", "head-cut-short-ok") and self.buffer:
                    out, self.buffer = self.buffer, b""
                    return out
                raise Refused(400)

    async def request(self):
        fault = self.fault
        self.current = Request()
        while True:
            if not self.buffer and not await self.fill():
                raise Ended
            if self.buffer[:2] == b"\r\n":
                if fault == "no-empty-line-before":
                    raise Refused(400, half=True)
                self.buffer = self.buffer[2:]
            elif self.buffer[:1] == b"\r" and len(self.buffer) == 1:
                if not await self.fill():
                    raise Ended
            else:
                break
        if self.oddity == "speaks-h2" and self.buffer.startswith(b"PRI * HTTP/2.0\r\n"):
            raise Preface
        if fault == "junk-crashes":
            self.buffer[:16].decode("ascii")
        if fault == "pieces-are-requests" and b"\r\n\r\n" not in self.buffer:
            raise Refused(400, half=True)
        request = self.current
        lines = await self.head(request)
        self.line(lines[0], request)
        request.fields = self.read_fields(lines[1:], request)
        self.check(request)
        await self.content(request)
        return request

    async def head(self, request):
        """The lines of a head, split at CR LF."""
        fault = self.fault
        limit = HEAD_LIMIT if fault != "head-limit-small" else 2000
        if fault in ("head-without-limit-crash", "head-cut-at-limit", "endless-digits-slow"):
            limit = 1 << 24
        if self.oddity == "takes-any-size":
            limit = 1 << 22
        text = b""
        scanned = 0
        while True:
            at = self.buffer.find(b"\r\n\r\n", max(0, scanned - 3))
            other = -1
            if fault == "any-octet-ends-the-head":
                found = re.search(rb"\r\n\r[^\n]", self.buffer)
                other = found.start() if found else -1
            if fault == "cr-cr-lf-ends-the-head":
                other = self.buffer.find(b"\r\r\n")
            if fault == "applied-early" and b"Host: " in self.buffer and self.buffer.count(b"\r\n") > 1:
                other = self.buffer.rfind(b"\r\n")
                at = -1
            if fault == "lf-ignored-hang":
                other = -1
            if other >= 0 and (at < 0 or other < at):
                text, self.buffer = self.buffer[:other], self.buffer[other + 4 :]
                break
            if at >= 0:
                text, self.buffer = self.buffer[:at], self.buffer[at + 4 :]
                break
            # RFC 9112 §2.2: here a lone LF is an error at once; so is a NUL.
            first = self.buffer.find(b"\n")
            if first >= 0 and self.buffer[first - 1 : first] != b"\r":
                if fault == "lf-ignored-hang":
                    raise Refused(400, hang=True)
                if fault == "junk-answered":
                    self.buffer = b""
                    return [b"GET / HTTP/1.1", b"Host: a"]
                raise Refused(400)
            scanned = len(self.buffer)
            if scanned > 1 << 20 and fault == "head-without-limit-crash":
                raise SystemExit(3)
            if scanned > limit:
                request.method = self.buffer[:100].split(b" ")[0]
                if fault == "target-limit-hangs" and b"\r\n" not in self.buffer:
                    raise Refused(414, hang=True)
                raise Refused(414 if b"\r\n" not in self.buffer else 431)
            if not await self.fill():
                if fault == "junk-answered":
                    self.buffer = b""
                    return [b"GET / HTTP/1.1", b"Host: a"]
                if fault == "head-cut-short-ok":
                    self.buffer = b""
                    return [b"GET / HTTP/1.1", b"Host: a"]
                raise Refused(400)
        if fault == "head-without-limit-crash" and len(text) > 1 << 20:
            raise SystemExit(3)
        if fault == "head-cut-at-limit" and len(text) > 1 << 16:
            return [b"GET / HTTP/1.1", b"Host: a"]
        if len(text) > limit:
            raise Refused(431)
        if fault == "cr-ends-a-line":
            start, rest = text.split(b"\r\n", 1) if b"\r\n" in text else (text, b"")
            text = start + b"\r\n" + re.sub(rb"\r(?!\n)", b"\r\n", rest)
        if fault == "cr-cr-lf-ends-the-head":
            return text.split(b"\r\n")
        for line in text.split(b"\r\n"):
            if b"\n" in line or b"\r" in line:
                if fault == "cr-ends-the-request-line" and b"\r" in text.split(b"\r\n")[0]:
                    return [b"GET / HTTP/1.1", b"Host: a"]
                if fault == "lf-ignored-hang":
                    raise Refused(400, hang=True)
                if fault == "names-not-checked" and b"\r" in line.split(b":")[0]:
                    continue
                raise Refused(400)
        return text.split(b"\r\n")

    def line(self, line, request):
        fault = self.fault
        if line == b"":
            raise Refused(400)
        if len(line) > 1 << 16 and self.oddity != "takes-any-size":
            method = line.split(b" ")[0]
            if len(method) < 100:
                if fault == "target-limit-hangs":
                    raise Refused(414, hang=True)
                request.method = method
                raise Refused(414)
        parts = line.split(b" ")
        if fault == "line-split-anyhow":
            parts = line.split()
            if len(parts) < 3:
                parts = [*parts[:1], b"/", b"HTTP/1.1"]
            parts = [parts[0], parts[1], parts[2] if parts[2].startswith(b"HTTP/") else b"HTTP/1.1"]
        if len(parts) != 3:
            if fault == "junk-answered":
                parts = [b"GET", b"/", b"HTTP/1.1"]
            else:
                raise Refused(400, hang=fault == "line-blank-hangs", half=fault == "line-half")
        if fault == "junk-answered" and not TOKEN.fullmatch(parts[0]):
            parts = [b"GET", b"/", b"HTTP/1.1"]
        request.method, request.target, request.version = parts
        self.version(request)
        self.method(request)
        self.target(request)

    def version(self, request):
        fault = self.fault
        if not re.fullmatch(rb"HTTP/[0-9]\.[0-9]", request.version):
            if fault not in ("version-not-checked", "junk-answered"):
                raise Refused(400)
            request.version = b"HTTP/1.1"
        if not request.version.startswith(b"HTTP/1."):
            if fault == "505-hangs":
                raise Refused(505, hang=True)
            if fault != "version-echoed" and self.oddity != "major-versions-served":
                raise Refused(505)
        elif request.version == b"HTTP/1.0" and self.oddity == "refuses-1.0":
            raise Refused(505)
        elif request.version > b"HTTP/1.1" and fault == "version-higher-hangs":
            raise Refused(400, hang=True)

    def method(self, request):
        fault, method = self.fault, request.method
        if not TOKEN.fullmatch(method):
            if fault != "method-not-checked":
                raise Refused(400, half=fault == "line-half")
            request.method = b"GET"
        if fault == "method-any-case":
            request.method = method = method.upper()
        if len(method) > 100 and fault == "method-long-ok":
            request.method = b"GET"
        if request.method not in METHODS:
            if fault == "method-unknown-closes-mid-way":
                raise Refused(501, half=True)
            if fault == "method-unknown-ok":
                request.method = b"GET"

    def target(self, request):
        fault, target = self.fault, request.target
        if fault == "target-cut-at-nul":
            target = target.split(b"\0")[0]
        if fault == "target-limit-small" and len(target) > 4000:
            raise Refused(414, half=True)
        if len(target) > TARGET_LIMIT and self.oddity != "takes-any-size":
            raise Refused(414, hang=fault == "target-limit-hangs")
        request.authority = None
        if request.method == b"CONNECT":
            found = re.fullmatch(rb"[^:]+:([0-9]+)", target)
            good = found is not None and 0 < int(found[1]) < 65536
            if fault == "connect-taken":
                return
            raise Refused(405 if good else 400)
        plain = re.fullmatch(rb"/[!-\"$-~]*", target) is not None or (target == b"*" and request.method == b"OPTIONS")
        absolute = re.fullmatch(rb"(https?)://([^/?#]*)([/?][!-\"$-~]*)?", target, re.IGNORECASE)
        if plain:
            request.target = target
            return
        if absolute is None:
            if fault != "target-not-checked":
                raise Refused(400)
            raise Refused(404, hang=True)
        scheme, authority, path = absolute.groups()
        if fault == "absolute-form-refused":
            raise Refused(400, half=True)
        if b"@" in authority:
            raise Refused(400, hang=fault == "userinfo-hangs")
        if (not authority or authority.startswith(b":")) and fault != "empty-host-ok":
            raise Refused(400)
        if not HOST.fullmatch(authority):
            raise Refused(400)
        if scheme.lower() == b"https" and fault not in ("https-ok", "empty-host-ok"):
            raise Refused(421)
        request.target, request.authority = path or b"/", authority

    def read_fields(self, lines, request):
        fault, fields = self.fault, []
        if lines == [b""]:
            return []
        for number, line in enumerate(lines):
            if line[:1] in (b" ", b"\t"):
                if (number == 0 and fault == "first-line-unfolded") or (number > 0 and fault == "fold-is-a-field"):
                    line = line.strip()
                elif fault == "fold-closes-silently":
                    raise Refused(400, half=True)
                else:
                    raise Refused(400)
            fields += self.field(line)
        return fields

    def field(self, line):
        fault = self.fault
        name, colon, value = line.partition(b": " if fault == "blank-demanded" else b":")
        if not colon:
            if fault in ("no-colon-accepted", "names-not-checked"):
                return []
            raise Refused(400, half=fault in ("blank-demanded", "names-half"))
        if fault == "blank-before-colon":
            name = name.rstrip(b" \t")
        if fault == "odd-blanks-stripped":
            name = name.decode("latin-1").strip("\xa0\x85\v\f").encode("latin-1")
        if fault == "names-cut-at-nul":
            name = name.split(b"\0")[0]
        if not name and fault == "empty-name-accepted":
            return []
        if not TOKEN.fullmatch(name) and fault != "names-not-checked":
            raise Refused(400, half=fault == "names-half")
        if fault == "token-marks-refused" and not re.fullmatch(rb"[A-Za-z0-9-]+", name):
            raise Refused(400, half=True)
        if b"\0" in value or re.search(rb"[\x01-\x08\x0a-\x1f\x7f]", value):
            if fault == "coding-contains-chunked" and b"chunked" in value:
                return [(name, value)]
            raise Refused(400, hang=fault == "nul-hangs")
        if fault == "octets-are-text":
            try:
                value.decode()
            except UnicodeDecodeError as error:
                raise Refused(400, half=True) from error
        if fault == "unknown-field-refused" and name.lower().startswith((b"x-", b"foo")):
            raise Refused(400, half=True)
        return [(name, value[1:] if fault == "blanks-kept" else value.strip(b" \t"))]

    def check(self, request):
        fault = self.fault
        hosts = request.values(b"Host", fault)
        new = request.version != b"HTTP/1.0"
        if not hosts and new and fault not in ("host-missing-ok", "junk-answered"):
            raise Refused(400, half=fault == "case-sensitive-names")
        if not hosts and not new and fault == "host-of-1.0-demanded":
            raise Refused(400, hang=True)
        if len(hosts) > 1 and fault != "host-twice-ok":
            raise Refused(400)
        for host in hosts:
            if not HOST.fullmatch(host) and fault != "host-not-checked":
                raise Refused(400, half=fault == "blanks-kept")
            own = host.startswith(b"127.0.0.1") and host != b"127.0.0.1:"
            if fault == "host-must-be-own" and not own:
                raise Refused(400, half=True)
            if fault == "absolute-form-by-host" and request.authority not in (None, host):
                raise Refused(404, half=True)
        if request.method not in METHODS:
            request.early = True

    async def content(self, request):
        from server_content import read_content

        await read_content(self, request)
