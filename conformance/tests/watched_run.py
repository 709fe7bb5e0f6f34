#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The suite on the reference runtime while a tool watches every process: the sanitizers of a build, or Valgrind.

Prints what the tool reported, a block a process, and the cases that fail. Cases that weigh memory or processor time,
or take away all descriptors, may fail, because the tool has to live with them too. Exit: 0 = no report and no other
case fails, 1 = there is one, 2 = wrong use, 3 = a run gave no results.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "conformance/runtimes/reference.yml"
COMMANDS = (
    "server",
    "server-tls",
    "client",
    "library",
    "http-server",
    "http-server-tls",
    "http-client",
    "http-client-kept",
)
VALGRIND = [
    "valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite,indirect", "--fair-sched=yes",
]  # fmt: skip


class Trouble(Exception):
    """A run that cannot be made or read; its text is for the user."""


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="Other options are passed on to osprey-conform run, as in --role server.",
    )
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/asan", help="whose programs run")
    parser.add_argument("--valgrind", action="store_true", help="the runtime's processes run under Valgrind")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "out/watched")
    parser.add_argument("--deadline-factor", help="passed on; 10 with Valgrind, 3 without")
    arguments, arguments.rest = parser.parse_known_args()
    arguments.build, arguments.out = arguments.build.resolve(), arguments.out.resolve()
    arguments.deadline_factor = arguments.deadline_factor or ("10" if arguments.valgrind else "3")
    arguments.conform = arguments.build / "conformance/cli/osprey-conform"
    if not arguments.conform.is_file():
        parser.error(f"{arguments.conform} is not there; build it with ci/build {arguments.build.name}")
    if arguments.valgrind and not shutil.which("valgrind"):
        parser.error("--valgrind needs valgrind (Debian package valgrind)")
    return arguments


def watched_runtime(arguments):
    """The reference's runtime file, its commands with the tool before them."""
    runtime = yaml.safe_load(RUNTIME.read_text(encoding="utf-8"))
    driver = str(arguments.build / "conformance/driver/c-driver")
    before = [*VALGRIND, f"--log-file={arguments.out}/report.%p"] if arguments.valgrind else []
    slowness = 8 if arguments.valgrind else 4
    for name in COMMANDS:
        words = [driver if word == "c-driver" else word for word in runtime[name]]
        # The runtime's own limits on time are for a runtime at full speed.
        slower = [at + 1 for at, word in enumerate(words) if word in ("--handshake-timeout", "--timeout")]
        words = [str(int(word) * slowness) if at in slower else word for at, word in enumerate(words)]
        runtime[name] = before + words
    runtime["name"] += "-watched"
    file = arguments.out / "runtime.yml"
    file.write_text(yaml.safe_dump(runtime, sort_keys=False), encoding="utf-8")
    return file


def run(arguments):
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    report = f"log_path={arguments.out}/report"
    environment = os.environ | {
        "ASAN_OPTIONS": f"{report}:detect_leaks=1",
        "UBSAN_OPTIONS": f"{report}:print_stacktrace=1",
    }
    command = [
        arguments.conform, "run", watched_runtime(arguments), "--define", f"build={arguments.build}",
        "--deadline-factor", arguments.deadline_factor, "--out", arguments.out, *arguments.rest,
    ]  # fmt: skip
    # Not shown: among its failures are those that the tool makes, and a reader would take them for the run's.
    with open(arguments.out / "run.log", "w", encoding="utf-8") as log:
        done = subprocess.run(command, env=environment, check=False, stdout=log, stderr=subprocess.STDOUT)
    if done.returncode not in (0, 1):
        raise Trouble("\n".join([f"the judge ended with {done.returncode}:", *log_tail(arguments, 20)]))


def log_tail(arguments, lines):
    return (arguments.out / "run.log").read_text(errors="replace").splitlines()[-lines:]


def spared(case):
    """What the tool itself would fail: it costs memory and time of its own, and cannot work without descriptors."""
    words = ("memory", "KiB more", "of a core")
    weighed = any(word in case.get(field, "") for field in ("why", "rule", "id") for word in words)
    return weighed or "no-descriptor-left" in case["id"]


def bad_cases(arguments):
    with open(arguments.out / "results.jsonl", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    failed = [one for one in records if one.get("verdict") in ("fail", "error")]
    return [one for one in failed if not spared(one)], len(failed)


def main():
    arguments = parse_arguments()
    try:
        run(arguments)
        bad, failed = bad_cases(arguments)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 3
    reports = [file for file in sorted(arguments.out.glob("report.*")) if file.stat().st_size > 0]
    for file in reports:
        print(f"--- {file}\n{file.read_text(errors='replace')[:4000]}")
    for case in bad:
        print(f"{case['verdict']}  {case['role']} {case['id']}: {case['why']}")
    print(*log_tail(arguments, 1))
    print(f"{len(reports)} reports, {len(bad)} cases fail ({failed - len(bad)} more that the tool would fail)")
    return 1 if reports or bad else 0


if __name__ == "__main__":
    sys.exit(main())
