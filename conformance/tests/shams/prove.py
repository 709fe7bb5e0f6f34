#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves the cases: runs them against a sham with each fault in turn, and against each legal oddity.

Prints three lists: cases that no fault turns red (wrecks aside), faults that no case notices, legal oddities that
fail. An entry with a reason in reasons.yml is counted, not printed. Exit: 0 = the lists are empty, 1 = they are not,
2 = wrong use, 3 = a run could not be made or read.
"""

import argparse
import concurrent.futures
import fcntl
import json
import pathlib
import subprocess
import sys

import http_runs
import library_sham
from prove_lists import Trouble, read_reasons, report

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FEATURES = (
    'websocket, deflate, subprotocol=chat, "origin-policy=https://osprey.example", paths, redirect, handshake-timeout, '
    '"limit:message=16777216", "limit:handshake"'
)
# What only these shams do.
MORE_FEATURES = {
    **dict.fromkeys(("response-larger-bits-accepted", "offers-small-window"), ', "offer:server-window"'),
    "small-frame-limit": ', "limit:frame=4096"',
}
# What these do otherwise.
OTHER_FEATURES = {
    **dict.fromkeys(("declines-deflate", "extensions-unread"), ("deflate, ", "")),
    "small-message-limit": ("limit:message=16777216", "limit:message=65536"),
}
# Oddities that would take hours over everything: where they can show.
SLOW = ["rfc6455/5.5.2*/ping-is-answered/*", "rfc6455/5.7*/*", "rfc6455/7.1.2*/message-then-close"]
ODDITY_WHERE = {"slow-replies": SLOW, "slow-with-binary": [*SLOW, "rfc6455/5.2*/**"]}
# What the others make of a message: they echo.
ECHO = {
    "answers-in-an-envelope": '{"type":"echo","id":{any},"original":"{payload}"}',
    "does-not-echo": "none",
    "sends-unasked": "none",
}
SERVER_WORDS = [
    "--port",
    "{port}",
    "--subprotocol",
    "chat",
    "--origin",
    "https://osprey.example",
    "--path",
    "/",
    "--path",
    "/echo",
    "--handshake-ms",
    "3000",
]
TLS_WORDS = ["--tls", "--cert", "{certificate}", "--key", "{key}"]
CLIENT_WORDS = ["{url}", "--ca", "{ca}", "--subprotocol", "chat", "--handshake-ms", "1500"]
# Where the faults of an area can show; an area that is not named here is proved with every case. The long volume
# families (thousands of messages) are run for what only they can see, and with --whole.
DEFLATE = ["rfc7692/5*/**", "rfc7692/6*/**", "rfc7692/7-*/**", "rfc7692/7.1.*/**", "rfc7692/7.2.*/**"]
HANDSHAKE = [
    "rfc6455/2*/**",
    "rfc6455/3*/**",
    "rfc6455/4*/**",
    "rfc6455/8*/*handshake*",
    "rfc6455/9*/**",
    "rfc6455/10.1*/**",
    "rfc6455/10.2*/**",
    "rfc6455/11*/**",
    "rfc6455/7.2*/**",
    "rfc7692/5*/**",
    "rfc7692/7-*/**",
    "rfc7692/7.1.*/**",
]
FRAMES = ["rfc6455/2*/**", "rfc6455/5*/**", "rfc6455/6*/**", "rfc6455/10.7*/**"]
CLOSE = ["rfc6455/5.5*/**", "rfc6455/7*/**", "rfc6455/10.7*/**", "rfc6455/11.7*/**"]
WHERE = {
    "handshake": HANDSHAKE,
    "client-handshake": [*HANDSHAKE, "robustness/client-handshake-limits/**", "robustness/redirects/**"],
    "masking": ["rfc6455/5.1*/**", "rfc6455/5.3*/**", "rfc6455/5.5*/**", "rfc6455/6*/**", "rfc6455/10.3*/**"],
    "mask-keys": ["rfc6455/5.1*/**", "rfc6455/5.3*/**", "rfc6455/10.3*/**"],
    "frames": [*FRAMES, "rfc6455/9*/**", "rfc7692/6*/**"],
    "fragments": FRAMES,
    "messages": [*FRAMES, "rfc6455/8*/**", "robustness/floods/*"],
    "ping": [*FRAMES, "robustness/floods/*"],
    "utf8": [
        "rfc6455/2*/**",
        "rfc6455/5.4*/**",
        "rfc6455/5.6*/**",
        "rfc6455/6*/**",
        "rfc6455/7.4*/**",
        "rfc6455/8*/**",
        "rfc7692/6.1*/**",
    ],
    "close": [*CLOSE, "rfc6455/8*/**", "robustness/abrupt-ends/**"],
    "failure": [*CLOSE, "rfc6455/8*/**", "rfc7692/6*/**", "rfc7692/7.2.2*/**"],
    "deflate-offer": [*HANDSHAKE, *DEFLATE],
    "deflate": [*DEFLATE, "rfc6455/5.8*/**", "rfc6455/9*/**", "robustness/compression-bombs/**"],
    "tls": ["rfc6455/4.1*/**", "rfc6455/10.6*/**", "robustness/tls*/**"],
    **library_sham.WHERE,
    "limits": [
        "rfc6455/10.4*/**",
        "rfc6455/10.7*/**",
        "rfc6455/5.2*/**",
        "rfc6455/5.5*/**",
        "rfc6455/7.1.1*/**",
        "rfc6455/7.2*/**",
        "rfc6455/4.2.1*/**",
        "robustness/*/**",
    ],
}
WHOLE = {"inflater-always-reset", "window-bits-not-obeyed", "no-takeover-not-obeyed", "last-octet-lost", "echo-twice"}
RED = {"fail", "error", "stale"}
GOOD_EXITS = {0, 1}  # of the judge: all well, or a case failed


class Deviation:
    """One thing a sham does otherwise: a fault or an oddity of one role, or neither for the sham as it should be."""

    def __init__(self, role, kind, name, area=""):
        self.role, self.kind, self.name, self.area = role, kind, name, area
        self.cut_off = False  # its run took too long: what it had said by then counts

    @property
    def key(self):
        return f"{self.role}/{self.name}"

    @property
    def words(self):
        return [f"--{self.kind}", self.name] if self.kind else []


def listed(sham, what):
    if what == "library":
        return library_sham.listed(sham)
    run = subprocess.run([sham, "list", what], capture_output=True, text=True, check=True)
    return [line.split("\t") for line in run.stdout.splitlines()]


def deviations(sham, role):
    found = [Deviation(role, "", "none")]
    found += [Deviation(role, "fault", row[0], row[1]) for row in listed(sham, role)]
    if role == "library":
        return found
    found += [Deviation(role, "oddity", row[0]) for row in listed(sham, "oddities") if row[1] in (role, "both")]
    return found


def runtime_file(folder, arguments, deviation):
    if arguments.sham.suffix == ".py":
        return http_runs.runtime_file(folder, arguments.sham, deviation)
    path = folder / "runtime.yml"
    lines = ["name: sham", f"about: {deviation.key}"]
    if deviation.role == "library":
        lines += library_sham.runtime_lines(arguments, deviation.name if deviation.kind else "")
        path.write_text("\n".join(lines) + "\n")
        return path
    words = SERVER_WORDS if deviation.role == "server" else CLIENT_WORDS
    command = [str(arguments.sham), deviation.role, *words, *deviation.words]
    features = FEATURES.replace(*OTHER_FEATURES.get(deviation.name, ("", "")))
    features += MORE_FEATURES.get(deviation.name, "")
    lines += [f"{deviation.role}: {json.dumps(command)}", f"speaks: [{features}]"]
    if deviation.role == "server":
        lines.append(f"echo: {json.dumps(ECHO.get(deviation.name, 'plain'))}")
        lines.append(f"server-tls: {json.dumps([*command, *TLS_WORDS])}")
    path.write_text("\n".join(lines) + "\n")
    return path


def read_verdicts(path):
    """id -> verdict of every case in a results file, or in what a run that was cut off left of it."""
    if not path.exists():
        path = path.with_name(path.name + ".part")
    if not path.exists():
        raise Trouble(f"{path} is missing: the suite wrote no results")
    verdicts = {}
    for line in path.read_text().splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            break  # cut short: what came before it counts
        if "id" in entry and "verdict" in entry:
            verdicts[entry["id"]] = entry["verdict"]
    return verdicts


def verdicts_so_far(path):
    try:
        return read_verdicts(path)
    except Trouble:
        return {}


def globs_for(arguments, deviation):
    """What to run for a deviation; nothing named = everything."""
    if arguments.suite == "http":
        whole = arguments.only or http_runs.CASES
        narrow = deviation.role == "client" and not arguments.only and not arguments.whole
        return http_runs.CLIENT_WHERE.get(deviation.area, whole) if narrow else whole
    if arguments.only or arguments.whole or not deviation.kind or deviation.name in WHOLE:
        return arguments.only
    if deviation.kind == "oddity":
        return ODDITY_WHERE.get(deviation.name, ["rfc6455/*/**", *DEFLATE, "robustness/*/**"])
    return WHERE.get(deviation.area, [])


def run_one(arguments, deviation):
    folder = arguments.out / deviation.role / (deviation.kind or "right") / deviation.name
    results = folder / "out" / "results.jsonl"
    if not (arguments.resume and results.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        for left in (results, results.with_name(results.name + ".part")):
            left.unlink(missing_ok=True)
        command = [
            arguments.conform,
            "run",
            runtime_file(folder, arguments, deviation),
            "--out",
            folder / "out",
            "--role",
            deviation.role,
            "--deadline-factor",
            arguments.deadline_factor,
        ]
        if deviation.role == "library":
            command += ["--jobs", "6"]  # another run stands beside this one
        for glob in globs_for(arguments, deviation):
            command += ["--only", glob]
        with open(folder / "log", "w", encoding="utf-8") as log:
            try:
                done = subprocess.run(
                    command, stdout=log, stderr=subprocess.STDOUT, check=False, timeout=arguments.timeout
                )
            except subprocess.TimeoutExpired:
                print(f"{deviation.key}: cut off after {arguments.timeout} s", file=sys.stderr)
                deviation.cut_off = True
                return deviation, verdicts_so_far(results)
        # A sham that cannot even be started may have no results; that counts as everything red.
        if done.returncode not in GOOD_EXITS and not results.exists():
            return deviation, None
    return deviation, read_verdicts(results)


def run_all(arguments, wanted):
    """Deviation -> its verdicts (None = the judge gave up on the sham as a whole)."""
    outcome = {}
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for deviation, verdicts in pool.map(lambda one: run_one(arguments, one), wanted):
            outcome[deviation] = verdicts
            red = "all" if verdicts is None else sum(verdict in RED for verdict in verdicts.values())
            print(f"{len(outcome)}/{len(wanted)} {deviation.key}: {red} red", file=sys.stderr, flush=True)
    return outcome


def red_cases(verdicts, right):
    """What a deviation turns red that is not red without it."""
    if verdicts is None:
        return set(right)
    return {case for case, verdict in right.items() if verdict not in RED and verdicts.get(case) in RED}


def notices(verdicts, right):
    """Whether any case says more than without the deviation: red, or legal but lax."""
    return verdicts is None or any(
        right.get(case) in {"pass", "skip"} and verdict not in {"pass", "skip"} for case, verdict in verdicts.items()
    )


def judge_role(role, outcome, wrecks):
    """The three lists of one role, and the matrix behind them."""
    right = next(verdicts for deviation, verdicts in outcome.items() if not deviation.kind)
    if not right:
        raise Trouble(f"the {role} suite gave no verdicts on the sham without a fault")
    matrix, unnoticed, failing_oddities = {}, [], {}
    for deviation, verdicts in outcome.items():
        red = red_cases(verdicts, right)
        if deviation.kind == "fault":
            matrix[deviation.key] = sorted(red)
            if not notices(verdicts, right):
                unnoticed.append(deviation.key)
        elif deviation.kind == "oddity":
            failing_oddities.update({f"{deviation.key}: {case}": deviation.key for case in sorted(red)})
    # A peer that is broken altogether proves nothing about a single case.
    turned = set().union(*(set(red) for key, red in matrix.items() if key not in wrecks))
    judged = {case for case, verdict in right.items() if verdict != "skip"}
    return {
        "matrix": matrix,
        "faults": unnoticed,
        "cases": sorted(f"{role}: {case}" for case in judged - turned),
        "oddities": failing_oddities,
        "cut_off": sorted(deviation.key for deviation in outcome if deviation.cut_off),
        "wrong": sorted(f"{role}: {case}" for case, verdict in right.items() if verdict in RED),
    }


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conform", type=pathlib.Path, required=True, help="the osprey-conform program")
    parser.add_argument("--suite", choices=["websocket", "http"], default="websocket", help="which shams and cases")
    parser.add_argument("--sham", type=pathlib.Path, help="the sham program; needed for the WebSocket suite")
    parser.add_argument("--library", type=pathlib.Path, help="a good library: --sham is the library sham")
    parser.add_argument("--role", choices=["server", "client"], action="append", help="both by default")
    parser.add_argument("--whole", action="store_true", help="every case for every fault, not those of its area")
    parser.add_argument("--only", action="append", default=[], help="globs of case ids")
    parser.add_argument("--name", action="append", default=[], help="only these faults or oddities")
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side")
    parser.add_argument("--deadline-factor", default="1", help="passed to the judge, for slow machines")
    parser.add_argument("--timeout", type=int, default=300, help="seconds for one run")
    parser.add_argument("--resume", action="store_true", help="keep the results that --out holds already")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "out" / "prove")
    parser.add_argument("--reasons", type=pathlib.Path, help="why an entry may stay; reasons.yml beside this program")
    arguments = parser.parse_args()
    arguments.reasons = arguments.reasons or HERE / ("library/reasons.yml" if arguments.library else "reasons.yml")
    if arguments.suite == "http":
        arguments.sham = arguments.sham or http_runs.SHAM
        arguments.out /= "http"
    elif arguments.sham is None:
        parser.error("--sham PROGRAM is needed")
    for program in (arguments.conform, arguments.sham, *([arguments.library] if arguments.library else [])):
        if not program.is_file():
            parser.error(f"{program} is not there; build it first")
    arguments.conform, arguments.sham = arguments.conform.resolve(), arguments.sham.resolve()
    if arguments.library:
        arguments.library, arguments.role = arguments.library.resolve(), ["library"]
    return arguments


def occupy(folder):
    """Two provers in one folder would read each other's results. The lock goes with this process."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = open(folder / "lock", "w", encoding="utf-8")  # noqa: SIM115
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        raise Trouble(f"another prover writes to {folder}; give this one a folder of its own by --out") from taken
    return lock


def main():
    arguments = parse_arguments()
    lock = occupy(arguments.out)
    reasons = read_reasons(arguments.reasons)
    verdicts = []
    for role in arguments.role or ["server", "client"]:
        wanted = [
            one
            for one in deviations(arguments.sham, role)
            if not arguments.name or one.name in arguments.name or not one.kind
        ]
        wrecks = {f"{role}/{row[0]}" for row in listed(arguments.sham, role) if row[1] == "wreck"}
        verdicts.append(judge_role(role, run_all(arguments, wanted), wrecks))
    (arguments.out / "prove.json").write_text(json.dumps(verdicts, indent=1))
    lock.close()
    return 0 if report(verdicts, reasons) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Trouble, subprocess.CalledProcessError, OSError) as trouble:
        print(f"prove: {trouble}", file=sys.stderr)
        sys.exit(3)
