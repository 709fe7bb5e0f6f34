#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP/1.1 endpoint of the tests' own that is right, or wrong in one chosen way.

http_sham.py server --port N [--fault NAME | --oddity NAME]
http_sham.py client --method M --body B --url U [--fault NAME | --oddity NAME]
http_sham.py client --kept [--fault NAME | --oddity NAME]      an exchange for each line METHOD URL [CONTENT]
http_sham.py list server|client|oddities      name, area, words, separated by tabs
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


def listed(what):
    import client_faults
    import server_faults

    if what == "oddities":
        return [
            (name, role, text)
            for role, table in (("server", server_faults), ("client", client_faults))
            for name, text in table.ODDITIES.items()
        ]
    table = {"server": server_faults, "client": client_faults}[what]
    return [(name, *row) for name, row in table.FAULTS.items()]


def main(words):
    if words[:1] == ["server"]:
        import server

        return server.run(words[1:])
    if words[:1] == ["client"]:
        import client

        return client.run(words[1:])
    if words[:1] == ["list"] and words[1:] in (["server"], ["client"], ["oddities"]):
        for row in listed(words[1]):
            print("\t".join(row))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
