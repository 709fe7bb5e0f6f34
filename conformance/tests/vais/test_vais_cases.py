# SPDX-License-Identifier: Apache-2.0
"""Each Vais case passes on the reference library, and turns red on a fault of the sham that stands before it."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build/release"
REAL = BUILD / "reference-runtime/api/libosprey.so"
SHAM = BUILD / "conformance/tests/vais/libvais-sham.so"
JUDGE = BUILD / "conformance/cli/osprey-conform"
CONSTANTS = re.findall(r"^ +(WS_\w+):", (ROOT / "spec-cases/vais/constants.yml").read_text(), re.MULTILINE)

# fault of the sham -> cases of spec-cases/vais that it must turn red (others may turn red too)
FAULTS = {f"constant-{name}": [f"constants/value/{name}"] for name in CONSTANTS} | {
    "new-loses-octet": ["frame/new/*"],
    "text-is-binary": ["frame/text/*"],
    "binary-is-text": ["frame/binary"],
    "ping-is-pong": ["frame/control/ping"],
    "pong-is-ping": ["frame/control/pong"],
    "close-code-reversed": ["frame/close/*"],
    "is_control-inverted": ["frame/kind/is_control"],
    "is_text-inverted": ["frame/kind/is_text", "examples/custom-server"],
    "is_binary-inverted": ["frame/kind/is_binary"],
    "is_close-inverted": ["frame/kind/is_close"],
    "is_ping-inverted": ["frame/kind/is_ping", "examples/custom-server"],
    "is_pong-inverted": ["frame/kind/is_pong"],
    "no-payload-has-text": ["frame/payload-text-of-nothing"],
    "close-code-of-any": ["frame/close-code-of-others"],
    "close-code-of-empty": ["frame/close-code-of-an-empty-close"],
    "close-code-off": ["connection/close-code-is-received"],
    "frame-drop-keeps": ["frame/drop"],
    "from-server-is-client": ["connection/from-server"],
    "from-client-unmasked": ["connection/from-client", "examples/client"],
    "one-mask-key": ["connection/from-client"],
    "failures-are-zero": [
        "connection/no-descriptor",
        "connection/send-close",
        "connection/peer-vanishes/*",
        "connection/not-a-socket/*",
    ],
    "received-failure-is-text": ["connection/closed-descriptor", "connection/peer-vanishes/*"],
    "sent-counts-payload": ["connection/send/send_text", "examples/custom-server", "examples/client"],
    "send-binary-cuts": ["connection/send/send_binary"],
    "send-ping-answers-zero": ["connection/send-ping"],
    "pong-is-silent": ["connection/send-pong"],
    "send-frame-as-binary": ["connection/send-frame"],
    "least-limit": ["connection/largest-payload"],
    "no-limit": ["connection/payload-too-large-to-send"],
    "broken-is-taken": ["connection/broken-rule/*", "connection/payload-too-large-received"],
    "received-fin-inverted": ["connection/receive/*"],
    "received-still-masked": ["connection/payload-is-unmasked"],
    "closed-stays-open": ["connection/close-is-answered"],
    "send-close-stays-open": ["connection/send-close"],
    "close-is-silent": ["connection/close"],
    "force-is-polite": ["connection/force-close"],
    "drop-leaks": ["connection/drop"],
    "any-port-is-bound": ["server/bind-taken", "server/bind-bad-port/*"],
    "never-valid": ["server/bind/*", "server/accept-refused/*"],
    "accept-as-client": ["server/accept"],
    "accept-takes-all": ["server/accept-refused/*", "server/accept-vanished"],
    "accept-forgets": ["server/accept-frames-behind"],
    "echo-returns": ["server/run-echo", "examples/echo-server"],
    "stop-does-nothing": ["server/stop"],
    "server-close-leaks": ["server/close"],
    "server-drop-leaks": ["server/drop"],
    "upgrade-ignores-buffer": ["server/upgrade", "examples/http-integration"],
    "upgrade-fails": ["server/upgrade"],
    "upgrade-crashes": ["server/upgrade-of-a-part/*"],
    "upgrade-takes-all": ["server/upgrade-refused", "server/upgrade-not-a-socket/*"],
}
# What is strange and yet nothing that the text forbids.
QUIRKS = [
    "never-running",
    "pong-without-payload",
    "from-any-descriptor",
    "stop-needs-a-client",
    "frames-hold-addresses",
]


def judge(out: Path, fault: str, patterns: list[str]) -> dict[str, str]:
    """Verdict of each case, by its id without vais/."""
    only = [word for pattern in patterns for word in ("--only", f"vais/{pattern}")]
    done = subprocess.run(
        [JUDGE, "run", "--library", SHAM, "--out", out, *only],
        env={**os.environ, "VAIS_LIBRARY": str(REAL), "VAIS_FAULT": fault},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    return {line["id"].removeprefix("vais/"): line["verdict"] for line in lines if "verdict" in line}


def test_without_a_fault_all_cases_pass(tmp_path: Path) -> None:
    verdicts = judge(tmp_path, "none", ["**"])
    assert len(verdicts) > 100
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "pass"} == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_turns_its_cases_red(tmp_path: Path, fault: str) -> None:
    verdicts = judge(tmp_path, fault, FAULTS[fault])
    assert verdicts
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "fail"} == {}


@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_quirk_turns_no_case_red(tmp_path: Path, quirk: str) -> None:
    verdicts = judge(tmp_path, quirk, ["**"])
    assert len(verdicts) > 100
    assert {name: verdict for name, verdict in verdicts.items() if verdict not in ("pass", "lenient")} == {}


def test_every_case_has_a_fault(tmp_path: Path) -> None:
    listed = subprocess.run([JUDGE, "list", "--only", "vais/**"], capture_output=True, text=True, check=True).stdout
    cases = {word.removeprefix("vais/") for word in listed.split() if word.startswith("vais/")}
    proved = {
        name for name in cases for patterns in FAULTS.values() for pattern in patterns if Path(name).match(pattern)
    }
    # Which functions there are is seen in conformance/driver: a library cannot lack one at run time.
    assert {name for name in cases - proved if not name.startswith("functions/")} == set()
