# SPDX-License-Identifier: Apache-2.0
"""kosoku: another runner of Autobahn's own case files. It has no spec file and no TLS."""

import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from .job import Job


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
