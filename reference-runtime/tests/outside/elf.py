# SPDX-License-Identifier: Apache-2.0
"""Reads from a built ELF file how it was compiled and linked, and tells what of Osprey section 14.4.1 is not on.

Compile flags are read from what the compiler recorded: the producer in GCC's debug information (one a unit), Clang's
.GCC.command.line (a line for each different command line), and .osprey.fortify (cmake/record_fortify.h, a line a
unit), because neither records macros. What the distribution's static libraries were compiled with is nowhere recorded.
"""

import re
import subprocess
from pathlib import Path

COMPILE_FLAGS = {
    "-fstack-protector-all": re.compile(r"-fstack-protector-all(?=\s|$)"),
    "-fstack-clash-protection": re.compile(r"-fstack-clash-protection(?=\s|$)"),
    # Without a value it means full.
    "-fcf-protection=full": re.compile(r"-fcf-protection(=full)?(?=\s|$)"),
    "-ftrapv": re.compile(r"-ftrapv(?=\s|$)"),
    "-fno-delete-null-pointer-checks": re.compile(r"-fno-delete-null-pointer-checks(?=\s|$)"),
}
# What would turn one of them off again, wherever it stands.
_OPPOSITES = re.compile(
    r"-fno-stack-protector\b|-fstack-protector(-strong|-explicit)?(?=\s|$)|-fno-stack-clash-protection|-fno-trapv|-fwrapv\b"
    r"|-fcf-protection=(none|branch|return)|-fdelete-null-pointer-checks"
)


def _readelf(path: Path, *flags: str) -> str:
    return subprocess.run(["readelf", "-W", *flags, path], capture_output=True, text=True, check=True).stdout


def _strings(path: Path, section: str) -> list[str]:
    found = re.findall(r"^\s*\[\s*[0-9a-f]+\]\s+(.*?)\s*$", _readelf(path, "-p", section), re.MULTILINE)
    return [line for line in found if line]


def _units(path: Path, sources: Path) -> list[tuple[str, str]]:
    """Name and producer of each compile unit of ours; none where the debug information was stripped."""
    dump = _readelf(path, "--debug-dump=info", "--dwarf-depth=1")
    units = []
    for block in dump.split("(DW_TAG_compile_unit)")[1:]:
        fields = dict(re.findall(r"DW_AT_(name|producer)\s*: (?:\([^()]*\)\s*)+:\s*(.*?)\s*$", block, re.MULTILINE))
        name = fields.get("name", "")
        # A compiler cache makes our names relative to the build folder; the distribution's libraries have no units.
        if name.startswith(("../", f"{sources}/")):
            units.append((name, fields.get("producer", "")))
    return units


def _switches(line: str, where: str) -> list[str]:
    missing = [f"{flag} is missing in {where}" for flag, spelling in COMPILE_FLAGS.items() if not spelling.search(line)]
    opposite = _OPPOSITES.search(line)
    return missing + ([f"{opposite[0]} is on in {where}"] if opposite else [])


def compile_problems(path: Path, sources: Path) -> list[str]:
    """What is not on in a compile unit; `sources` is the folder whose units are ours."""
    problems = []
    lines = _strings(path, ".GCC.command.line")
    units = _units(path, sources)
    if not lines and not any(producer.startswith("GNU") for _, producer in units):
        problems.append("no switches are recorded: neither GCC's debug information nor -frecord-gcc-switches is there")
    for line in lines:
        problems += _switches(line, f"a unit compiled with: {line}")
    levels = _strings(path, ".osprey.fortify")
    if not levels:
        problems.append("no level of _FORTIFY_SOURCE is recorded")
    problems += [f"_FORTIFY_SOURCE=3 is missing: {level}" for level in levels if level.split()[0] != "3"]
    for name, producer in units:
        # Clang's producer has no switches; its command lines are in the section above.
        if producer.startswith("GNU"):
            problems += _switches(producer, name)
    if len(units) > len(levels):
        problems.append(f"{len(units)} units of ours, but {len(levels)} recorded levels of _FORTIFY_SOURCE")
    return problems


def link_problems(path: Path) -> list[str]:
    """What is not on in the linked file."""
    problems = []
    segments = _readelf(path, "-l")
    if "GNU_RELRO" not in segments:
        problems.append("no GNU_RELRO: -Wl,-z,relro is missing")
    if not re.search(r"BIND_NOW|\bFlags:.*\bNOW\b", _readelf(path, "-d")):
        problems.append("no BIND_NOW: -Wl,-z,now is missing")
    stack = re.search(r"GNU_STACK(?:\s+0x[0-9a-f]+){5}\s+([RWE ]+?)\s+0x", segments)
    if not stack:
        problems.append("no GNU_STACK: -Wl,-z,noexecstack is missing")
    elif "E" in stack[1]:
        problems.append("the stack is executable: -Wl,-z,noexecstack is missing")
    notes = re.search(r"x86 feature: (.*)", _readelf(path, "-n"))
    if notes and not {"IBT", "SHSTK"} <= set(re.findall(r"\w+", notes[1])):
        problems.append(f"control-flow protection is not whole: {notes[1]}")
    symbols = set(re.findall(r"\b(\w+)(?:@\S+)?(?: \(\d+\))?$", _readelf(path, "--dyn-syms"), re.MULTILINE))
    if "__stack_chk_fail" not in symbols:
        problems.append("no __stack_chk_fail: the stack protector is not in use")
    if not any(name.endswith("_chk") for name in symbols):
        problems.append("no *_chk function: _FORTIFY_SOURCE is not in use")
    return problems


def problems(path: Path, sources: Path) -> list[str]:
    """All that is not as Osprey section 14.4.1 wants it, a line each."""
    return compile_problems(path, sources) + link_problems(path)
