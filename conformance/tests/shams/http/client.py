# SPDX-License-Identifier: Apache-2.0
"""The HTTP client of the shams: one exchange, right or wrong in one chosen way."""

import contextlib
import hashlib
import json
import os
import re
import signal
import socket
import sys
import threading
import time

from client_faults import FAULTS, ODDITIES
from client_reader import Failed, read_response

TIMEOUT = 4.0


def parse(url, fault):
    """host, port, authority for Host, target."""
    found = re.fullmatch(r"(https?)://([^/?#]*)([^#]*)(#.*)?", url, re.DOTALL)
    if not found or found[1] != "http":
        if fault == "empty-host-ok":
            return None
        raise Failed(f"no http URL: {url!r}")
    authority, target, fragment = found[2], found[3], found[4] or ""
    user, _, place = authority.rpartition("@")
    host, _, port = place.partition(":")
    if fault == "host-raw":
        port = re.match("[0-9]*", port)[0]
    elif not re.fullmatch(r"[A-Za-z0-9.-]+", host) or not re.fullmatch("[0-9]*", port):
        if fault == "empty-host-ok" and not host:
            return None
        raise Failed(f"no host in {url!r}")
    if not target.startswith("/") and fault != "target-empty":
        target = "/" + target
    if fault == "target-fragment":
        target += fragment
    if fault == "target-cut":
        target = target[:4000]
    if fault not in ("target-raw", "host-raw") and not re.fullmatch("[!-~]+", target or "x"):
        raise Failed("the path has octets that do not belong there")
    if fault == "absolute-target":
        target = f"http://{place}{target}"
    shown = {"host-without-port": host, "host-is-address": f"127.0.0.1:{port}", "host-with-userinfo": authority}
    return host, int(port or 80), shown.get(fault, place), target, user


def fields_of(method, host, body, fault, oddity):
    fields = [("Host", host), ("User-Agent", "osprey-sham/1")]
    if fault == "no-host":
        fields = fields[1:]
    content = body or method in ("POST", "PUT")
    large = len(body) > 50000
    if content:
        fields.append(("Content-Type", "text/plain"))
        coding = {"chunked-always": "chunked", "chunked-twice": "chunked, chunked", "coded-last": "chunked, osprey"}
        if fault in coding or fault == "length-and-coding":
            fields.append(("Transfer-Encoding", coding.get(fault, "chunked")))
        if fault not in coding and fault != "length-never":
            size = len(body) + (1 if fault == "length-wrong" else 0)
            if fault == "length-misses-line-end":
                size = len(body.rstrip(b"\r\n"))
            if fault == "no-length-of-nothing" and not body:
                size = 5
            fields.append(("Content-Length", str(size)))
        if large and (oddity == "expects" or fault in ("expect-waits", "retries-417")):
            fields.append(("Expect", "100-continue"))
    elif fault in ("length-always", "get-with-content"):
        fields.append(("Content-Length", "5"))
    if fault == "no-type-options" and method == "OPTIONS":
        fields = [field for field in fields if field[0] != "Content-Type"]
    fields += EXTRA.get(fault, [])
    if fault == "trace-secret" and method == "TRACE":
        fields += [("Cookie", "a=b"), ("Content-Length", "0")]
    if oddity in ("closes", "reads-to-the-end"):
        fields.append(("Connection", "close"))
    if oddity == "many-fields":
        fields += [("Accept", "*/*"), ("Accept-Encoding", "identity"), ("Cache-Control", "no-cache"), ("X-Odd", "")]
        fields += [("Connection", "keep-alive"), ("Keep-Alive", "timeout=5")]
    return fields


EXTRA = {
    "host-twice": [("Host", "a")],
    "agent-twice": [("User-Agent", "a")],
    "list-empty-element": [("Connection", "keep-alive,,close")],
    "te-chunked": [("TE", "chunked"), ("Connection", "TE")],
    "te-unlisted": [("TE", "trailers")],
    "keep-alive-unlisted": [("Keep-Alive", "timeout=5")],
    "connection-lists-host": [("Connection", "host, keep-alive, upgrade")],
    "upgrade-unlisted": [("Upgrade", "osprey")],
    "expect-always": [("Expect", "100-continue")],
    "date-old": [("Date", "Sun, 06 Nov 1994 08:49:37 GMT")],
    "date-format": [("Date", time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime()))],
    "coding-identity": [("Content-Encoding", "identity")],
    "bare-cr": [("X-A", "a\rb")],
    "folded": [("X-A", "a\r\n b")],
    "blank-before-colon": [("X-A ", "a")],
}


def request_text(method, target, fields, body, fault):
    if fault != "method-raw" and not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", method):
        raise Failed("the method is no token")
    version = {"version-2": "HTTP/2.0", "version-low": "HTTP/0.9"}.get(fault, "HTTP/1.1")
    blank = "  " if fault == "line-two-blanks" else " "
    text = f"{method}{blank}{target} {version}\r\n"
    if fault == "empty-line-first":
        text = "\r\n" + text
    if fault == "blank-first-line":
        text += " X-First: a\r\n"
    colon = ":  " if fault == "untidy" else ": "
    text += "".join(f"{name}{colon}{value}\r\n" for name, value in fields) + "\r\n"
    octets = text.encode("latin-1", "replace")
    if fault in ("chunked-always", "chunked-twice", "coded-last", "length-and-coding") and (body or method == "POST"):
        return octets, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    if fault == "coding-unsaid":
        body = body[::-1]
    if fault == "length-wrong" and body:
        body += b" "
    if fault == "get-with-content" and not body:
        body = b"hello"
    if fault == "empty-line-behind":
        body += b"\r\n"
    return octets, body


def read_out(link):
    """RFC 9112 §9.6: who says close, ends the connection."""
    while link.recv(65536):
        pass


class Exchange:
    def __init__(self, arguments):
        self.method, self.url, self.body = arguments.method, arguments.url, os.fsencode(arguments.body)
        self.fault, self.oddity = arguments.fault, arguments.oddity
        self.hops = 0

    def hang(self):
        threading.Event().wait(30)
        raise Failed("hung")

    def run(self):
        fault = self.fault
        place = parse(self.url, fault)
        if place is None:
            return 200, b""
        host, port, shown, target, user = place
        if fault == "dead":
            raise SystemExit(1)
        fields = fields_of(self.method, shown, self.body, fault, self.oddity)
        if fault == "follows-blindly" and user:
            fields.append(("Authorization", "Basic dXNlcjpwdw=="))
        head, body = request_text(self.method, target, fields, self.body, fault)
        for attempt in range(6):
            link = socket.create_connection((host if host[:1].isalnum() else "127.0.0.1", port), TIMEOUT)
            link.settimeout(TIMEOUT)
            if fault == "mute":
                self.hang()
            if fault == "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            self.send(link, head, body)
            try:
                status, content, heads = read_response(link, self.method, fault, self.oddity)
                told = "close" in heads.get("connection", "").lower()
                if self.oddity == "reads-to-the-end" or (self.oddity == "closes-when-told" and told):
                    read_out(link)
            except (Failed, OSError):
                again = (fault == "retries-post" and attempt == 0 and self.method == "POST") or (
                    fault == "retries-for-ever" and attempt < 5
                )
                if not again:
                    raise
                continue
            if fault == "retries-403" and status == 403 and attempt == 0:
                continue
            if fault == "retries-417" and status == 417 and attempt == 0:
                continue
            return self.follow(status, content, heads)
        raise Failed("no answer")

    def send(self, link, head, body):
        fault = self.fault
        if fault in ("untidy-hangs", "host-last", "no-agent"):
            head = head[:-2]
        if fault == "no-type":
            body = body[: len(body) // 2]
        if self.oddity == "slow":
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(len(head)):
                link.sendall(head[at : at + 1])
            head = b""
        if b"Expect: 100-continue" in head and fault != "expect-always":
            link.sendall(head)
            link.settimeout(30 if fault == "expect-waits" else 0.2)
            with contextlib.suppress(TimeoutError):
                link.recv(4096, socket.MSG_PEEK)
            link.settimeout(TIMEOUT)
            head = b""
        if fault == "expect-unsaid" and len(body) > 50000:
            link.sendall(head)
            link.settimeout(30)
            link.recv(1)
        if fault == "early-response-lost":
            link.sendall(head)
            if len(body) > 100000:
                link.settimeout(1)
                try:
                    while link.recv(65536):
                        pass
                except TimeoutError:
                    pass
                self.hang()
            head = b""
        with contextlib.suppress(OSError):  # a refused sender's answer may be there all the same
            link.sendall(head + body)

    def follow(self, status, content, heads):
        fault = self.fault
        wanted = fault in (
            "follows-blindly",
            "follows-as-get",
            "follows-for-ever",
            "follows-userinfo",
            "follows-anything",
        )
        location = heads.get("location")
        if not (wanted or self.oddity == "follows") or not 300 <= status < 400 or location is None:
            return status, content
        self.hops += 1
        if self.hops > (150 if fault == "follows-for-ever" else 10):
            raise Failed("too many redirects")
        base = re.match("http://([^/?#]*)", self.url)[1]
        old = base.rpartition("@")[2]
        plain = location.startswith("http://")
        if not plain and not location.startswith("/"):
            if fault != "follows-anything":
                return status, content
            location = "/" + location + " "
        if fault == "follows-anything":
            location = location.replace("%0d%0a", "\r\n")
        url = location if plain else f"http://{old}{location}"
        authority = re.match("http://([^/?#]*)", url)[1]
        if "@" in authority and self.oddity == "follows":
            return status, content
        if fault == "follows-as-get" or (status == 303 or (status in (301, 302) and self.method == "POST")):
            self.method, self.body = "GET", b""
        self.url = url
        if fault == "follows-blindly":
            return self.blind(url, old)
        if fault == "follows-userinfo":
            return self.blind(url, authority)
        if fault == "follows-anything":
            return self.blind(url, old)
        return self.run()

    def blind(self, url, host):
        port = int(re.search(":([0-9]+)(?=[/?#]|$)", url)[1])
        target = re.sub("^http://[^/]*", "", url)
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as link:
            link.settimeout(TIMEOUT)
            text = f"{self.method} {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic dXNlcjpwdw==\r\n"
            link.sendall((text + f"Content-Length: {len(self.body)}\r\n\r\n").encode() + self.body)
            status, content, _ = read_response(link, self.method, "")
        return status, content


def run(words):
    import argparse

    parser = argparse.ArgumentParser(prog="http_sham client")
    parser.add_argument("--method", default="GET")
    parser.add_argument("--body", default="")
    parser.add_argument("--url", default="")
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--fault", choices=sorted(FAULTS), default="")
    parser.add_argument("--oddity", choices=sorted(ODDITIES), default="")
    arguments = parser.parse_args(words)
    if arguments.kept:
        import client_kept

        return client_kept.run(arguments.fault, arguments.oddity)
    exchange = Exchange(arguments)
    try:
        status, content = exchange.run()
    except (Failed, OSError, ValueError, OverflowError, MemoryError) as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:300]}))
        return 1
    print(json.dumps({"status": status, "length": len(content), "sha256": hashlib.sha256(content).hexdigest()}))
    sys.stdout.flush()
    return 0
