# SPDX-License-Identifier: Apache-2.0
"""Echo client on websocket-client: loops over the cases of a fuzzing server."""

import argparse
import sys

import websocket

AGENT = "websocket-client"
TIMEOUT = 60  # seconds


def case_count(url):
    socket = websocket.create_connection(f"{url}/getCaseCount", timeout=TIMEOUT)
    try:
        return int(socket.recv())
    finally:
        socket.close()


def echo(socket):
    while True:
        opcode, data = socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return
        if opcode in (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY):
            socket.send(data, opcode)


def run_case(url, number):
    """Echoes until the server is through; a case that breaks a rule ends the connection, not the loop."""
    try:
        socket = websocket.create_connection(f"{url}/runCase?case={number}&agent={AGENT}", timeout=TIMEOUT)
    except (websocket.WebSocketException, OSError, ValueError):
        return
    try:
        echo(socket)
    except (websocket.WebSocketException, OSError, ValueError):
        pass
    finally:
        socket.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url", help="ws://host:port of the fuzzing server")
    url = parser.parse_args().url.rstrip("/")
    for number in range(1, case_count(url) + 1):
        run_case(url, number)
    websocket.create_connection(f"{url}/updateReports?agent={AGENT}", timeout=TIMEOUT).close()


try:
    main()
except (websocket.WebSocketException, OSError, ValueError) as error:
    print(f"the fuzzing server does not answer: {error}", file=sys.stderr)
    sys.exit(2)
