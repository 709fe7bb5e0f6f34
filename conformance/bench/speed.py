#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the suite: whole on the reference, its WebSocket server cases, and whole on every faulty peer of the tests.

Prints each time as it comes, then the ten slowest faulty peers. Nothing is asserted: a time is of its machine.
Exit: 0 = all was measured, 2 = wrong use, 3 = a run did not end by itself with results.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The prover knows all faulty peers and how they are started.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/shams"))

import http_runs
import prove

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "conformance/runtimes/reference.yml"
WEBSOCKET_SERVER = ["--role", "server", "--only", "rfc6455/**", "--only", "rfc7692/**", "--only", "robustness/**"]
SUITES = ("server", "client", "library", "http-server", "http-client")
SLOWEST = 10


class Trouble(Exception):
    """A run that cannot be measured; its text is for the user."""


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="whose programs run")
    parser.add_argument("--rounds", type=int, default=3, help="runs on the reference; the quickest counts")
    parser.add_argument("--suite", action="append", choices=SUITES, help="faulty peers of these only; repeatable")
    parser.add_argument("--name", action="append", default=[], help="only these faulty peers; repeatable")
    parser.add_argument("--no-reference", action="store_true", help="faulty peers only")
    parser.add_argument("--no-faulty-peers", action="store_true", help="the reference only")
    parser.add_argument("--longest", type=float, default=300, help="seconds after which a run is given up")
    parser.add_argument("--results", type=Path, help="keep the results of the faulty peers here")
    chosen = parser.parse_args()
    chosen.build = chosen.build.resolve()
    chosen.conform = chosen.build / "conformance/cli/osprey-conform"
    if not chosen.conform.is_file():
        parser.error(f"{chosen.conform} is not there; build it with ci/build {chosen.build.name}")
    return chosen


def timed(command, folder, longest):
    """Seconds of one run, and what its last line says."""
    began = time.monotonic()
    with open(folder / "log", "w+", encoding="utf-8") as log:
        try:
            done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False, timeout=longest)
        except subprocess.TimeoutExpired:
            return longest, "given up"
        seconds = time.monotonic() - began
        log.seek(0)
        said = [line for line in log.read().splitlines() if line.strip()]
    # 3: the peer cannot be tested at all, which was found out; anything else is ours.
    if done.returncode not in (0, 1, 3):
        raise Trouble("\n".join([" ".join(map(str, command)), f"ended with {done.returncode}", *said[-5:]]))
    return seconds, said[-1].split("  ")[0] if said else ""


def measure_reference(chosen, folder):
    for title, words in (("whole suite on the reference", []), ("WebSocket server cases", WEBSOCKET_SERVER)):
        command = [chosen.conform, "run", REFERENCE, "--define", f"build={chosen.build}", *words, "--out", folder]
        runs = [timed(command, folder, chosen.longest) for _ in range(chosen.rounds)]
        seconds, said = min(runs)
        print(f"{seconds:7.2f} s  {title}: {said}", flush=True)


def prover_arguments(chosen, suite):
    """What the prover needs to know to write the runtime file of a faulty peer."""
    library = suite == "library"
    sham = {
        "library": chosen.build / "conformance/tests/shams/library/libsham-library.so",
        "http-server": http_runs.SHAM,
        "http-client": http_runs.SHAM,
    }.get(suite, chosen.build / "conformance/tests/shams/sham")
    good = chosen.build / "reference-runtime/api/libosprey.so" if library else None
    return argparse.Namespace(conform=chosen.conform, sham=sham, library=good)


def measure_suite(chosen, suite, folder):
    arguments = prover_arguments(chosen, suite)
    role = suite.removeprefix("http-")
    cases = [word for glob in http_runs.CASES for word in ("--only", glob)] if suite.startswith("http") else []
    times = []
    for peer in prove.deviations(arguments.sham, role):
        if peer.kind != "fault" or (chosen.name and peer.name not in chosen.name):
            continue
        place = folder / suite / peer.name
        place.mkdir(parents=True, exist_ok=True)
        file = prove.runtime_file(place, arguments, peer)
        command = [chosen.conform, "run", file, "--role", role, *cases, "--out", place]
        seconds, said = timed(command, place, chosen.longest)
        times.append((seconds, f"{suite} {peer.name}: {said}"))
        print(f"{seconds:7.2f} s  {times[-1][1]}", flush=True)
    return times


def main():
    chosen = options()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="osprey-speed-") as temporary:
        folder = Path(temporary)
        try:
            if not chosen.no_reference:
                measure_reference(chosen, folder)
            times = []
            for suite in [] if chosen.no_faulty_peers else chosen.suite or SUITES:
                times += measure_suite(chosen, suite, chosen.results or folder)
        except (Trouble, prove.Trouble, OSError, subprocess.CalledProcessError) as trouble:
            print(f"speed: {trouble}", file=sys.stderr)
            return 3
    if times:
        print(f"\nthe slowest of {len(times)} faulty peers")
    for seconds, text in sorted(times, reverse=True)[:SLOWEST]:
        print(f"{seconds:7.2f} s  {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
