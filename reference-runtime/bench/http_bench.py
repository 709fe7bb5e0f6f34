# SPDX-License-Identifier: Apache-2.0
"""The HTTP part of the bench: requests a second, memory of idle connections, streams, handlers that block."""

import contextlib
import os
import pathlib
import re
import resource
import select
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

from bench_servers import BenchError, Server, figure, find_program, median, pinned, progress, two_cpus

BODY = b"Hello world!"
WRK_CONNECTIONS = 50
SLEEPERS = 1000
STREAM_AIM = 64 << 20
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 §1.3
NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error crit;
worker_rlimit_nofile 30000;
events {{ worker_connections 20000; }}
http {{
  access_log off; keepalive_requests 4294967295; keepalive_timeout 3600s; default_type text/plain;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 "Hello world!"; }} }}
}}
"""


class Nginx(Server):
    """nginx answering from memory, one process; its port is one that was free a moment ago."""

    def __init__(self, cpu):
        self._folder = tempfile.TemporaryDirectory()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._chosen = probe.getsockname()[1]
        settings = pathlib.Path(self._folder.name) / "nginx.conf"
        settings.write_text(NGINX.format(folder=self._folder.name, port=self._chosen))
        super().__init__("nginx", ["nginx", "-c", settings, "-p", self._folder.name], cpu)

    def _port(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._chosen), 1):
                return self._chosen
            select.select([], [], [], 0.02)
        self.stop()
        raise BenchError("nginx does not listen")

    def stop(self):
        super().stop()
        self._folder.cleanup()


class HttpBench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.failures = []
        self.load_cpu, self.server_cpu = two_cpus()
        hello = [find_program(arguments.build, "hello-server"), "--threads", "1"]
        poco = [find_program(arguments.build, "poco-server")]
        self.starters = {
            "reference": lambda: Server("reference", hello, self.server_cpu),
            "nginx": lambda: Nginx(self.server_cpu),
            "Poco": lambda: Server("Poco", poco, self.server_cpu),
        }
        if shutil.which("nginx") is None:
            print("nginx: not installed, left out")
            del self.starters["nginx"]

    def run(self):
        findings = {}
        if shutil.which("wrk"):
            findings["requests"] = self.requests()
        else:
            print("wrk: not installed, no requests a second")
        findings["idle"] = self.idle()
        findings["streams"] = self.streams()
        findings["blocked"] = self.blocked()
        return findings

    # --- requests a second --------------------------------------------------------------------------

    def requests(self):
        readings = {name: [] for name in self.starters}
        for turn in range(self.arguments.rounds):
            for name, start in self.starters.items():
                progress(f"round {turn + 1} of {self.arguments.rounds}: {name}")
                with start() as server:
                    self.wrk(server, 0.3)  # a first time, not counted
                    readings[name].append(self.wrk(server, self.arguments.seconds))
        progress()
        print(f"\nrequests of {len(BODY)} octets, wrk -t1 -c{WRK_CONNECTIONS} (aim: no less than nginx)")
        print(
            f"  {'server':10} {'requests/s':>11} {'ratio':>6} {'p50 us':>8} {'p99 us':>8}"
            f" {'CPU us/req':>11} {'busy':>5}"
        )
        for name, rounds in readings.items():
            rivals = readings.get("nginx", [])
            ratios = [mine["rate"] / its["rate"] for mine, its in zip(rounds, rivals, strict=False) if mine and its]
            print(
                f"  {name:10} {figure(median(rounds, 'rate'), '{:,.0f}'):>11}"
                f" {figure(statistics.median(ratios) if ratios else None):>6}"
                f" {figure(median(rounds, 'p50_us'), '{:.0f}'):>8} {figure(median(rounds, 'p99_us'), '{:.0f}'):>8}"
                f" {figure(median(rounds, 'cpu_us')):>11} {figure(median(rounds, 'busy')):>5}"
            )
        return readings

    def wrk(self, server, seconds):
        # wrk counts in whole seconds; what is shorter serves to warm up.
        command = ["wrk", "-t1", f"-c{WRK_CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency"]
        before, since = server.cpu_seconds(), time.monotonic()
        result = subprocess.run(
            [*command, f"http://127.0.0.1:{server.port}/"],
            text=True,
            capture_output=True,
            preexec_fn=pinned(self.load_cpu),
        )
        busy, lasted = server.cpu_seconds() - before, time.monotonic() - since
        rate = re.search(r"Requests/sec:\s+([\d.]+)", result.stdout)
        count = re.search(r"(\d+) requests in", result.stdout)
        served = int(count.group(1)) if count else 0
        if result.returncode != 0 or not rate or not served or re.search(r"Socket errors|Non-2xx", result.stdout):
            self.fail(f"{server.name}, wrk: {result.stdout[-400:]}{result.stderr.strip()}")
            return None
        return {
            "rate": float(rate.group(1)),
            "p50_us": microseconds(result.stdout, "50%"),
            "p99_us": microseconds(result.stdout, "99%"),
            "cpu_us": busy * 1e6 / served,
            "busy": busy / lasted,
        }

    # --- memory -------------------------------------------------------------------------------------

    def idle(self):
        count = self.arguments.connections
        readings = {}
        for name in [name for name in ("reference", "nginx") if name in self.starters]:
            progress(f"idle connections: {name}")
            with self.starters[name]() as server, contextlib.ExitStack() as open_ones:
                connect_all(server.port, 16, open_ones, ask)
                before = server.memory("VmRSS")
                connect_all(server.port, count, open_ones, ask)
                readings[name] = (server.memory("VmRSS") - before) / count
        progress()
        print(f"\nmemory of an idle HTTP connection that has had one answer, of {count}")
        for name, octets in readings.items():
            print(f"  {name:10} {octets:>9,.0f} B")
        print("  Poco       one thread a connection: cannot hold so many")
        return readings

    def streams(self):
        size = self.arguments.stream << 20
        readings = {}
        for way, move in (("upload", upload), ("download", download)):
            progress(f"{way} of {self.arguments.stream} MiB")
            with self.starters["reference"]() as server:
                since = time.monotonic()
                moved = move(server.port, size)
                readings[way] = {
                    "seconds": time.monotonic() - since,
                    "peak": server.memory("VmHWM"),
                }
            if moved != size:
                self.fail(f"{way}: {moved} of {size} octets came through")
        progress()
        print(
            f"\n{self.arguments.stream} MiB through a descriptor (aim: in less than {STREAM_AIM >> 20} MiB of memory)"
        )
        for way, reading in readings.items():
            rate = self.arguments.stream / reading["seconds"]
            print(f"  {way:10} {reading['peak'] / 2**20:6.1f} MiB at most {rate:10,.0f} MiB/s")
        return readings

    # --- handlers that block ------------------------------------------------------------------------

    def blocked(self):
        idle = self.arguments.connections
        print(f"\n{SLEEPERS} handlers that sleep 100 ms each, beside {idle} idle connections")
        readings = {}
        for kind, open_one, send, done in (
            ("HTTP", ask, b"GET /sleep HTTP/1.1\r\nHost: bench\r\n\r\n", BODY),
            ("WebSocket", shake_hands, b"\x81\x84\0\0\0\0ping", b"\x81\x04ping"),
        ):
            progress(f"handlers that block: {kind}")
            with self.starters["reference"]() as server, contextlib.ExitStack() as open_ones:
                connect_all(server.port, idle, open_ones, open_one)
                active = connect_all(server.port, SLEEPERS, open_ones, open_one)
                # Twice: the first time its threads are made.
                readings[kind] = [all_answered(active, send, done) for _ in range(2)]
                threads = len(os.listdir(f"/proc/{server.process.pid}/task"))
                some = connect_all(server.port, 1, open_ones, open_one)
            progress()
            first, again = readings[kind]
            print(
                f"  {kind:10} all done after {first * 1000:.0f} ms, again after {again * 1000:.0f} ms,"
                f" {threads} threads"
            )
            if not some:
                self.fail(f"{kind}: not served afterwards")
        return readings

    def fail(self, note):
        self.failures.append(note)
        print(note, flush=True)


def microseconds(text, share):
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)\b", text)
    return float(found.group(1)) * {"us": 1, "ms": 1e3, "s": 1e6}[found.group(2)] if found else None


# --- clients ----------------------------------------------------------------------------------------


def ask(connection):
    connection.sendall(b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n")
    read_until(connection, BODY)


def shake_hands(connection):
    connection.sendall(
        b"GET / HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY.encode() + b"\r\n\r\n"
    )
    read_until(connection, b"\r\n\r\n")


def read_until(connection, end):
    octets = b""
    while not octets.endswith(end):
        piece = connection.recv(4096)
        if not piece:
            raise BenchError(f"the server ended a connection after {octets[-200:]!r}")
        octets += piece
    return octets


def connect_all(port, count, owner, prepare):
    """So many connections, each after one exchange; they end with `owner`."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < count + 2 * SLEEPERS:
        raise BenchError(f"{count} connections need as many descriptors, the hard limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    made = []
    for _ in range(count):
        connection = owner.enter_context(socket.create_connection(("127.0.0.1", port), 20))
        prepare(connection)
        made.append(connection)
    return made


def all_answered(connections, send, done):
    """Seconds until each of them has its answer; all are asked at once."""
    since = time.monotonic()
    for connection in connections:
        connection.sendall(send)
    for connection in connections:
        read_until(connection, done)
    return time.monotonic() - since


def upload(port, size):
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(b"POST /upload HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n" % size)
        piece = bytes(1 << 20)
        for _ in range(size // len(piece)):
            connection.sendall(piece)
        head = connection.recv(4096)
    return int(head.rpartition(b"\r\n\r\n")[2] or 0)


def download(port, size):
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(b"GET /download HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        octets = bytearray(1 << 20)
        total = 0
        while count := connection.recv_into(octets):
            if total == 0:
                total -= octets.index(b"\r\n\r\n") + 4
            total += count
    return total
