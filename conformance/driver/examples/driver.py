#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An example driver: a pure-Python HTTP client and WebSocket-free "library" behind the driver protocol."""

import http.client
import itertools
import json
import sys
import threading
import urllib.parse

CLIENTS = {}  # id -> (host, port, seconds)
IDS = itertools.count(1)
LOCK = threading.Lock()


class Refused(Exception):
    """What the library answers as an Err."""


def create_client(baseUrl, timeout):
    url = urllib.parse.urlsplit(baseUrl or "")
    if url.scheme != "http" or not url.hostname or timeout <= 0:
        raise Refused("baseUrl has to be http://host[:port], timeout above zero")
    number = next(IDS)
    CLIENTS[number] = (url.hostname, url.port or 80, timeout / 1000)
    return number


def close_client(clientID):
    if CLIENTS.pop(clientID, None) is None:
        raise Refused(f"{clientID} is no open client")
    return 0


def exchange(method, clientID, path, headers, body=None):
    if clientID not in CLIENTS:
        raise Refused(f"{clientID} is no open client")
    host, port, seconds = CLIENTS[clientID]
    fields = {}
    for line in (headers or "").split("\r\n"):
        name, colon, value = line.partition(":")
        if line and (not colon or "\n" in line or "\r" in line):
            raise Refused("headers: a line without a colon")
        if line:
            fields[name] = value.strip()
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request(method, path, None if body is None else body.encode(), fields)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as trouble:
        raise Refused(f"{method} {path}: {trouble}") from trouble
    finally:
        connection.close()


FUNCTIONS = {
    "httpCreateClient": create_client,
    "httpCloseClient": close_client,
    "httpGet": lambda **given: exchange("GET", **given),
    "httpPost": lambda **given: exchange("POST", **given),
    "httpPut": lambda **given: exchange("PUT", **given),
    "httpDelete": lambda **given: exchange("DELETE", **given),
}


def say(line):
    with LOCK:
        print(json.dumps(line), flush=True)


def call(line):
    function = FUNCTIONS.get(line["function"])
    if function is None or line.get("threads", 1) > 1:
        say({"answer": line["id"], "skipped": f"this library has no {line['function']} that can do that"})
        return
    try:
        say({"answer": line["id"], "tag": "Success", "value": function(**line["arguments"])})
    except Refused as trouble:
        say({"answer": line["id"], "tag": "Error", "message": str(trouble)})
    except Exception as trouble:  # pylint: disable=broad-except
        say({"answer": line["id"], "errored": repr(trouble)})


for text in sys.stdin:
    request = json.loads(text)
    if request["do"] == "stop":
        break
    if request["do"] == "hello":
        hello = {"name": "example", "version": sys.version.split()[0], "editions": ["osprey-result"]}
        say({"hello": {**hello, "functions": list(FUNCTIONS)}})
    else:
        threading.Thread(target=call, args=(request,), daemon=True).start()
