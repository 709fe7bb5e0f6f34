#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A driver that is wrong in the one way its argument names; without an argument it is right."""

import json
import os
import signal
import sys

FAULT = sys.argv[1] if len(sys.argv) > 1 else ""
HELLO = {"hello": {"name": "faulty", "version": "1", "editions": ["osprey-result"], "functions": ["httpCloseClient"]}}


def say(line):
    print(line if isinstance(line, str) else json.dumps(line), flush=True)


def answer(number):
    good = {"answer": number, "tag": "Success", "value": 0}
    return {
        "junk": "this is no JSON",
        "list": [1, 2],
        "no-tag": {"answer": number, "value": 0},
        "other-call": {**good, "answer": number + 70},
        "twice": json.dumps(good) + "\n" + json.dumps(good),
        "errored": {"answer": number, "errored": "the library threw"},
        "skipped": {"answer": number, "skipped": "not on this machine"},
        "error-without-message": {"answer": number, "tag": "Error"},
        "event-without-name": {"event": 7},
    }.get(FAULT, good)


def call(number):
    if FAULT == "dies":
        print("last words of the library", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if FAULT == "ends":
        sys.exit(3)
    if FAULT == "hangs":
        signal.pause()
    if FAULT == "floods":
        while True:
            sys.stdout.write("x" * (1 << 20))
    say(answer(number))


def main():
    calls = 0
    for text in sys.stdin:
        line = json.loads(text)
        if line["do"] == "stop":
            break
        if line["do"] == "call":
            calls += 1
            call(line["id"])
        elif not (FAULT == "mute" or (FAULT == "mute-afterwards" and calls)):
            say("hello?" if FAULT == "no-hello" else HELLO)
    if FAULT == "stays":
        signal.pause()
    if FAULT == "dies-at-its-end":
        os.kill(os.getpid(), signal.SIGABRT)
    return 9 if FAULT == "exit-code" else 0


if __name__ == "__main__":
    sys.exit(main())
