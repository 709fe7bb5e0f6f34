# SPDX-License-Identifier: Apache-2.0
"""The genuine suite out of its own image, pinned by digest, under docker or podman."""

import os
import shutil
import subprocess
from pathlib import Path

from . import CONFIG


def image() -> str:
    return (CONFIG / "image.txt").read_text(encoding="ascii").strip()


def engine() -> str | None:
    """The first engine that answers: a client without its daemon is none."""
    for name in ("docker", "podman"):
        path = shutil.which(name)
        if not path:
            continue
        try:
            subprocess.run([path, "info"], capture_output=True, timeout=30, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        return path
    return None


def prefix(engine_path: str, folder: Path) -> list[str]:
    """The command line up to wstest's own arguments. Loopback is shared, and `folder` has the same path inside."""
    volumes = ["-v", f"{folder}:{folder}", "-w", str(folder)]
    user = [] if Path(engine_path).name == "podman" else ["--user", f"{os.getuid()}:{os.getgid()}"]
    return [engine_path, "run", "--rm", "--init", "--network", "host", *user, *volumes, image(), "wstest"]
