#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the reference server: WebSocket beside Boost.Beast, libwebsockets and ws, HTTP beside nginx and Poco.

Builds what is missing, starts each server on one thread, takes the servers in turn over several rounds,
and prints medians and ratios. README.md beside this file says how to read them.
Exit: 0 = measured, 1 = a server or a measurement failed, 2 = wrong use.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

from bench_servers import ROOT, BenchError, Server, figure, find_program, median, pinned, progress, two_cpus
from http_bench import HttpBench

PARTS = ("websocket", "http")
RIVALS = ("beast", "lws")  # the better of these is 1.0
SERVERS = ("reference", "beast", "lws", "ws")
# connections, octets, in flight, the ratio aimed at
LOADS = [(50, 20, 1, 1.0), (50, 1024, 1, 1.15), (10, 65536, 1, 1.3), (50, 20, 16, 8.0)]
IDLE_AIM = 1024  # octets


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--build",
        type=pathlib.Path,
        default=ROOT / "build" / "bench",
        help="CMake build folder, made when it is not there (default: build/bench)",
    )
    parser.add_argument("--no-build", action="store_true", help="measure what is there")
    parser.add_argument(
        "--only", action="append", choices=SERVERS, metavar="SERVER", help=f"repeatable; one of {', '.join(SERVERS)}"
    )
    parser.add_argument("--part", action="append", choices=PARTS, help="repeatable; default: all")
    parser.add_argument("--stream", type=int, default=1024, metavar="MIB", help="of a streamed body (default: 1024)")
    parser.add_argument("--quick", action="store_true", help="2 rounds of half a second, no soak")
    parser.add_argument("--rounds", type=int, default=None, help="default: 5")
    parser.add_argument("--seconds", type=float, default=None, help="of each load (default: 2)")
    parser.add_argument("--connections", type=int, default=10000, help="of idle and soak")
    parser.add_argument(
        "--soak",
        type=float,
        default=None,
        metavar="SECONDS",
        help="of the soak of the reference server, 0 for none (default: 60)",
    )
    parser.add_argument("--payload", choices=("ascii", "utf8", "binary"), default="ascii")
    parser.add_argument("--json", type=pathlib.Path, help="write all readings to this file")
    arguments = parser.parse_args()
    quick = arguments.quick
    arguments.rounds = arguments.rounds or (2 if quick else 5)
    arguments.seconds = arguments.seconds or (0.5 if quick else 2.0)
    arguments.soak = (0 if quick else 60) if arguments.soak is None else arguments.soak
    arguments.only = arguments.only or list(SERVERS)
    arguments.part = arguments.part or list(PARTS)
    return arguments


# --- building ---------------------------------------------------------------------------------------


def run_quietly(command):
    result = subprocess.run(
        [str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if result.returncode != 0:
        raise BenchError(f"{' '.join(map(str, command))} failed:\n{result.stdout[-4000:]}")
    return result.stdout


def build(arguments):
    folder = arguments.build
    if not (folder / "CMakeCache.txt").is_file():
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        cache = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        run_quietly(
            [
                "cmake",
                "-S",
                ROOT,
                "-B",
                folder,
                *generator,
                *cache,
                "-DOSPREY_BENCH=ON",
                "-DOSPREY_TESTS=OFF",
                "-DOSPREY_CONFORMANCE=OFF",
                "-DCMAKE_BUILD_TYPE=Release",
            ]
        )
    targets = ["osprey-load", "hello-server", "poco-server", "echo-server"]
    run_quietly(["cmake", "--build", folder, "--target", *targets])
    peers = [name for name in arguments.only if name != "reference" and "websocket" in arguments.part]
    if peers:
        script = ROOT / "conformance" / "tests" / "peers" / "build.py"
        print(run_quietly([sys.executable, script, *peers]), end="", flush=True)


def commands(arguments):
    """What starts each server; a peer that could not be built is left out with a word."""
    table = {}
    for name in arguments.only:
        if name == "reference":
            table[name] = [find_program(arguments.build, "echo-server"), "--port", "0", "--threads", "1"]
        elif (ROOT / "build" / "peers" / name).exists():
            table[name] = [ROOT / "build" / "peers" / name, "--port", "0"]
        else:
            print(f"{name}: not built, left out")
    return table


# --- measuring --------------------------------------------------------------------------------------


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.load_cpu, self.server_cpu = two_cpus()
        self.load = find_program(arguments.build, "osprey-load")
        self.failures = []

    def start(self, name, command):
        return Server(name, command, self.server_cpu)

    def measure(self, server, mode, *options):
        """One run of the load program; None (and a note) when it failed."""
        command = [self.load, mode, server.url, "--pid", server.process.pid, "--json", *options]
        result = subprocess.run(
            [str(word) for word in command], text=True, capture_output=True, preexec_fn=pinned(self.load_cpu)
        )
        if result.returncode != 0:
            note = f"{server.name}, {mode}: {result.stderr.strip() or 'no messages'}"
            self.failures.append(note)
            print(note, flush=True)
        return json.loads(result.stdout) if result.stdout.strip() else None

    def loads(self, table):
        """{load: {server: [reading a round]}}; the servers take turns within a round."""
        readings = {load: {name: [] for name in table} for load in LOADS}
        for turn in range(self.arguments.rounds):
            names = list(table)
            names = names[turn % len(names) :] + names[: turn % len(names)]
            for name in names:
                progress(f"round {turn + 1} of {self.arguments.rounds}: {name}")
                with self.start(name, table[name]) as server:
                    for load in LOADS:
                        connections, size, depth, _ = load
                        readings[load][name].append(
                            self.measure(
                                server,
                                "echo",
                                "--connections",
                                connections,
                                "--size",
                                size,
                                "--depth",
                                depth,
                                "--payload",
                                self.arguments.payload,
                                "--seconds",
                                self.arguments.seconds,
                            )
                        )
        progress()
        return readings

    def idle(self, table):
        readings = {}
        for name, command in table.items():
            progress(f"idle connections: {name}")
            with self.start(name, command) as server:
                options = ["--connections", self.arguments.connections]
                readings[name] = self.measure(server, "idle", *options)
            with self.start(name, command) as server:
                deflate = self.measure(server, "idle", *options, "--deflate", "--size", 2000)
                if readings[name] and deflate:
                    readings[name]["deflate_octets"] = deflate["used_octets"]
        progress()
        return readings

    def soak(self, command):
        with self.start("reference", command) as server:
            options = ["--connections", self.arguments.connections, "--seconds", self.arguments.soak]
            shown = [self.load, "soak", server.url, "--pid", server.process.pid, *options]
            result = subprocess.run([str(word) for word in shown], preexec_fn=pinned(self.load_cpu))
            if result.returncode != 0:
                self.failures.append("soak: errors, see above")


# --- printing ---------------------------------------------------------------------------------------


def ratio(readings, name, key, better):
    """The median over the rounds of this server's figure divided by the better rival's of the same round."""
    ratios = []
    for turn, reading in enumerate(readings[name]):
        rivals = [readings[rival][turn] for rival in RIVALS if rival in readings]
        rivals = [rival[key] for rival in rivals if rival]
        if reading and rivals and better(rivals) > 0:
            ratios.append(reading[key] / better(rivals))
    return statistics.median(ratios) if ratios else None


def title(load):
    connections, size, depth, _ = load
    octets = f"{size // 1024} KiB" if size >= 1024 else f"{size} B"
    return f"{connections} connections x {octets}" + (f", {depth} in flight" if depth > 1 else "")


def print_load(load, readings):
    print(f"\n{title(load)} (aim: {load[3]} times the better of {' and '.join(RIVALS)})")
    print(
        f"  {'server':10} {'messages/s':>11} {'ratio':>6} {'p50 us':>8} {'p99 us':>8}"
        f" {'CPU us/msg':>11} {'ratio':>6} {'busy':>5} {'client':>6}"
    )
    for name, rounds in readings.items():
        print(
            f"  {name:10} {figure(median(rounds, 'messages_per_second'), '{:,.0f}'):>11}"
            f" {figure(ratio(readings, name, 'messages_per_second', max)):>6}"
            f" {figure(median(rounds, 'p50_us'), '{:.0f}'):>8}"
            f" {figure(median(rounds, 'p99_us'), '{:.0f}'):>8}"
            f" {figure(median(rounds, 'server_us_per_message')):>11}"
            f" {figure(ratio(readings, name, 'server_us_per_message', min)):>6}"
            f" {figure(median(rounds, 'server_cpu')):>5} {figure(median(rounds, 'client_cpu')):>6}"
        )


def print_idle(readings, connections):
    print(f"\nmemory of an idle connection, of {connections} (aim: at most {IDLE_AIM} octets)")
    print(f"  {'server':10} {'open':>9} {'after an echo':>14} {'with deflate':>13}")
    for name, reading in readings.items():
        opened = reading and reading["opened_octets"]
        used = reading and reading["used_octets"]
        deflate = reading and reading.get("deflate_octets")
        print(
            f"  {name:10} {figure(opened, '{:,.0f} B'):>9} {figure(used, '{:,.0f} B'):>14}"
            f" {figure(deflate, '{:,.0f} B'):>13}"
        )


def measure_websocket(bench, arguments):
    """Measures, prints, and answers all readings."""
    table = commands(arguments)
    if not table:
        raise BenchError("no server to measure")
    loads = bench.loads(table)
    for load, readings in loads.items():
        print_load(load, readings)
    idle = bench.idle(table)
    print_idle(idle, arguments.connections)
    if arguments.soak and "reference" in table:
        print(
            f"\nsoak of the reference server: {arguments.connections} connections,"
            f" an echo a second each, {arguments.soak:.0f} s",
            flush=True,
        )
        bench.soak(table["reference"])
    return {"loads": {title(load): rounds for load, rounds in loads.items()}, "idle": idle}


def main():
    arguments = parse_arguments()
    if not arguments.no_build:
        build(arguments)
    load_average = os.getloadavg()[0]
    if load_average > 0.5:
        print(f"note: the machine is busy (load average {load_average:.1f}); trust the CPU column more")
    if two_cpus()[1] is None:
        print("note: one processor for server and load; only the CPU column says something")
    document = {}
    failures = []
    if "websocket" in arguments.part:
        bench = Bench(arguments)
        document |= measure_websocket(bench, arguments)
        failures += bench.failures
    if "http" in arguments.part:
        http = HttpBench(arguments)
        document["http"] = http.run()
        failures += http.failures
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=1) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        print(f"run.py: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
