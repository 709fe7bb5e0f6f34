# SPDX-License-Identifier: Apache-2.0
"""How prove.py runs the HTTP shams: their commands, and which cases a fault can show in."""

import json
import pathlib
import sys

# The HTTP shams are scripts of their own, beside this one. A client is started once a case: its faults are proved where
# they can show; those of a server with every HTTP case.
SHAM = pathlib.Path(__file__).resolve().parent / "http" / "http_sham.py"
FEATURES = 'http1, http-echo, request-timeout, "limit:body=67108864"'
WORDS = {
    "server": ["--port", "{port}"],
    "client": ["--method", "{method}", "--body", "{body}", "--url", "{url}"],
}
# What an oddity does not do, and so does not declare.
WITHOUT = {"answers-unread": ["http-echo", '"limit:body=67108864"'], "takes-any-size": ['"limit:body=67108864"']}
CASES = ["rfc9110/**", "rfc9112/**"]
CLIENT_WHERE = {
    "request": ["rfc9110/5-*/**", "rfc9110/15-*/**", "rfc9112/6.3-*/request-with-content"],
    "head": [
        "rfc9112/2.2-*/**",
        "rfc9112/4-*/**",
        "rfc9112/6.3-*/**",
        "rfc9110/15-*/interim*",
        "rfc9110/15-*/nothing*",
    ],
    "length": [
        "rfc9112/2.2-*/**",
        "rfc9112/4-*/**",
        "rfc9112/6.3-*/**",
        "rfc9112/7-*/**",
        "rfc9112/9.3-kept*/coding*/**",
    ],
    "chunks": ["rfc9112/6.3-*/**", "rfc9112/7-*/**"],
    "status": ["rfc9110/15-*/**", "rfc9112/2.2-*/**", "rfc9112/6.3-*/**"],
    "redirect": ["rfc9110/15-*/**"],
    "kept": ["rfc9112/9.3-kept*/**"],
}


def runtime_file(folder, sham, deviation):
    # Started once a case as a client: without the site's packages it is there sooner.
    command = [sys.executable, "-SE", str(sham), deviation.role, *WORDS[deviation.role], *deviation.words]
    lines = [
        "name: http-sham",
        f"about: {deviation.key}",
        f"http-{deviation.role}: {json.dumps(command)}",
        f"speaks: [{', '.join(one for one in FEATURES.split(', ') if one not in WITHOUT.get(deviation.name, []))}]",
    ]
    if deviation.role == "client":
        lines.append(f"http-client-kept: {json.dumps([*command[:4], '--kept', *deviation.words])}")
    path = folder / "runtime.yml"
    path.write_text("\n".join(lines) + "\n")
    return path
