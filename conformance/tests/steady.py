#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the whole suite on one runtime again and again; every run must give the same verdicts.

With --stress stress-ng keeps every processor busy meanwhile. Prints a line a run and each case whose verdict changed.
Exit: 0 = all runs are alike, 1 = they are not, 2 = wrong use, 3 = a run gave no results.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Trouble(Exception):
    """A run that cannot be made or read; its text is for the user."""


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="Other options are passed on to osprey-conform run, as in --role server.",
    )
    parser.add_argument("--target", default=str(ROOT / "conformance/runtimes/reference.yml"))
    parser.add_argument("--conform", default=str(ROOT / "build/release/conformance/cli/osprey-conform"))
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--stress", action="store_true", help="keep the machine under load with stress-ng")
    arguments, rest = parser.parse_known_args()
    arguments.rest = rest
    if not pathlib.Path(arguments.conform).is_file():
        parser.error(f"{arguments.conform} is not there; build it with ci/build release")
    if arguments.stress and not shutil.which("stress-ng"):
        parser.error("--stress needs stress-ng (Debian package stress-ng)")
    return arguments


def one_run(arguments, folder):
    """(role, id) -> verdict with its reason, of one run."""
    command = [arguments.conform, "run", arguments.target, "--out", folder, *arguments.rest]
    with open(f"{folder}/log", "w", encoding="utf-8") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode not in (0, 1):
        raise Trouble(f"the judge ended with {done.returncode}:\n{pathlib.Path(folder, 'log').read_text()}")
    verdicts = {}
    with open(f"{folder}/results.jsonl", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if "verdict" in record:
                verdicts[record["role"], record["id"]] = record["verdict"], record.get("why", "")
    return verdicts


def changes(first, other):
    keys = sorted(first.keys() | other.keys())
    return [key for key in keys if first.get(key, ("absent",))[0] != other.get(key, ("absent",))[0]]


def compare_runs(arguments):
    first, unsteady = None, collections.Counter()
    for number in range(1, arguments.runs + 1):
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            verdicts = one_run(arguments, folder)
            seconds = time.monotonic() - began
        if not verdicts:
            raise Trouble("a run gave no verdicts")
        first = first or verdicts
        different = changes(first, verdicts)
        unsteady.update(different)
        totals = collections.Counter(verdict for verdict, _ in verdicts.values())
        text = ", ".join(f"{count} {verdict}" for verdict, count in sorted(totals.items()))
        print(f"run {number}: {text} in {seconds:.1f} s, {len(different)} different", flush=True)
        for key in different:
            print(f"  {key[0]} {key[1]}: {first.get(key)} -> {verdicts.get(key)}", flush=True)
    return unsteady


def main():
    arguments = parse_arguments()
    stress = None
    if arguments.stress:
        workers = str(os.cpu_count())
        stress = subprocess.Popen(
            ["stress-ng", "--quiet", "--cpu", workers, "--io", "1", "--vm", "1", "--vm-bytes", "256M"]
        )
    try:
        unsteady = compare_runs(arguments)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 3
    finally:
        if stress:
            stress.terminate()
            stress.wait()
    print(f"{arguments.runs} runs, {len(unsteady)} cases with changing verdicts")
    return 1 if unsteady else 0


if __name__ == "__main__":
    sys.exit(main())
