# SPDX-License-Identifier: Apache-2.0
"""What a failure shows on a terminal: rule, note, what was expected and tolerated, what came, and all bytes with -v."""

import json
import re
import socket
import threading

import pytest

from .conftest import SHAM, cases_of, judge, only, runtime_file

CLOSE = only("rfc6455/5.5.1*/**")
CASE = """
spec: RFC 6455 §5.5
title: Notes
role: server
setup: {setup}
cases:
  noted:
    level: MUST
    rule: A rule.
    note: Why it is {{so}}.
    steps:
      - send: {send}
      - expect: {expect}
        tolerate: {{closed: true, code: 1002}}
"""


def case_folder(folder, setup="websocket", send="{text: hello}", expect="{text: other}"):
    (folder / "cases" / "own").mkdir(parents=True)
    (folder / "cases" / "own" / "notes.yml").write_text(CASE.format(setup=setup, send=send, expect=expect))
    return folder / "cases"


def test_a_failure_shows_note_and_what_is_tolerated(tmp_path):
    out = tmp_path / "out"
    cases = case_folder(tmp_path)
    done = judge("run", runtime_file(tmp_path), "--cases", cases, "--out", out, check=1)
    assert re.search(r"^  note      Why it is \{so\}\.$", done.stdout, re.M), done.stdout
    wanted = "text: other; or, allowed but not strict: closed: true, code: 1002"
    assert f"  expected  {wanted}\n" in done.stdout
    assert re.search(r"^  actual    .*hello", done.stdout, re.M)
    assert re.search(r"^  rerun     osprey-conform run .* --only 'own/notes/noted' -v$", done.stdout, re.M)
    one = cases_of(out / "results.jsonl")[0]
    assert one["note"] == "Why it is {so}." and one["expected"] == wanted


def test_http_is_text_with_its_line_ends_and_hex_with_v(tmp_path):
    cases = case_folder(tmp_path, setup="tcp", send="{upgrade: {Upgrade: null}}", expect="{status: 101}")
    brief = judge("run", runtime_file(tmp_path), "--cases", cases, check=1).stdout
    assert "> GET / HTTP/1.1\\r\\nHost: " in brief and "< HTTP/1.1 426" in brief
    full = judge("run", runtime_file(tmp_path), "--cases", cases, "-v", check=1).stdout
    assert re.search(r"> GET / HTTP/1.1\\r\\n$", full, re.M) and "47 45 54 20 2f 20" in full


def bytes_shown(text):
    """The hex digits of the `bytes` rows of each block, by id."""
    shown = {}
    for block in re.split(r"\n(?=(?:pass|lenient|FAIL|skip)  )", text):
        rows = re.search(r"^  bytes     .*(?:\n {12}.*)*", block, re.M)
        shown[block.split()[1]] = "".join(re.findall(r"\b[0-9a-f]{2}\b", rows.group(0))) if rows else ""
    return shown


def test_v_shows_the_bytes_of_a_pass_and_cuts_none(tmp_path):
    out = tmp_path / "out"
    words = only("rfc6455/5.1*/**", "rfc6455/5.6*/**")
    text = judge("run", runtime_file(tmp_path), "--out", out, "-v", *words, check=0).stdout
    shown = bytes_shown(text)
    large = 0
    for one in cases_of(out / "results.jsonl"):
        if one["verdict"] != "pass" or not one["octets"]:
            continue
        whole = "".join(piece["hex"] for piece in one["octets"])
        assert all(len(piece["hex"]) == 2 * piece["size"] for piece in one["octets"]), one["id"]
        if "474554202f" not in whole:
            assert whole in shown[one["id"]], one["id"]
        large += len(whole) > 2 * 256
    assert large > 0


def test_a_client_case_shows_the_request_that_it_is_about(tmp_path):
    file = tmp_path / "mine.yml"
    file.write_text(f"name: mine\nclient: [{json.dumps(str(SHAM))}, client, '{{url}}']\nspeaks: [websocket]\n")
    out = tmp_path / "out"
    judge("run", file, "--out", out, *only("rfc6455/4.1-client-handshake/**"), check=0)
    asked = [one for one in cases_of(out / "results.jsonl") if one["verdict"] == "pass"]
    first = [bytes.fromhex(one["octets"][0]["hex"]) for one in asked if one["octets"]]
    assert first and all(head.startswith(b"GET /runCase?") for head in first)


@pytest.fixture
def shouting_port():
    """A server whose every answer would paint a terminal red."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            with one:
                one.recv(65536)
                one.sendall(b"HTTP/1.1 200 \x1b[31mOK\x07\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_no_control_character_reaches_the_terminal(tmp_path, shouting_port):
    done = judge("run", f"ws://127.0.0.1:{shouting_port}/", check=3)
    assert "\\x1b[31mOK\\x07" in done.stderr and "\x1b" not in done.stderr
    file = runtime_file(tmp_path)
    file.write_text(file.read_text().replace("name: sham", 'name: "\\e[31mred"'))
    done = judge("run", file, *CLOSE, check=0)
    assert "\x1b" not in done.stdout and "\\x1b[31mred" in done.stdout


def test_an_unknown_feature_is_an_error_with_the_nearest_one(tmp_path):
    file = runtime_file(tmp_path, speaks=("websocket", "defalte"))
    done = judge("run", file, *CLOSE, check=2)
    assert done.stderr == f"{file}:4: unknown feature 'defalte'; did you mean 'deflate'?\n"
    done = judge("run", "ws://127.0.0.1:1/", "--speaks", "deflate,limit:mesage=5", check=2)
    assert done.stderr == "--speaks: unknown feature 'limit:mesage'; did you mean 'limit:message'?\n"


def test_speaks_declares_features_of_a_url(tmp_path, serve_sham):
    out = tmp_path / "out"
    words = ["--speaks", "subprotocol=chat,paths", "--out", out, *only("rfc6455/4.2.2*/**")]
    judge("run", f"ws://127.0.0.1:{serve_sham}/", *words, check=0)
    header_and_cases = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert header_and_cases[0]["speaks"] == ["subprotocol=chat", "paths"]
    skipped = {one["why"] for one in cases_of(out / "results.jsonl") if one["verdict"] == "skip"}
    assert not any("subprotocol" in why or "paths" in why for why in skipped), skipped
