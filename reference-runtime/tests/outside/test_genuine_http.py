# SPDX-License-Identifier: Apache-2.0
"""HTTP built-ins with the programs people use: curl and wrk as clients, nginx as the server."""

import ctypes
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from osprey_library import Builtins, FullHandler, RawHandler, Response, free_port, given

_LIMIT = 60


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} on this machine")
    return found


def describe(method: bytes, path: bytes, headers: bytes, body: bytes) -> int:
    return given(b"%s %s %d" % (method, path, len(body)))


@pytest.fixture
def port(builtins: Builtins) -> Iterator[int]:
    """Where a server answers what it was asked."""
    chosen = free_port()
    server = builtins.call("http_create_server", chosen, "127.0.0.1")
    builtins.call("http_listen", server, builtins.keep(RawHandler(describe)))
    yield chosen
    builtins.call("http_stop_server", server)


def curl(*arguments: str) -> str:
    command = [tool("curl"), "-sS", "--max-time", str(_LIMIT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_curl_keeps_its_connection(port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    shown = curl("-w", " %{num_connects}|", f"{url}/1", "-X", "PUT", "-d", "xyz", f"{url}/2")
    # The options are of all transfers of one call.
    assert shown == "PUT /1 3 1|PUT /2 3 0|"


def test_curl_speaks_http_1_0_and_head_and_options(port: int) -> None:
    url = f"http://127.0.0.1:{port}/"
    assert curl("-0", url) == "GET / 0"
    head = curl("-I", url)
    assert head.startswith("HTTP/1.1 200 OK\n")
    assert "Content-Length: 8\n" in head
    assert curl("-X", "OPTIONS", "--request-target", "*", url) == "OPTIONS * 0"


def test_curl_upload_of_unknown_length(port: int, tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"x" * 3_000_000)
    sent = curl("-T", str(body), "-H", "Transfer-Encoding: chunked", f"http://127.0.0.1:{port}/up")
    assert sent == "PUT /up 3000000"


def test_wrk_sees_no_error(port: int) -> None:
    command = [tool("wrk"), "-t1", "-c20", "-d1s", f"http://127.0.0.1:{port}/"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Socket errors" not in shown and "Non-2xx" not in shown, shown
    count = re.search(r"(\d+) requests in", shown)
    assert count and int(count[1]) > 0, shown


_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error;
events {{ worker_connections 64; }}
http {{
  access_log off; default_type text/plain; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port}; root {folder}/files;
    location = /count {{ return 200 "$connection_requests"; }}
    location = /moved {{ return 302 /count; }}
    location = /echo {{ return 200 "$request_method $http_x_from $content_length"; }}
  }}
}}
"""


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[int]:
    program, chosen = tool("nginx"), free_port()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "large").write_bytes(b"0123456789" * 300_000)
    settings = tmp_path / "nginx.conf"
    settings.write_text(_NGINX.format(folder=tmp_path, port=chosen))
    process = subprocess.Popen([program, "-c", str(settings), "-p", str(tmp_path)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + _LIMIT
    while subprocess.run(["curl", "-s", f"http://127.0.0.1:{chosen}/count"], capture_output=True).returncode != 0:
        assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "error").read_text()
    yield chosen
    process.terminate()
    process.wait(_LIMIT)


@pytest.fixture
def ask(builtins: Builtins, nginx: int) -> Iterator[Callable[..., tuple[int, bytes]]]:
    """One exchange with nginx by a client that lasts for the test: status and body."""
    client = builtins.call("http_create_client", f"http://127.0.0.1:{nginx}", 1000 * _LIMIT)

    def exchange(method: int, path: str, headers: str = "", body: str = "") -> tuple[int, bytes]:
        response = Response()
        octets = body.encode()
        status = builtins.call(
            "http_exchange", client, method, path, headers, octets, len(octets), ctypes.byref(response)
        )
        answer = ctypes.string_at(response.partialBody, response.partialLength)
        builtins.library.osprey_http_response_free(ctypes.byref(response))
        return status, answer

    yield exchange
    builtins.call("http_close_client", client)


@pytest.mark.edition("osprey-result")
def test_the_client_with_nginx(ask: Callable[..., tuple[int, bytes]]) -> None:
    # One connection for all of it: nginx counts the requests on it.
    assert [ask(0, "/count") for _ in range(3)] == [(200, b"1"), (200, b"2"), (200, b"3")]
    assert ask(0, "/moved")[0] == 302
    assert ask(0, "/nowhere")[0] == 404
    assert ask(0, "/large") == (200, b"0123456789" * 300_000)
    assert ask(5, "/large") == (200, b"")
    assert ask(1, "/echo", "X-From: osprey\r\n", "four") == (200, b"POST osprey 4")
    assert ask(0, "/count") == (200, b"9")


@pytest.mark.edition("osprey-result")
def test_wrk_with_handlers_that_answer_with_status_and_headers(builtins: Builtins) -> None:
    def handler(request, response, context):  # type: ignore[no-untyped-def]
        response[0].headers = given(b"X-Kind: full\r\n")
        response[0].partialBody, response[0].partialLength = given(b"full"), 4
        return 0

    chosen = free_port()
    server = builtins.call("http_create_server", chosen, "127.0.0.1")
    builtins.call("http_listen_full", server, builtins.keep(FullHandler(handler)), None)
    test_wrk_sees_no_error(chosen)
    builtins.call("http_stop_server", server)
