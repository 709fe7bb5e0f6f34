#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every case file against spec-cases/case.schema.json, as an editor would.

Editors read YAML 1.2: `on` is a word there, and so is a date; PyYAML reads YAML 1.1.
"""

import json
import re
import sys
from pathlib import Path
from typing import ClassVar

import jsonschema
import yaml

PLAIN = {
    "bool": (r"^(?:true|false)$", "tf"),
    "int": (r"^[-+]?[0-9]+$", "-+0123456789"),
    "null": (r"^(?:~|null|)$", ["~", "n", ""]),
    "float": (r"^[-+]?[0-9]+\.[0-9]+$", "-+0123456789"),
}


class Loader(yaml.SafeLoader):
    """SafeLoader with the plain values of YAML 1.2."""

    yaml_implicit_resolvers: ClassVar = {}


for name, (pattern, first) in PLAIN.items():
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(pattern), list(first))


def deepest(error):
    """Of the alternatives of an anyOf, the one that came furthest: what was most likely meant."""
    best = jsonschema.exceptions.best_match([error])
    return best if best is not None else error


def problems_of(path, validator):
    """The departures of one file, each with the place it stands at."""
    for error in validator.iter_errors(yaml.load(path.read_text(encoding="utf-8"), Loader)):
        found = deepest(error)
        yield f"{path}: {'/'.join(map(str, found.absolute_path))}: {found.message[:200]}"


def main():
    """Ends with 1 when a file departs from the schema."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "spec-cases")
    schema = json.loads((folder / "case.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    files = sorted(path for path in folder.glob("*/*.yml") if path.parent.name != "requirements")
    if not files:
        sys.exit(f"{folder} holds no case file")
    problems = [line for path in files for line in problems_of(path, validator)]
    print("\n".join(problems) if problems else f"{len(files)} case files are as the schema says")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
