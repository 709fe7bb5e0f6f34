# SPDX-License-Identifier: Apache-2.0
"""What the checks share: what they read from ARCHITECTURE.md and from include lines, and how they end."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = {".cpp", ".hpp", ".c", ".h"}


def table(heading):
    """The rows of the table below a heading of ARCHITECTURE.md, as lists of cells; its head is left out."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip() for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def headers_of():
    """Library -> the prefixes of its headers, as the table Dependencies says."""
    return {row[0]: re.findall(r"`([^`]+)`", row[1]) for row in table("Dependencies")}


def includes(folder):
    """(file, line number, name, whether it is in quotes) of every include below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SOURCES:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                yield path, number, match.group(2), match.group(1) == '"'


def told(check, findings):
    """Prints the findings, or that there are none; returns the status to exit with."""
    lines = list(findings)
    print("\n".join(lines) if lines else f"{check}: clean")
    return 1 if lines else 0
