# SPDX-License-Identifier: Apache-2.0
"""One exchange by Python's http.client; prints one line of JSON about it."""

import argparse
import hashlib
import http.client
import json
import sys
import urllib.parse


def exchange(method, url, body):
    scheme, rest = url.split("://", 1)
    if scheme != "http":
        raise ValueError(f"no http URL: {url}")
    parts = urllib.parse.urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"no host in {url}")
    authority = parts.netloc.rpartition("@")[2]
    # The path as it was given: urlsplit() takes line ends away.
    start = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    target = rest[start:].split("#")[0]
    if not target.startswith("/"):
        target = "/" + target
    connection = http.client.HTTPConnection(authority, timeout=10)
    content = body.encode() if body or method in ("POST", "PUT") else None
    fields = {} if content is None else {"Content-Type": "application/octet-stream"}
    connection.request(method, target, body=content, headers=fields)
    response = connection.getresponse()
    return response.status, response.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="GET")
    parser.add_argument("--body", default="")
    parser.add_argument("--url", required=True)
    arguments = parser.parse_args()
    try:
        status, octets = exchange(arguments.method, arguments.url, arguments.body)
    except (OSError, ValueError, OverflowError, MemoryError, http.client.HTTPException) as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
        return 1
    print(json.dumps({"status": status, "length": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}))
    return 0


sys.exit(main())
