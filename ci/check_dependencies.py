#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the table "Dependencies" of ARCHITECTURE.md against the include lines and the package list, and the version
number of CMakeLists.txt against the other files that have to say it."""

import re
import sys

from architecture import ROOT, includes, table, told

# Peers and benchmarks that are built only where their library is installed.
OPTIONAL = "only where it is installed"
VERSION = re.compile(r'^version = "([^"]+)"', re.MULTILINE)
VERSIONED = ["conformance/pytest/pyproject.toml"]


def packages():
    lines = (ROOT / "ci/packages.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("#")[0].strip() for line in lines} - {""}


def dependency_findings():
    names = {name for half in ("conformance", "reference-runtime") for _, _, name, _ in includes(ROOT / half)}
    installed = packages()
    listed = set()
    for library, headers, package, why in table("Dependencies"):
        prefixes = re.findall(r"`([^`]+)`", headers)
        if not any(name.startswith(prefix) for name in names for prefix in prefixes):
            yield f"ARCHITECTURE.md: {library} is listed, and no file includes it: delete the row and its package"
        listed.update(package.split())
        for one in package.split():
            if one not in installed and OPTIONAL not in why:
                yield f"ARCHITECTURE.md: {library} needs the package {one}, which ci/packages.txt does not install"
    for one in sorted(installed - listed):
        if re.match(r"(lib.*|.*-dev)$", one) and one.endswith("-dev") and not one.startswith("libclang"):
            yield f"ci/packages.txt: {one} is installed, and no row of Dependencies in ARCHITECTURE.md names it"


def version_findings():
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    version = re.search(r"project\(osprey-conform VERSION ([0-9.]+)", text).group(1)
    for name in VERSIONED:
        other = VERSION.search((ROOT / name).read_text(encoding="utf-8"))
        if other is None or other.group(1) != version:
            yield f"{name}: the version is {other and other.group(1)}, in CMakeLists.txt {version}"
    literal = re.compile(rf'"[^"]*\b{re.escape(version)}"')
    for path in sorted((ROOT / "conformance/cli").glob("*.[ch]pp")):
        if literal.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(ROOT)}: the version stands here once more; use kVersion of cli/version.hpp"


if __name__ == "__main__":
    sys.exit(told("dependencies", [*dependency_findings(), *version_findings()]))
