#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the native verdicts with those of the genuine Autobahn suite, runtime by runtime.

Prints the table of differences. Each needs its reason in differences.yml.
Exit: 0 = every difference has its reason and every reason its difference; 1 = not so;
2 = wrong use or bad input; 3 = a suite could not be run.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from autobahn_crosscheck import HERE, ROOT, compare, genuine, native, reasons, runtimes, table, verdicts
from autobahn_gate import reports, suite

_BAD_INPUT = (reasons.ReasonError, runtimes.RuntimeFileError, verdicts.VerdictError)
_NOT_RUN = (genuine.GenuineError, native.NativeError, reports.ReportError, suite.SuiteError)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or some of {', '.join(runtimes.NAMES)}")
    parser.add_argument("--judge", type=Path, default=ROOT / "build/release/conformance/cli/osprey-conform")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="{build} of the runtime files")
    parser.add_argument("--peers", type=Path, default=ROOT / "build/peers", help="{peers} of the runtime files")
    parser.add_argument("--store", type=Path, default=ROOT / "build/crosscheck", help="where all reports are kept")
    parser.add_argument("--differences", type=Path, default=HERE / "differences.yml")
    parser.add_argument("--cases", type=Path, help="case folder in place of the compiled-in cases")
    parser.add_argument("--fresh", action="store_true", help="run the genuine suite again, whatever is kept")
    parser.add_argument("--keep-native", action="store_true", help="take the native results of the last run")
    parser.add_argument("--deadline-factor", default="5", help="for the judge (default: 5; it moves upper limits only)")
    parser.add_argument("-v", "--verbose", action="store_true", help="each difference with what the judge saw")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in runtimes.NAMES]
    if unknown:
        parser.error(f"no runtime {', '.join(unknown)}; there are {', '.join(runtimes.NAMES)}")
    chosen.names = chosen.names or list(runtimes.NAMES)
    return chosen


def native_of(chosen: argparse.Namespace, subject: runtimes.Subject, defines: dict[str, str]) -> dict:
    out = chosen.store / "native" / subject.file.stem
    if chosen.keep_native and (out / "results.jsonl").is_file():
        return native.read(out / "results.jsonl")
    cases = [case for part in genuine.PARTS for case in genuine.cases_of(part)]
    more = ["--deadline-factor", chosen.deadline_factor]
    if chosen.cases:
        more += ["--cases", str(chosen.cases)]
    return native.run(chosen.judge, subject, cases, defines, out, more)


def compare_one(chosen: argparse.Namespace, name: str, found: suite.Suite) -> table.Row:
    defines = {"build": str(chosen.build.resolve()), "peers": str(chosen.peers.resolve())}
    subject = runtimes.read(runtimes.path_of(name), defines)
    ours = native_of(chosen, subject, defines)
    row = table.Row(name, Counter(), Counter(), [])
    for role in subject.roles:
        theirs = genuine.verdicts(subject, role, found, chosen.store / "genuine", chosen.fresh)
        row.add(role, theirs, ours, compare.differences(name, role, theirs, ours))
    return row


def compare_all(chosen: argparse.Namespace) -> int:
    known = reasons.read(chosen.differences)
    # kosoku runs the same cases, but it is not the genuine suite.
    found = next_genuine()
    print(found.about, flush=True)
    rows = [compare_one(chosen, name, found) for name in chosen.names]
    everything = [difference for row in rows for difference in row.differences]
    print(table.summary(rows))
    print(table.differences(everything, known, chosen.verbose))
    vain = [(reason, compare.idle(reason, chosen.names, everything)) for reason in known]
    print(table.idle([entry for entry in vain if entry[1]], chosen.differences.name), end="")
    bare = [difference for difference in everything if not compare.reason_of(difference, known)]
    print(f"{len(everything)} differences, {len(bare)} without a reason")
    return 1 if bare or any(words for _, words in vain) else 0


def next_genuine() -> suite.Suite:
    found, _ = suite.find(ROOT / "build/autobahn-venv")
    if found.kind == "kosoku":
        raise suite.SuiteError(
            "no genuine Autobahn suite is at hand: it needs Python 2.7, wstest or a container engine"
        )
    return found


def main() -> int:
    try:
        return compare_all(options())
    except _BAD_INPUT as error:
        print(f"crosscheck: {error}", file=sys.stderr)
        return 2
    except _NOT_RUN as error:
        print(f"crosscheck: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
