# SPDX-License-Identifier: Apache-2.0
"""Servers that greet, wrap, do not echo or demand a header get the verdicts of the same server that plainly echoes."""

import contextlib
import http.server
import json
import subprocess
import sys
import threading

import pytest

from .conftest import HTTP_SHAM, SHAM, cases_of, judge, lines_of, only

GREETS = ["--greets", "Welcome, guest {n}!", "--greets", '{"type":"hello","id":{n}}']
ENVELOPE = ["--envelope", '{"type":"echo","id":{n},"original":"{payload}"}']
MANNERS = {
    "greets": GREETS,
    "envelope": ENVELOPE,
    "text-envelope": ["--envelope", "You said: {payload}", *GREETS],
    "silent": ["--no-echo"],
    "talks": ["--no-echo", "--tick-every", "2", *GREETS],
}
TOLD = "rfc6455/6.2-receiving/message-nobody-asked-for"  # the one case that tells of such messages
# Handshake, framing, control frames, closes, UTF-8, compression, without what moves many bytes: a machine that is busy
# with other tests has to bear it, so that limits are long as well.
PART = [
    *only("rfc6455/4.2*/**", "rfc6455/4.3*/**", "rfc6455/5.1*/**", "rfc6455/5.2*/**", "rfc6455/5.5*/**", TOLD),
    *only("rfc6455/5.6*/**", "rfc6455/7*/**", "rfc6455/10.2*/**", "rfc7692/7.2.3*/**"),
    *["--deadline-factor", "5"],
]
# Faults of every kind that show without an echo, and where they show.
FAULTS = {
    "unmasked-accepted": "rfc6455/5.1*/**",
    "rsv1-ignored": "rfc6455/5.2*/**",
    "utf8-not-checked": "rfc6455/8.1*/**",
    "reserved-control-opcode-ignored": "rfc6455/5.2*/**",
    "ping-not-answered": "rfc6455/5.5.2*/**",
    "close-ignored": "rfc6455/5.5.1*/close-is-answered/1000",
    "answer-without-accept": "rfc6455/4.2.2*/**",
}


@contextlib.contextmanager
def serving(*words):
    """A sham that runs already; gives its URL."""
    with subprocess.Popen([SHAM, "server", "--port", "0", *words], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[-1] + "/"
        finally:
            process.kill()


def write_file(folder, words, **more):
    lines = {"name": "sham", "server": [str(SHAM), "server", "--port", "{port}", *words], **more}
    path = folder / "runtime.yml"
    path.write_text(json.dumps({"speaks": ["websocket", "deflate"], **lines}))
    return path


def verdicts(out):
    return {one["id"]: one["verdict"] for one in cases_of(out / "results.jsonl")}


def notes(out):
    return " ".join(lines_of(out / "results.jsonl")[0].get("notes", []))


def same(plain, other):
    """Every case that was not skipped says the same of both; returns how many there were."""
    ran = {case: verdict for case, verdict in other.items() if verdict != "skip" and case != TOLD}
    assert {case: plain[case] for case in ran} == ran
    return len(ran)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    out = tmp_path_factory.mktemp("plain")
    with serving() as url:
        judge("run", url, "--out", out, *PART, check=0)
    return verdicts(out)


@pytest.mark.parametrize("manner", MANNERS)
def test_verdicts_by_url(manner, plain, tmp_path):
    with serving(*MANNERS[manner]) as url:
        judge("run", url, "--out", tmp_path, *PART, check=0)
    found = verdicts(tmp_path)
    assert same(plain, found) > (200 if "echo" in notes(tmp_path) else 400)
    assert found[TOLD] == ("lenient" if manner in ("greets", "text-envelope", "talks") else "pass")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("manner", MANNERS)
def test_a_fault_is_seen_as_in_a_plain_server(manner, fault, tmp_path):
    part = only(FAULTS[fault])
    if fault == "ping-not-answered" and "--no-echo" in MANNERS[manner]:
        pytest.skip("neither an echo nor a pong: no run at all, which test_look.py tests")
    found = []
    for name, words in (("plain", []), ("other", MANNERS[manner])):
        folder = tmp_path / name
        folder.mkdir()
        declared = {"echo": "none"} if "--no-echo" in words else {}
        file = write_file(folder, [*words, "--fault", fault], **declared)
        judge("run", file, "--out", folder, *part)
        found.append(verdicts(folder))
    assert "fail" in found[0].values()
    same(*found)
    # What shows of the fault without an echo is still red.
    assert any(verdict == "fail" for verdict in found[1].values())


def test_what_is_declared_is_not_looked_for(tmp_path):
    declared = {"echo": '{"type":"echo","id":{any},"original":"{payload}"}', "greeting": ["Welcome, {any}", "{any}"]}
    file = write_file(tmp_path, ENVELOPE + GREETS, **declared)
    judge("run", file, "--out", tmp_path, *only("rfc6455/5.4*/**", "rfc6455/5.6*/**"), check=0)
    assert "envelope:" not in notes(tmp_path)


@pytest.mark.parametrize("manner", ["envelope", "silent"])
def test_echoes_that_never_come_do_not_pile_up(manner, tmp_path):
    """A binary message has no echo in a text envelope: what is measured of echoes shows nothing then."""
    declared = {"echo": "none"} if manner == "silent" else {}
    file = write_file(tmp_path, MANNERS[manner], **declared)
    judge("run", file, "--out", tmp_path, *only("robustness/floods/*"), check=0)
    (one,) = [one for one in cases_of(tmp_path / "results.jsonl") if "/echoes-of-a-peer" in one["id"]]
    assert (one["verdict"], "echo" in one["why"] or "envelope" in one["why"]) == ("skip", True)


HOLDS_AT_ONCE = """
spec: RFC 6455 §5.6
title: A wait
role: server
setup: websocket
cases:
  nothing-comes-back:
    level: MUST
    rule: What holds at once behind a wait is gone through once.
    steps:
      - send: {read: {chunk: 1, every: 10s}}
      - send: {binary: x, times: 10}
      - wait: 10ms
      - send: {read: start}
      - expect: {any: [{echo: true}, {closed: true}], memory: {per: 16 KiB}}
"""


def test_a_step_that_holds_at_once_is_gone_through_once(tmp_path):
    (tmp_path / "cases" / "rfc6455").mkdir(parents=True)
    (tmp_path / "cases" / "rfc6455" / "wait.yml").write_text(HOLDS_AT_ONCE)
    file = write_file(tmp_path, ENVELOPE)
    judge("run", file, "--cases", tmp_path / "cases", "--out", tmp_path, check=0)
    assert verdicts(tmp_path) == {"rfc6455/wait/nothing-comes-back": "pass"}


def test_a_missing_echo_is_no_green_run(tmp_path):
    file = write_file(tmp_path, ["--no-echo"])
    done = judge("run", file, "--out", tmp_path, *only("rfc6455/5.5*/**"), check=1)
    assert "echo: none" in done.stdout
    judge("run", write_file(tmp_path, ["--no-echo"], echo="none"), *only("rfc6455/5.5*/**"), check=0)
    done = judge("run", write_file(tmp_path, ["--no-echo"], echo="plain"), *only("rfc6455/5.5*/**"), check=3)
    assert "does not echo as it is declared to" in done.stderr


def test_a_damaged_echo_is_no_envelope(tmp_path):
    file = write_file(tmp_path, ["--envelope", "{payload}!"], echo="plain")
    done = judge("run", file, *only("rfc6455/5.6*/**"), check=3)
    assert 'text "osprey looks around!"' in done.stderr


@pytest.mark.parametrize(
    "header",
    ["Authorization: Bearer secret", "Cookie: a=b", "Origin: https://a.example", "Sec-WebSocket-Protocol: chat"],
)
def test_a_demanded_header(header, plain, tmp_path):
    more = ["--subprotocol", "chat"] if "chat" in header else []
    with serving("--requires", header, *more) as url:
        refused = judge("run", url, *PART, check=3)
        assert "HTTP/1.1 40" in refused.stderr and "--header" in refused.stderr
        judge("run", url, "--header", header, "--out", tmp_path, *PART, check=0)
    found = verdicts(tmp_path)
    if "chat" in header:  # it may refuse who offers none that it speaks, which is lenient
        found = {case: verdict for case, verdict in found.items() if verdict != "lenient"}
    assert same(plain, found) > 400
    name, value = header.split(": ")
    file = write_file(tmp_path, ["--requires", header, *more], headers={name: value})
    judge("run", file, *only("rfc6455/4.3*/**"), check=0)


def test_what_is_declared_is_sent_where_it_is_demanded(tmp_path):
    words = ["--requires", "Origin:", "--origin", "https://a.example", "--requires", "Sec-WebSocket-Protocol: chat"]
    speaks = ["websocket", "deflate", "origin-policy=https://a.example", "subprotocol=chat"]
    file = write_file(tmp_path, [*words, "--subprotocol", "chat"], speaks=speaks)
    judge("run", file, "--out", tmp_path, *PART, check=0)
    assert "demands Origin" in notes(tmp_path) and "demands Sec-WebSocket-Protocol" in notes(tmp_path)


def test_a_secret_stays_out_of_the_command_that_is_shown(tmp_path):
    with serving("--requires", "Authorization: Bearer secret", "--fault", "close-ignored") as url:
        words = ["--header", "Authorization: Bearer secret"]
        done = judge("run", url, *words, *only("rfc6455/5.5.1*/close-is-answered/**"), check=1)
    assert "--header 'Authorization: …'" in done.stdout and "secret" not in done.stdout


class Guarded(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status = 200 if self.headers["Authorization"] == "Bearer secret" else 401
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_demanded_header_over_http(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Guarded) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        part = only("rfc9110/6-messages/**", "rfc9112/9-connections/persists*", "rfc9112/9-connections/fifty-pipelined")
        judge("run", url, "--header", "Authorization: Bearer secret", "--out", tmp_path, *part)
        server.shutdown()
    assert verdicts(tmp_path)["rfc9112/9-connections/fifty-pipelined"] == "pass"
    sent = [
        bytes.fromhex(octets["hex"])
        for one in cases_of(tmp_path / "results.jsonl")
        for octets in one["octets"]
        if octets["dir"] == ">"
    ]
    assert sent and all(b"Authorization: Bearer secret\r\n" in one for one in sent if one.startswith(b"GET /"))


class Small(http.server.BaseHTTPRequestHandler):
    """Takes 1,000 bytes of content."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["Content-Length"] or 0)
        content = self.rfile.read(length)
        self.send_response(200 if length <= 1000 else 413)
        self.send_header("Content-Length", str(len(content) if length <= 1000 else 0))
        self.end_headers()
        self.wfile.write(content if length <= 1000 else b"")

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_limit_of_content_is_named_and_obeyed(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Small) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        part = only("rfc9112/6-message-body/content-sizes/*")
        judge("run", url, "--out", tmp_path / "one", *part, check=1)
        judge("run", url, "--speaks", "limit:body=1000", "--out", tmp_path / "two", *part, check=0)
        server.shutdown()
    failed = [one["why"] for one in cases_of(tmp_path / "one" / "results.jsonl") if one["verdict"] == "fail"]
    assert failed and all("bytes of content: declare limit:body=" in why for why in failed)
    skipped = [one["why"] for one in cases_of(tmp_path / "two" / "results.jsonl") if one["verdict"] == "skip"]
    assert len(skipped) >= len(failed) and "it sends more than the declared limit:body" in skipped


def test_responses_without_end_are_not_waited_for(tmp_path):
    """A server that answers an unfinished request again and again has failed once that is plain, not after a minute."""
    command = [sys.executable, str(HTTP_SHAM), "server", "--port", "{port}", "--fault", "error-kept"]
    runtime = tmp_path / "runtime.yml"
    runtime.write_text(
        json.dumps({"name": "again", "http-server": command, "speaks": ["http1", "http-echo", "request-timeout"]}),
        encoding="utf-8",
    )
    slow = only("rfc9112/9-connections/slow-request")
    judge("run", runtime, "--out", tmp_path, "--deadline-factor", "0.25", *slow, check=1)
    [case] = cases_of(tmp_path / "results.jsonl")
    assert case["verdict"] == "fail" and case["why"] != "the case did not come to its end: timeout"
