# SPDX-License-Identifier: Apache-2.0
"""A crash shows the tail of the log, whether or not results are kept."""

import json

import pytest

from .conftest import judge, only


@pytest.mark.parametrize("kept", [True, False])
def test_a_crash_shows_the_last_words(kept, tmp_path):
    program = tmp_path / "server.py"
    program.write_text(
        "import http.server, os, signal, sys\n"
        "class Server(http.server.BaseHTTPRequestHandler):\n"
        "    protocol_version = 'HTTP/1.1'\n"
        "    def do_GET(self):\n"
        "        self.send_response(200)\n"
        "        self.send_header('Content-Length', '0')\n"
        "        self.end_headers()\n"
        "    def do_HEAD(self):\n"
        "        print('last words of a server', file=sys.stderr, flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGSEGV)\n"
        "http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Server).serve_forever()\n"
    )
    file = tmp_path / "server.yml"
    file.write_text(f"name: crashes\nhttp-server: {json.dumps(['python3', str(program), '{port}'])}\nspeaks: [http1]\n")
    out = ["--out", tmp_path / "out"] if kept else []
    done = judge("run", file, *out, *only("rfc9110/9-methods/no-content-in-head/found"), check=1)
    assert "crashed: signal 11" in done.stdout
    assert "log       " in done.stdout and "last words of a server" in done.stdout
