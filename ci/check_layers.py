#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every include of the tree against the layers of ARCHITECTURE.md; says which line breaks which rule."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')

# folder -> what its own-tree includes and its named libraries may be. A folder may always include itself.
POSIX = ("sys/", "netinet/", "arpa/", "netdb.h", "poll.h", "unistd.h", "fcntl.h", "signal.h", "dlfcn.h", "spawn.h")
LAYERS = {
    "reference-runtime/wire": {"own": ["wire/"], "libraries": ["zlib.h", "openssl/"]},
    "reference-runtime/net": {"own": ["net/", "wire/", "osprey/"], "libraries": ["Poco/", "openssl/", *POSIX]},
    "reference-runtime/api": {"own": ["api/", "net/", "wire/", "osprey/"], "libraries": ["openssl/", *POSIX]},
    "reference-runtime/driver": {
        "own": ["driver/", "osprey/"],
        "libraries": ["CLI/", "nlohmann/", "openssl/sha.h", *POSIX],
    },
    "reference-runtime/include": {"own": ["osprey/"], "libraries": []},
    "conformance/case": {"own": ["case/"], "libraries": ["yaml-cpp/", "nlohmann/", "valijson/"]},
    "conformance/wire": {"own": ["wire/"], "libraries": ["zlib.h", "openssl/"]},
    "conformance/subject": {"own": ["subject/", "case/"], "libraries": ["Poco/", "openssl/", "linux/", *POSIX]},
    "conformance/run": {"own": ["run/", "case/", "wire/", "subject/"], "libraries": ["nlohmann/", "fmt/"]},
    "conformance/driver": {"own": [], "libraries": ["nlohmann/", *POSIX]},
    "conformance/report": {
        "own": ["report/", "run/verdict.hpp"],
        "libraries": ["nlohmann/", "fmt/", "pugixml.hpp", *POSIX],
    },
}
FOREIGN = {"reference-runtime": "conformance", "conformance": "reference-runtime"}
LIBRARY = re.compile(
    r"^(Poco/|openssl/|yaml-cpp/|nlohmann/|valijson/|CLI/|fmt/|pugixml|zlib\.h|boost/|sys/|netinet/|arpa/)"
)


def standard(name):
    """A header of the C++ or C library: no folder, no .hpp."""
    return "/" not in name and not name.endswith(".hpp")


def rule_for(path):
    for folder, rule in LAYERS.items():
        if path.is_relative_to(ROOT / folder):
            return folder, rule
    return None, None


def allowed(name, rule, beside):
    if any(name.startswith(prefix) for prefix in rule["own"] + rule["libraries"]):
        return True
    if (beside / name).exists() and "/" not in name:
        return True
    return standard(name) and not LIBRARY.match(name)


def findings():
    for part, foreign in FOREIGN.items():
        for path in sorted((ROOT / part).rglob("*")):
            if path.suffix not in {".cpp", ".hpp", ".c", ".h"}:
                continue
            folder, rule = rule_for(path)
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                name = match.group(1)
                where = f"{path.relative_to(ROOT)}:{number}"
                if foreign in name or (part == "conformance" and name.startswith("osprey/")):
                    yield f"{where}: {name}: judge and judged share no code"
                elif rule and not allowed(name, rule, path.parent):
                    may = ", ".join(rule["own"] + rule["libraries"])
                    yield f"{where}: {name}: {folder} may include only {may} and the standard library"


def main():
    found = list(findings())
    print("\n".join(found) if found else "layers: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
