# SPDX-License-Identifier: Apache-2.0
"""One exchange by curl, or several by one handle of its library; prints a line of JSON about each."""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile

import kept


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="GET")
    parser.add_argument("--body", default="")
    parser.add_argument("--url", help="without it: an exchange for each line METHOD URL [CONTENT] of the input")
    parser.add_argument("--ca", default="", help="PEM file of the authorities to trust")
    parser.add_argument("--follow", action="store_true", help="follow redirects")
    arguments = parser.parse_args()
    if arguments.url is None:
        return kept.run()
    with tempfile.NamedTemporaryFile() as content:
        command = ["curl", "--silent", "--show-error", "--max-time", "10", "--output", content.name]
        command += ["--write-out", "%{http_code}", "--noproxy", "*", "--globoff"]
        if arguments.ca:
            command += ["--cacert", arguments.ca]
        if arguments.follow:
            command += ["--location", "--max-redirs", "10"]
        if arguments.method == "HEAD":
            command.append("--head")
        elif arguments.method != "GET":
            command += ["--request", arguments.method]
        if arguments.body or arguments.method in ("POST", "PUT"):
            command += ["--data-binary", "@-"]
        # What curl takes for an option is none here.
        command += ["--url", arguments.url]
        done = subprocess.run(command, input=arguments.body.encode(), capture_output=True, check=False)
        if done.returncode != 0:
            text = done.stderr.decode(errors="replace").strip()
            print(json.dumps({"error": text or f"curl ended with {done.returncode}"}))
            return 1
        octets = content.read() if arguments.method != "HEAD" else b""
    line = {"status": int(done.stdout), "length": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}
    print(json.dumps(line))
    return 0


sys.exit(main())
