# SPDX-License-Identifier: Apache-2.0
"""Content of requests for the HTTP server of the shams: by length, by chunks."""

import asyncio
import re

from server_reader import BODY_LIMIT, EXTENSION, EXTRA_LIMIT, TOKEN, Refused


def lenient(text, base):
    """A number as a helpful library would read it; None = none at all."""
    try:
        return max(0, int(text.decode("latin-1").strip(), base))
    except ValueError:
        found = re.match(rb"\s*(?:0[xXo])?([0-9a-fA-F]+)" if base == 16 else rb"\s*[+-]?(?:0[xXo])?([0-9]+)", text)
        return int(found[1], base) if found else None


def length_of(request, fault, oddity):
    """None = no Content-Length; the number otherwise."""
    values = request.values(b"Content-Length", fault)
    if not values:
        return None
    parts = [part.strip(b" \t") for value in values for part in value.split(b",")]
    if fault == "endless-digits-slow" and len(parts[0]) > 1000:
        return -1
    numbers = []
    for part in parts:
        if fault == "length-by-int":
            number = lenient(part, 10)
            numbers.append(0 if number is None else number)
        elif not re.fullmatch(rb"[0-9]+", part):
            if fault == "length-ignored-if-invalid":
                return 0
            raise Refused(400)
        elif len(part) > 4000:
            if oddity == "takes-any-size":
                return 1 << 70
            raise Refused(400)
        else:
            numbers.append(int(part, 8) if fault == "length-octal" and re.fullmatch(rb"0[0-7]+", part) else int(part))
    if len(set(numbers)) > 1:
        if fault == "length-first-counts":
            return numbers[0]
        if fault == "length-last-counts":
            return numbers[-1]
        raise Refused(400)
    if len(numbers) > 1 and fault == "length-list-is-none":
        return 0
    number = numbers[0]
    if fault == "length-wraps-32":
        number &= (1 << 32) - 1
    if fault == "length-wraps-64":
        number &= (1 << 64) - 1
    if fault == "length-clipped" and number > BODY_LIMIT:
        number = 5
    return number


def is_chunked(request, fault):
    values = request.values(b"Transfer-Encoding", fault)
    if not values:
        return False
    codings = [part.strip(b" \t") for value in values for part in value.split(b",")]
    names = codings if fault == "coding-case" else [coding.lower() for coding in codings]
    if names == [b"chunked"]:
        return True
    if fault == "coding-contains-chunked" and any(b"chunked" in name for name in names):
        return True
    if fault == "coding-ignored-if-unknown":
        return False
    if fault == "coding-unknown-hangs":
        raise Refused(501, hang=True)
    if fault == "coding-parameters-hang" and any(b";" in name for name in names):
        raise Refused(400, hang=True)
    if all(TOKEN.fullmatch(name) for name in names) and names[-1] == b"chunked" and names.count(b"chunked") == 1:
        raise Refused(501)
    raise Refused(400, half=fault == "coding-case" and b"chunked" not in names)


async def read_content(reader, request):
    fault = reader.fault
    chunked = is_chunked(request, fault)
    lengths = request.values(b"Content-Length", fault)
    old = request.version == b"HTTP/1.0"
    if chunked and lengths:
        if fault not in ("coding-and-length-length", "coding-and-length-kept"):
            raise Refused(400, half=fault == "coding-and-length-half")
        chunked = fault == "coding-and-length-kept"
    if chunked and old and fault != "coding-in-1.0-kept":
        raise Refused(400)
    length = None if chunked else length_of(request, fault, reader.oddity)
    if length == -1:
        await asyncio.sleep(5)
        raise Refused(400)
    if fault == "content-without-length" and length is None and not chunked and request.method != b"GET":
        raise Refused(400, hang=True)
    if length == 0 and fault == "length-zero-waits":
        raise Refused(400, hang=True)
    expectation(reader, request, chunked or bool(length))
    if reader.oddity == "answers-unread" and (chunked or length):
        request.unread = True
        return
    if fault == "content-not-read" or (fault == "get-has-no-content" and request.method == b"GET"):
        return
    if chunked:
        if fault == "chunks-not-read":
            return
        await reader.before_content(request)
        request.body = await chunks(reader, request)
    elif length:
        if length > BODY_LIMIT and reader.oddity != "takes-any-size":
            if fault == "limit-ignored":
                raise Refused(413, hang=True)
            raise Refused(413)
        await reader.before_content(request)
        request.body = await reader.exactly(length)
        if fault == "content-loses-octet" and request.method in (b"POST", b"PUT"):
            request.body = request.body[:-1]


def expectation(reader, request, content):
    """RFC 9110 §10.1.1."""
    fault = reader.fault
    expects = [one.lower() for one in request.tokens(b"Expect")]
    if not expects or request.version == b"HTTP/1.0":
        request.expects = bool(expects) and content and fault == "continue-to-1.0"
        return
    if any(one != b"100-continue" for one in expects) or reader.oddity == "refuses-expectations":
        raise Refused(417, hang=fault == "expectation-hangs")
    if fault == "continue-wrong-case" and request.tokens(b"Expect")[0] != b"100-continue":
        return
    if not content and fault == "continue-eats-next":
        raise Refused(400, hang=True)
    request.expects = content
    if fault == "continue-content-dropped":
        reader.buffer = b""


def chunk_size(text, fault):
    size, extension = text, b""
    mark = re.search(rb"[ \t;]", text)
    if mark:
        size, extension = text[: mark.start()], text[mark.start() :]
    if fault == "chunk-size-lenient":
        size, _, extension = text.partition(b";")
        extension = b";" + extension if _ else b""
        number = lenient(size.replace(b"_", b"").replace(b"-", b""), 16)
        number = 5 if number is None else number
        return min(number, 5) if b"5" in size else number, b"" if number == 5 else extension
    if not re.fullmatch(rb"[0-9a-fA-F]+", size):
        if fault == "chunk-size-invalid-is-0":
            return -1, b""
        raise Refused(400)
    if fault == "chunk-size-lower-only" and size != size.lower():
        raise Refused(400)
    if fault == "chunk-size-one-digit" and len(size) > 1:
        raise Refused(400)
    number = int(size, 16)
    if fault == "chunk-size-wraps-32":
        number &= (1 << 32) - 1
    if fault == "chunk-size-wraps-64":
        number &= (1 << 64) - 1
    if fault == "chunk-size-clipped" and number > BODY_LIMIT:
        number = 5
    return number, extension


async def chunk_line(reader):
    fault = reader.fault
    if fault == "chunk-extension-scan":
        while not re.search(rb"[\r\n]", reader.buffer):
            if not await reader.fill():
                raise Refused(400)
        at = re.search(rb"[\r\n]+", reader.buffer)
        text, reader.buffer = reader.buffer[: at.start()], reader.buffer[at.end() :]
        return re.sub(rb'"|\0', b"", text).rstrip(b"=")
    if fault == "chunk-line-ends-in-lf":
        return (await reader.until(b"\n", EXTRA_LIMIT, 400)).rstrip(b"\r")
    text = await reader.until(b"\r\n", EXTRA_LIMIT if fault != "chunk-extensions-hang" else 1 << 23, 400)
    if fault == "chunk-extensions-hang" and len(text) > EXTRA_LIMIT:
        raise Refused(400, hang=True)
    if b"\n" in text or b"\r" in text:
        raise Refused(400, hang=fault == "chunk-lf-hangs" and b"\n" in text)
    return text


async def chunks(reader, request):
    fault, parts, total, extra, count = reader.fault, [], 0, 0, 0
    while True:
        size, extension = chunk_size(await chunk_line(reader), fault)
        extra += len(extension)
        if extra > EXTRA_LIMIT:
            raise Refused(400, hang=fault == "chunk-extensions-hang")
        if extension:
            blank = extension[:1] in b" \t" or b" =" in extension
            if fault == "chunk-extension-refused" or (fault == "chunk-extension-blanks" and blank):
                raise Refused(400)
            if not EXTENSION.fullmatch(extension) and fault not in ("chunk-extension-scan", "chunk-line-ends-in-lf"):
                raise Refused(400)
        if size < 0:
            await reader.until(b"\r\n\r\n", EXTRA_LIMIT, 400)
            return b"".join(parts)
        if size == 0:
            break
        total += size
        if total > BODY_LIMIT:
            if fault == "limit-ignored":
                raise Refused(413, hang=True)
            raise Refused(413)
        data = await reader.exactly(size)
        count += 1
        if fault != "chunk-many-lost" or count < 100:
            parts.append(data)
        await chunk_end(reader)
    await trailers(reader, request)
    return b"".join(parts)


async def chunk_end(reader):
    fault = reader.fault
    if fault == "chunk-end-searched":
        await reader.until(b"\r\n", EXTRA_LIMIT, 400)
        return
    end = await reader.exactly(2)
    if end == b"\r\n" or fault in ("chunk-end-not-checked",):
        return
    if fault == "chunk-line-ends-in-lf" and end[:1] == b"\n":
        reader.buffer = end[1:] + reader.buffer
        return
    if fault == "chunk-lf-hangs" and end[:1] == b"\n":
        raise Refused(400, hang=True)
    raise Refused(400)


async def trailers(reader, request):
    fault, total, first = reader.fault, 0, True
    while True:
        if fault == "chunk-last-not-checked" and first:
            await reader.exactly(2)
            return
        if fault == "chunk-line-ends-in-lf":
            line = (await reader.until(b"\n", EXTRA_LIMIT, 400)).rstrip(b"\r")
        else:
            line = await reader.until(b"\r\n", EXTRA_LIMIT if fault != "trailers-hang" else 1 << 25, 400)
        if not line:
            return
        first = False
        if b"\n" in line and fault == "chunk-lf-hangs":
            raise Refused(400, hang=True)
        if fault == "trailer-refused":
            raise Refused(400, half=True)
        if fault == "trailer-ends-at-once":
            reader.buffer = line + b"\r\n" + reader.buffer
            return
        total += len(line)
        if total > EXTRA_LIMIT:
            raise Refused(431, hang=fault == "trailers-hang")
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.fullmatch(name) or re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value):
            raise Refused(400, hang=fault == "trailer-not-checked")
        if fault == "trailer-merged" and name.lower() in (
            b"content-length",
            b"transfer-encoding",
            b"host",
            b"connection",
        ):
            raise Refused(400, hang=True)
