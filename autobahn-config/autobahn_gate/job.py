# SPDX-License-Identifier: Apache-2.0
"""What one process of the suite is to do, whichever suite it is."""

import json
from dataclasses import dataclass
from pathlib import Path

from . import CONFIG

AGENT = "reference-runtime"


@dataclass(frozen=True)
class Job:
    """`mode` is 'fuzzingclient' or 'fuzzingserver'; `folder` takes the spec, the logs and the reports."""

    mode: str
    url: str
    cases: tuple[str, ...]
    folder: Path
    cert: Path | None = None
    key: Path | None = None

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def write_spec(self) -> Path:
        """Autobahn's spec file for this job, made from the template beside this package."""
        spec = json.loads((CONFIG / f"{self.mode}.json").read_text(encoding="ascii"))
        spec["outdir"] = str(self.reports)
        spec["cases"] = list(self.cases)
        if self.mode == "fuzzingclient":
            spec["servers"] = [{"agent": AGENT, "url": self.url}]
        else:
            spec["url"] = self.url
            if self.cert and self.key:
                spec["cert"], spec["key"] = str(self.cert), str(self.key)
        path = self.folder / f"{self.mode}.json"
        path.write_text(json.dumps(spec, indent=2) + "\n", encoding="ascii")
        return path
