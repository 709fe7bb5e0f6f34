# SPDX-License-Identifier: Apache-2.0
"""Real results for the readers: the tests' own endpoint, right or wrong in one way, judged by a part of the cases."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("OSPREY_BUILD", ROOT / "build" / "release"))
JUDGE = BUILD / "conformance" / "cli" / "osprey-conform"
SHAM = BUILD / "conformance" / "tests" / "shams" / "sham"
HTTP_SHAM = ROOT / "conformance/tests/shams/http/http_sham.py"
ARTIFACTS = pathlib.Path(os.environ.get("OSPREY_ARTIFACTS", ROOT / "build" / "reports"))

# Some sections: quick, and with every kind of octets.
PART = ["rfc6455/4.2.1*/**", "rfc6455/5.*/**", "rfc6455/7.1*/**", "rfc7692/7.2.1*/**"]
FAULT = "close-ignored"  # fails by timeout; short ones do here
QUICK = ["--deadline-factor", "0.15"]

pytest_plugins = ["pytester"]


def environment(**more):
    """Ours, without what a CI system set for the outer run."""
    foreign = (
        "GITHUB_",
        "CI_NODE",
        "CI_PIPELINE",
        "JOB_COMPLETION",
        "OSPREY_SHARD",
        "OSPREY_JOB",
        "CIRCLE_",
        "BUILDKITE_",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, **{name: str(value) for name, value in more.items()}}


def judge(*words, env=None, check=None, cwd=None, stdout=subprocess.PIPE):
    done = subprocess.run(
        [JUDGE, *map(str, words)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env=env or environment(),
        cwd=cwd,
        timeout=120,
    )
    if check is not None:
        assert done.returncode == check, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def runtime_file(folder, *, fault=None, name="sham", known=None, speaks=("websocket", "deflate")):
    command = [str(SHAM), "server", "--port", "{port}", *(["--fault", fault] if fault else [])]
    text = f"name: {name}\nabout: An endpoint of the tests.\n"
    text += f"server: {json.dumps(command)}\nspeaks: {json.dumps(list(speaks))}\n"
    if known:
        text += "known:\n" + "".join(f"  {json.dumps(key)}: {json.dumps(value)}\n" for key, value in known.items())
    path = folder / f"{name}.yml"
    path.write_text(text)
    return path


def only(*globs):
    return [word for glob in globs for word in ("--only", glob)]


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def cases_of(path):
    return [line for line in lines_of(path) if line["type"] == "case"]


@pytest.fixture(scope="session", autouse=True)
def built():
    if not (JUDGE.exists() and SHAM.exists()):
        pytest.exit(f"no judge in {BUILD}: run `ci/build release osprey-conform c-driver sham` first", returncode=2)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def serve_sham():
    """The port of a correct server that runs already."""
    words = ["--subprotocol", "chat", "--path", "/"]
    process = subprocess.Popen([SHAM, "server", "--port", "0", *words], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    yield int(line.rsplit(":", 1)[1])
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def good(tmp_path_factory):
    """Results of an endpoint without a fault."""
    folder = tmp_path_factory.mktemp("good")
    judge("run", runtime_file(folder, name="good"), "--out", folder, *only(*PART), check=0)
    return folder / "results.jsonl"


@pytest.fixture(scope="session")
def bad(tmp_path_factory):
    """Results with pass, fail with and without timeout, known and stale."""
    folder = tmp_path_factory.mktemp("bad")
    first = folder / "first"
    file = runtime_file(folder, name="bad", fault=FAULT)
    judge("run", file, "--out", first, *only(*PART), *QUICK, check=1)
    failed = [one["id"] for one in cases_of(first / "results.jsonl") if one["verdict"] == "fail"]
    passed = [one["id"] for one in cases_of(first / "results.jsonl") if one["verdict"] == "pass"]
    known = {
        failed[0]: {"reason": 'it never answers <a> "Close" & knows it', "until": "2999-12-31"},
        passed[0]: "once it failed",
    }
    file = runtime_file(folder, name="bad", fault=FAULT, known=known)
    judge("run", file, "--out", folder, *only(*PART), *QUICK, check=1)
    return folder / "results.jsonl"


FOUND = {
    "notes": ['the server greets: "<b>welcome</b> | {any}" is let pass'],
    "library": {
        "editions": ["osprey-int"],
        "shapes": [
            {"key": "result", "is": "code", "from": "the text"},
            {"key": "handler", "is": "body", "from": "the text", "why": "httpListen answered Error"},
            {"key": "connect", "is": "url", "from": "declared"},
        ],
        "functions": [
            {"edition": "osprey-int", "all": 17, "missing": ["http_get", "http_put"]},
            {"edition": "vais", "all": 37, "missing": []},
        ],
        "near": {"http_get": "httpGet"},
    },
}
# As the terminal has it; True: the library has less than the text.
FOUND_ROWS = [
    ("note", 'the server greets: "<b>welcome</b> | {any}" is let pass', False),
    (
        "shapes",
        "result=code (as in the text), "
        "handler=body (as in the text; could not be found out: httpListen answered Error), connect=url (declared)",
        False,
    ),
    ("library", "osprey-int: 15 of 17 functions; missing: http_get, http_put", True),
    ("library", "vais: 37 of 37 functions", False),
    ("near", "http_get is missing, and there is httpGet: is it that?", True),
]


@pytest.fixture(scope="session")
def found(bad, tmp_path_factory):
    """The same results, of an implementation about which something was found before the first case."""
    header, *rest = lines_of(bad)
    path = tmp_path_factory.mktemp("found") / "results.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in [header | FOUND, *rest]))
    return path
