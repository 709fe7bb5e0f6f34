# SPDX-License-Identifier: Apache-2.0
"""The plain HTTP handler (Osprey section 14.2) and NUL octets, as osprey.h says."""

import http.client

from osprey_library import Builtins, RawHandler, free_port, given


def test_strings_end_at_their_first_nul(builtins: Builtins) -> None:
    got: list[bytes] = []

    def answer(_method: bytes, _path: bytes, _headers: bytes, body: bytes) -> int:
        got.append(body)
        return given(b"seen\0unseen")

    port = free_port()
    server = builtins.call("http_create_server", port, "127.0.0.1")
    builtins.call("http_listen", server, builtins.keep(RawHandler(answer)))
    client = http.client.HTTPConnection("127.0.0.1", port)
    client.request("POST", "/", body=b"ab\0cd")
    reply = client.getresponse()
    assert (reply.status, reply.read(), reply.getheader("Content-Length")) == (200, b"seen", "4")
    assert got == [b"ab"]
    builtins.call("http_stop_server", server)
