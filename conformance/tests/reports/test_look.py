# SPDX-License-Identifier: Apache-2.0
"""The look before the run: what cannot be tested at all gets one sentence and exit code 3, and no case fails for it."""

import json
import sys

import pytest

from .conftest import JUDGE, SHAM, judge, only

C_DRIVER = JUDGE.parents[1] / "driver" / "c-driver"
# A mute program is waited for; not for long here.
QUICK = ["--deadline-factor", "0.3"]

NO_LOOP = """
import socket, sys
host, port = sys.argv[1].removeprefix("ws://").split(":")
with socket.create_connection((host, int(port))) as one:
    one.sendall(b"GET /chat HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                b"Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n")
    print("got", one.recv(4096).split(b"\\r\\n")[0].decode())
"""
COUNT_ONLY = NO_LOOP.replace("/chat", "/getCaseCount")
DIES = "import sys; print('first line', flush=True); sys.exit('no module named \\x1b[31mnothing')"
MUTE = "import signal; print('ready', flush=True); signal.pause()"
FETCH = """
import json, sys, urllib.request
with urllib.request.urlopen(sys.argv[1]) as answer:
    print(answer.status, answer.read())
"""
NO_SHA = FETCH.replace("print(answer.status, answer.read())", "print(json.dumps({'status': answer.status}))")


def runtime(folder, role, script, *words, speaks="websocket"):
    program = folder / "program.py"
    program.write_text(script)
    command = [sys.executable, str(program), *words]
    path = folder / "mine.yml"
    path.write_text(f"name: mine\n{role}: {json.dumps(command)}\nspeaks: [{speaks}]\n")
    return path


def told(*words):
    done = judge("run", *words, *QUICK, check=3)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert " fail" not in done.stdout
    assert "\x1b" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    "script, did",
    [
        (NO_LOOP, ['it asked "GET /chat HTTP/1.1", but never for a case', "got HTTP/1.1 101", "/runCase?case=N"]),
        (COUNT_ONLY, ['it asked "GET /getCaseCount HTTP/1.1", but never for a case', "exit code 0"]),
        (
            DIES,
            ["it did not connect to ws://127.0.0.1:", "exit code 1", "first line / no module named \\x1b[31mnothing"],
        ),
        (MUTE, ["it did not connect to ws://127.0.0.1:", "still running", "its output ends with: ready"]),
    ],
    ids=["no-loop", "count-only", "dies", "mute"],
)
def test_a_client_that_asks_for_no_case(tmp_path, script, did):
    text = told(runtime(tmp_path, "client", script, "{url}"))
    assert "program.py ws://127.0.0.1:" in text
    for part in did:
        assert part in text, text


def test_a_client_that_is_not_told_where_to_connect(tmp_path):
    assert 'pass "{url}" to it' in told(runtime(tmp_path, "client", DIES))


def test_a_client_that_cannot_be_started(tmp_path):
    path = tmp_path / "mine.yml"
    path.write_text("name: mine\nclient: [./no-such-client, '{url}']\nspeaks: [websocket]\n")
    assert "cannot start './no-such-client': No such file" in told(path)


@pytest.mark.parametrize(
    "script, did",
    [
        (FETCH, ["it was told GET http://127.0.0.1:", 'it asked "GET / HTTP/1.1"', "200 b'osprey'"]),
        (NO_SHA, ['lacks status, length or sha256: {"status":200}']),
        (DIES, ["it asked for nothing", "exit code 1", "no module named"]),
        (MUTE, ["it asked for nothing", "still running", "ready"]),
    ],
    ids=["no-json", "half-a-report", "dies", "mute"],
)
@pytest.mark.parametrize("role", ["http-client", "http-client-kept"])
def test_an_http_client_that_reports_nothing(tmp_path, role, script, did):
    kept = role == "http-client-kept"
    words = [] if kept else ["{url}"]
    if kept and script in (FETCH, NO_SHA):
        script = "import sys\nsys.argv.append(sys.stdin.readline().split()[1])" + script
    text = told(runtime(tmp_path, role, script, *words, speaks="http1"))
    assert '{"status": 200, "length": 6, "sha256": "…"}' in text
    for part in did:
        assert part in text, text


def test_an_http_client_that_reports_an_error_is_tested(tmp_path):
    script = "import json\nprint(json.dumps({'error': 'no network'}))"
    file = runtime(tmp_path, "http-client", script, "{url}", speaks="http1")
    done = judge("run", file, *only("rfc9112/6.3*/**"), check=1)
    assert "no network" in done.stdout


def test_an_http_client_that_sends_half_a_request_is_tested(tmp_path):
    script = "import signal, socket, sys, urllib.parse\nurl = urllib.parse.urlsplit(sys.argv[1])\n"
    script += "one = socket.create_connection((url.hostname, url.port))\n"
    script += "one.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n')\nsignal.pause()"
    file = runtime(tmp_path, "http-client", script, "{url}", speaks="http1")
    only_one = only("rfc9110/5-client-requests/plain-request")
    done = judge("run", file, *only_one, "--deadline-factor", "0.1", check=1)
    assert "1 fail" in done.stdout


def test_a_library_that_cannot_be_loaded(tmp_path):
    library = tmp_path / "libmine.so"
    library.write_text("no library")
    text = told("--library", library)
    assert '{"do":"hello","protocol":1}' in text and "exit code 2" in text
    assert "cannot load the library" in text and "ldd" in text


@pytest.mark.parametrize("script, did", [(DIES, "exit code 1"), (MUTE, "did not answer hello")], ids=["dies", "mute"])
def test_a_driver_that_says_nothing(tmp_path, script, did):
    program = tmp_path / "driver.py"
    # Its standard output belongs to the protocol.
    program.write_text("import sys\nsys.stdout = sys.stderr\n" + script)
    text = told("--exec", f"{sys.executable} {program}")
    assert did in text and "DRIVER.md" in text


def test_clients_that_can_be_tested_are(tmp_path):
    file = tmp_path / "mine.yml"
    file.write_text(f"name: mine\nclient: [{json.dumps(str(SHAM))}, client, '{{url}}']\nspeaks: [websocket]\n")
    judge("run", file, *only("rfc6455/5.1*/**"), check=0)
