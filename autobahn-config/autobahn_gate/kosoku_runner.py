# SPDX-License-Identifier: Apache-2.0
"""kosoku: another runner of Autobahn's own case files. It has no spec file and no TLS."""

import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from .job import Job
from .reports import CaseReport

# Its server asks these clients for client_no_context_takeover, but only those that have named it in their offer.
_DECLINES = frozenset({"13.2", "13.5", "13.6"})


def version() -> str | None:
    try:
        return metadata.version("kosoku")
    except metadata.PackageNotFoundError:
        return None


def command(job: Job) -> list[str]:
    cases = [word for case in job.cases if case != "*" for word in ("-i", case)]
    address = job.url if job.mode == "fuzzingclient" else urlsplit(job.url).netloc
    program = str(Path(sys.executable).with_name("kosoku"))
    return [program, "-m", job.mode, *cases, "-o", str(job.reports), address]


def not_judged(role: str, report: CaseReport) -> str | None:
    """Why kosoku has no verdict where the genuine suite has one; None where it has."""
    declines = role == "client" and report.case_id.rsplit(".", 1)[0] in _DECLINES
    if declines and report.behavior == "UNIMPLEMENTED" and report.behavior_close == "OK":
        return "kosoku declines a deflate offer without client_no_context_takeover, which the genuine suite takes up"
    return None
