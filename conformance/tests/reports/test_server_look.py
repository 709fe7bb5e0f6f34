# SPDX-License-Identifier: Apache-2.0
"""The look before the run: one sentence with what was sent, what came and what to do, and exit 3."""

import contextlib
import socket
import sys
import threading

import pytest
import trustme

from .conftest import judge, runtime_file
from .test_servers import serving, write_file

RAW_PEER = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
kept = []
while True:
    kept.append(listener.accept()[0])
"""


@contextlib.contextmanager
def peer(serve):
    """A TCP server whose connections are served by a function, each in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept = []

    def accept():
        with contextlib.suppress(OSError):
            while True:
                kept.append(listener.accept()[0])
                threading.Thread(target=serve, args=(kept[-1],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for one in kept:
            one.close()


def answering(text):
    """Reads a request, sends the text and closes."""

    def serve(connection):
        with contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(65536)
            connection.close()

    return serve


def nothing(connection):
    """Takes everything and says nothing."""
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


def not_found():
    return answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\nConnection: close\r\n\r\nno such\r\n\n")


LOOKS = {
    "mute": (nothing, ["Upgrade: websocket", "received nothing", "port of a WebSocket server?"]),
    "closes-at-once": (lambda one: one.close(), ["received", "end of the connection", "in place of an answer"]),
    "closes-after-the-request": (answering(b""), ["end of the connection (FIN)", "in place of an answer"]),
    "not-found": (not_found(), ['"HTTP/1.1 404 Not Found"', "no such", "with its path"]),
    "a-page": (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"),
        ['"HTTP/1.1 200 OK"', "a page is served there"],
    ),
    "an-endless-page": (
        lambda one: (one.recv(9999), one.sendall(b"HTTP/1.1 200 OK\r\n\r\n<html>"), nothing(one)),
        ['"HTTP/1.1 200 OK"', "a page is served there"],
    ),
    "redirect": (
        answering(b"HTTP/1.1 301 Moved\r\nLocation: /chat\r\nContent-Length: 0\r\n\r\n"),
        ["redirects to /chat"],
    ),
    "other-protocol": (answering(b"SSH-2.0-OpenSSH_9\r\n"), ["SSH-2.0", "no HTTP response"]),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_websocket_url(name):
    serve, texts = LOOKS[name]
    with peer(serve) as authority:
        done = judge("run", f"ws://{authority}/", check=3)
    for text in texts:
        assert text in done.stderr
    assert done.stderr.count("\n") == 1 and "cases" not in done.stdout


@pytest.mark.parametrize("name", ["mute", "closes-at-once", "other-protocol"])
def test_an_http_url(name):
    with peer(LOOKS[name][0]) as authority:
        done = judge("run", f"http://{authority}/", check=3)
    assert 'sent "GET / HTTP/1.1"' in done.stderr and "received" in done.stderr


def test_a_mute_port_asked_for_tls():
    with peer(nothing) as authority:
        done = judge("run", f"wss://{authority}/", check=3)
    assert "sent a TLS handshake; received nothing" in done.stderr


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = judge("run", f"ws://127.0.0.1:{port}/", check=3)
    assert "cannot connect" in done.stderr and "started" in done.stderr


@pytest.fixture(scope="module")
def tls_words(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificate = trustme.CA().issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    return ["--tls", "--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem")]


def test_tls_mismatch(tls_words):
    with serving(*tls_words) as url:
        done = judge("run", url.replace("wss://", "ws://"), check=3)
        assert "the port speaks TLS; use wss://" in done.stderr
        done = judge("run", url, check=3)
        assert "--insecure" in done.stderr
    with serving() as url:
        done = judge("run", url.replace("ws://", "wss://"), check=3)
        assert "the port speaks plain HTTP; use ws://" in done.stderr


@pytest.mark.parametrize("fault", ["mute", "mute-after-handshake", "close-at-once", "close-after-handshake"])
def test_a_server_that_was_started(fault, tmp_path):
    done = judge("run", runtime_file(tmp_path, fault=fault), check=3)
    assert "sent" in done.stderr and "received" in done.stderr and "cases" not in done.stdout


def test_a_mute_program(tmp_path):
    peer_file = tmp_path / "mute.py"
    peer_file.write_text(RAW_PEER)
    path = tmp_path / "runtime.yml"
    path.write_text(f'name: mute\nserver: ["{sys.executable}", "{peer_file}", "{{port}}"]\nspeaks: [websocket]\n')
    done = judge("run", path, check=3)
    assert "received nothing" in done.stderr


def test_neither_echo_nor_pong(tmp_path):
    file = write_file(tmp_path, ["--no-echo", "--fault", "ping-not-answered"])
    done = judge("run", file, check=3)
    assert "neither a message nor a ping" in done.stderr and 'text "osprey looks around", then a ping' in done.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--echo", "wrapped"], "{payload}"),
        (["--echo", "{payload}{payload}"], "twice"),
        (["--header", "Cookie"], "Name: value"),
        (["--header", "Upgrade: x"], "cannot be set"),
    ],
)
def test_a_wrong_option(words, text):
    done = judge("run", "ws://127.0.0.1:1/", *words, check=2)
    assert text in done.stderr
