# SPDX-License-Identifier: Apache-2.0
"""Reads one response for the HTTP client of the shams: strictly, or wrong in one chosen way."""

import re
import threading

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
EXTENSION = re.compile(
    rb"""([ \t]*;[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+
         ([ \t]*=[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+|"([^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e])*"))?)*""",
    re.VERBOSE,
)
STATUS_LINE = rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})( .*)?"
HEAD_LIMIT, LIMIT, BODY_LIMIT = 1 << 17, 1 << 17, 1 << 27
BOOK = {200, 204, 206, 301, 302, 303, 304, 307, 308, 400, 403, 404, 413, 417, 500, 600, 999}


class Failed(Exception):
    pass


def hang():
    threading.Event().wait(30)
    raise Failed("hung")


class Input:
    def __init__(self, link, fault):
        self.link, self.fault = link, fault
        self.buffer, self.ended, self.reset = b"", False, False
        self.kept = []
        self.oddity = ""
        self.came = 0

    def fill(self):
        if self.ended:
            return False
        try:
            octets = self.link.recv(1 << 16)
        except ConnectionResetError:
            if self.fault != "reset-ok":
                raise
            octets = b""
            self.reset = True
        self.ended = not octets
        self.buffer += octets
        self.came += len(octets)
        return bool(octets)

    def until(self, mark, limit):
        start = 0
        while True:
            at = self.buffer.find(mark, start)
            if at >= 0:
                out, self.buffer = self.buffer[:at], self.buffer[at + len(mark) :]
                return out
            if len(self.buffer) > limit:
                raise Failed("too long")
            start = max(0, len(self.buffer) - len(mark))
            if not self.fill():
                raise Failed("the connection ended")

    def exactly(self, count):
        parts, have = [self.buffer], len(self.buffer)
        self.buffer = b""
        while have < count:
            if have > BODY_LIMIT:
                raise Failed("too long")
            if not self.fill():
                if self.fault in ("truncated-ok", "reset-ok") and (self.fault == "truncated-ok" or self.reset):
                    return b"".join(parts)
                raise Failed("the content was cut short")
            parts.append(self.buffer)
            have += len(self.buffer)
            self.buffer = b""
        whole = b"".join(parts)
        self.buffer = whole[count:]
        return whole[:count]

    def rest(self):
        while self.fill():
            if len(self.buffer) > BODY_LIMIT:
                raise Failed("too long")
        out, self.buffer = self.buffer, b""
        return out


def head_text(source):
    fault = source.fault
    limit = HEAD_LIMIT if fault not in ("head-without-limit", "interim-memory", "digits-ok") else 1 << 28
    if fault == "pieces":
        source.fill()
        if b"\r\n\r\n" not in source.buffer:
            return source.buffer or b"HTTP/1.1 200 OK"
    if fault == "silence-is-200" and not source.buffer and not source.fill():
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0"
    if fault == "hangs-at-the-end" and not source.buffer:
        try:
            if not source.fill():
                hang()
        except ConnectionResetError:
            hang()
    if fault == "junk-is-200":
        while b"\r\n\r\n" not in source.buffer and source.fill():
            pass
        if not source.buffer.startswith(b"HTTP/"):
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0"
    if fault == "lf-hangs":
        while b"\r\n\r\n" not in source.buffer:
            if b"\n\n" in source.buffer or not source.fill():
                hang()
    try:
        text = source.until(b"\r\n\r\n", limit)
    except Failed:
        if fault == "truncated-ok" and source.ended and source.buffer.startswith(b"HTTP/"):
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0"
        raise
    if fault in ("head-without-limit", "interim-memory"):
        source.kept += [bytearray(text) for _ in range(10)] if len(text) > 1000 else [bytearray(b"x" * 8192)]
    return text


def read_head(source):
    """Status, fields as (name, value)."""
    fault = source.fault
    text = head_text(source)
    if fault == "utf8-heads":
        text.decode()
    if fault == "cr-is-a-line-end":
        text = re.sub(rb"\r(?!\n)", b"\r\n", text)
    lines = text.split(b"\r\n")
    found = re.fullmatch(STATUS_LINE, lines[0], re.DOTALL)
    if source.oddity == "recovers" and not found:
        found = re.fullmatch(rb"HTTP/[^ ]*?([0-9]?) ([0-9]{2,3})( .*)?", lines[0], re.DOTALL)
    if fault == "version-strict" and not lines[0].startswith(b"HTTP/1.1"):
        hang()
    if not found:
        if fault != "status-line-anything":
            raise Failed(f"status line {lines[0][:60]!r}")
        return 200, [(b"content-length", b"5")], 1
    if fault == "reason-read" and (found[3] or b"").strip() not in (b"Chosen by the case", b"Chosen by a case", b"OK"):
        raise Failed("odd reason")
    fields = []
    for number, line in enumerate(lines[1:]):
        if line[:1] in (b" ", b"\t"):
            if fault == "fold-refused" and number > 0:
                raise Failed("folded")
            if fault == "fold-is-a-field" or (fault == "first-line-unfolded" and number == 0):
                line = line.strip()
            elif number == 0:
                raise Failed("a blank before the first field")
            else:
                fields[-1] = (fields[-1][0], fields[-1][1] + b" " + line.strip())
                continue
        fields += field(line, source)
    return int(found[2]), fields, int(found[1] or 1)


def field(line, source):
    fault = source.fault
    name, colon, value = line.partition(b": " if fault == "blank-demanded" else b":")
    if fault == "blank-demanded" and not colon:
        return []
    if fault == "nul-cuts" and b"\0" in value:
        value = b"4"
    if not colon or not TOKEN.fullmatch(name) or re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value):
        if fault == "fold-is-a-field" and not colon:
            raise Failed("no colon")
        raise Failed(f"field line {line[:60]!r}")
    if fault == "unknown-field-refused" and name.lower().startswith((b"x-", b"foo", b"link")):
        raise Failed("unknown field")
    if fault == "long-value-refused" and len(value) > 2000:
        raise Failed("long value")
    if fault != "names-with-case" or name in (b"Content-Length", b"Transfer-Encoding", b"Location"):
        name = name.lower()
    if fault == "values-not-trimmed" and value not in (value.strip(b" \t"), b" " + value.strip(b" \t")):
        raise Failed("blanks")
    return [(name, value.strip(b" \t"))]


def read_response(link, method, fault, oddity=""):
    source = Input(link, fault)
    source.oddity = oddity
    count = 0
    while True:
        status, fields, minor = read_head(source)
        count += 1
        if not 100 <= status < 200 or fault == "interim-is-final":
            break
        if fault == "interim-only-100" and status != 100:
            break
        if fault == "interim-once" and count > 1:
            break
        if status == 101:
            if fault != "switches":
                raise Failed("switched protocols, and nobody asked for it")
            return 200, b"", {}
        if fault == "interim-content" and any(name == b"content-length" for name, _ in fields):
            source.exactly(5)
        if count > 1000 and fault != "interim-memory":
            raise Failed("interim responses without end")
    if fault == "unknown-status" and status not in BOOK:
        hang()
    if fault == "status-limit" and status > 599:
        status = 200
    heads = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in fields}
    content = read_content(source, status, fields, method, minor)
    if fault == "last-response" and b"HTTP/1.1" in source.buffer:
        status, fields, minor = read_head(source)
        content = read_content(source, status, fields, method, minor)
    if fault == "cut-at-64k":
        content = content[:65535]
    return status, content, heads


def values(fields, name):
    return [value for key, value in fields if key == name]


def read_content(source, status, fields, method, minor):
    fault = source.fault
    if fault != "head-has-content" and (method == "HEAD" or status < 200 or status in (204, 304)):
        return b""
    codings = [part.strip(b" \t") for value in values(fields, b"transfer-encoding") for part in value.split(b",")]
    codings = [coding for coding in codings if coding]
    lengths = values(fields, b"content-length")
    if fault == "to-the-end-always":
        return source.rest()
    if codings and not (fault == "length-beats-coding" and lengths):
        return coded(source, codings, lengths, fields, minor)
    if not lengths:
        content = b"" if fault == "to-the-end-never" else source.rest()
        if fault == "to-the-end-something" and not content:
            raise Failed("no content")
        return content
    return source.exactly(length(source, lengths))


def coded(source, codings, lengths, fields, minor):
    fault = source.fault
    names = codings if fault == "chunk-case" else [coding.lower() for coding in codings]
    if fault == "chunk-parameters" and any(b";" in name for name in names):
        hang()
    if fault == "chunk-list" and values(fields, b"transfer-encoding")[0].lower() != b"chunked":
        return source.rest()
    if fault == "coding-unknown-length" and names != [b"chunked"]:
        return b""
    if lengths and not all(re.fullmatch(rb"[0-9]+", value) for value in lengths):
        raise Failed("a length that is none")
    if names != [b"chunked"]:
        raise Failed("a coding nobody knows")
    if fault == "chunks-not-decoded":
        return source.rest()
    return chunks(source)


def length(source, lengths):
    fault = source.fault
    parts = [part.strip(b" \t") for value in lengths for part in value.split(b",")]
    if fault == "length-list-hangs" and len(parts) > 1 and len(set(parts)) == 1:
        hang()
    if fault == "length-first":
        parts = parts[:1]
    if fault == "digits-ok" and len(parts[0]) > 1000:
        return 5
    if not all(re.fullmatch(rb"[0-9]+", part) for part in parts) or len(set(parts)) > 1:
        if fault == "length-lenient":
            return 5
        raise Failed("a length that is none")
    if len(parts[0]) > 4000:
        raise Failed("a length that is none")
    number = int(parts[0])
    if fault == "length-wraps" and number > BODY_LIMIT * 16:
        return 5
    if fault == "length-memory" and number == 1 << 30:
        source.kept.append(bytearray(number >> 2))
        source.kept[-1][::4096] = b"x" * len(source.kept[-1][::4096])
    return number


def chunk_size(source, text):
    fault = source.fault
    mark = re.search(rb"[ \t;]", text)
    size, extension = (text[: mark.start()], text[mark.start() :]) if mark else (text, b"")
    if fault == "chunk-size-lenient" and (not re.fullmatch(rb"[0-9a-fA-F]+", size) or extension[:1] == b" "):
        return 5
    if not re.fullmatch(rb"[0-9a-fA-F]+", size):
        raise Failed("a chunk size that is none")
    if not EXTENSION.fullmatch(extension):
        raise Failed("an extension that is none")
    if extension and fault == "chunk-extension-refused":
        raise Failed("an extension")
    if extension[:1] == b" " and fault == "chunk-blank-refused":
        raise Failed("a blank")
    if fault == "chunk-quote" and b'"' in extension:
        raise Failed("a quote")
    if fault == "chunk-size-lower" and size != size.lower():
        raise Failed("an upper-case digit")
    if fault == "chunk-size-digit" and len(size.lstrip(b"0")) > 1:
        raise Failed("many digits")
    if fault == "chunk-zeros" and size == b"0000":
        hang()
    number = int(size, 16)
    return 5 if fault == "chunk-size-wraps" and number > BODY_LIMIT else number


def chunks(source):
    fault, parts, total = source.fault, [], 0
    limit = LIMIT if fault != "chunk-memory" else 1 << 28
    while True:
        if fault == "reset-ok" and parts and not source.buffer and not source.fill():
            return b"".join(parts)
        text = source.until(b"\r\n", limit)
        if fault == "chunk-memory" and len(text) > 1000:
            source.kept += [bytearray(text) for _ in range(10)]
        if b"\n" in text or b"\r" in text:
            raise Failed("a line end in a size")
        size = chunk_size(source, text)
        if size == 0:
            break
        total += size
        if total > BODY_LIMIT:
            raise Failed("too long")
        data = source.exactly(size)
        if fault != "chunk-hundred" or len(parts) < 100:
            parts.append(data)
        if fault == "truncated-ok" and source.ended and not source.buffer:
            return b"".join(parts)
        if fault == "chunk-end-any":
            source.until(b"\r\n", LIMIT)
        elif source.exactly(2) != b"\r\n":
            raise Failed("no line end behind a chunk")
    return trailers(source, b"".join(parts))


def trailers(source, content):
    fault, total = source.fault, 0
    while True:
        try:
            line = source.until(b"\r\n", LIMIT if fault != "chunk-memory" else 1 << 28)
        except Failed:
            if fault == "truncated-ok":
                return content
            raise
        if not line:
            return content
        if fault == "trailer-refused":
            hang()
        total += len(line)
        if fault == "chunk-memory":
            source.kept.append(bytearray(line * 20))
        elif total > LIMIT:
            raise Failed("trailers without end")
        name, value = field(line, source)[0]
        if fault == "trailer-merged" and name in (b"content-length", b"transfer-encoding", b"connection"):
            if name != b"content-length":
                raise SystemExit(7)
            return content[: int(value)]
