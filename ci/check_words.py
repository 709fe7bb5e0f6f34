#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Text that must not be in the tree: paths of one machine, hosts of registries, sleeps."""

import pathlib
import re
import subprocess
import sys

from architecture import ROOT, told

SOURCES = {".cpp", ".hpp", ".c", ".h", ".py"}
RULES = [
    (re.compile(r"(^|[^A-Za-z0-9_.])/(home|root|work|Users)/"), "a path of one machine", None),
    (
        re.compile(r"(files\.pythonhosted|registry\.npmjs|static\.crates|proxy\.golang|deb\.debian)\."),
        "a package registry's host",
        None,
    ),
    (
        re.compile(r"sleep_for|sleep_until|\busleep\(|nanosleep|time\.sleep"),
        "a sleep: wait for an event instead",
        SOURCES,
    ),
]


def findings():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    for name in names:
        path = ROOT / name
        if path == pathlib.Path(__file__).resolve() or not path.is_file():
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            for pattern, what, suffixes in RULES:
                if (suffixes is None or path.suffix in suffixes) and pattern.search(line):
                    yield f"{name}:{number}: {what}"


if __name__ == "__main__":
    sys.exit(told("words", findings()))
