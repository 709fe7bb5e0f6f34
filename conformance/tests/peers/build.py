#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the peers: echo servers and clients of well-known libraries.

Each peer becomes one executable (or a launcher of one) build/peers/NAME. A peer whose toolchain is not
at hand is skipped with the reason; a peer that fails to build is an error.
Exit: 0 = all that could be built is there, 1 = a build failed, 2 = wrong use or a skip under --strict.
"""

import argparse
import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT_OUT = HERE.parents[2] / "build" / "peers"


class Missing(Exception):
    """A tool or a library that the peer needs is not at hand."""


class Failed(Exception):
    """The toolchain is there and the build went wrong."""


def run(command, **options):
    result = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    if result.returncode != 0:
        raise Failed(f"{shlex.join(map(str, command))}\n{result.stdout.strip()}")
    return result.stdout


def tool(*names):
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    raise Missing(f"no {' or '.join(names)} on PATH")


def header(path, package):
    """A C or C++ header, found the way the compiler finds it."""
    probe = subprocess.run(
        [tool("g++", "clang++-14", "clang++"), "-E", "-x", "c++", "-"],
        input=f"#include <{path}>\n",
        capture_output=True,
        text=True,
    )
    if probe.returncode != 0:
        raise Missing(f"no {path} (Debian package {package})")


def launcher(out, name, *command):
    """A two-line script; exec keeps the process id, so who starts it can also end and measure it."""
    path = out / name
    path.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
    path.chmod(0o755)


def build_beast(out, work):
    header("boost/beast/websocket.hpp", "libboost-dev")
    compiler = tool("g++", "clang++-14", "clang++")
    flags = ["-std=c++17", "-O2", "-DNDEBUG", "-g1", "-pthread"]
    run([compiler, *flags, "-o", out / "beast", HERE / "beast" / "echo_server.cpp"])


def build_lws(out, work):
    header("libwebsockets.h", "libwebsockets-dev")
    compiler = tool("gcc", "clang-14", "clang")
    source = HERE / "lws" / "echo_server.c"
    run([compiler, "-O2", "-DNDEBUG", "-g1", "-o", out / "lws", source, "-lwebsockets"])


def build_poco(out, work):
    header("Poco/Net/WebSocket.h", "libpoco-dev")
    compiler = tool("g++", "clang++-14", "clang++")
    source = HERE / "poco" / "echo_server.cpp"
    flags = ["-std=c++17", "-O2", "-DNDEBUG", "-g1", "-pthread"]
    run([compiler, *flags, "-o", out / "poco", source, "-lPocoNet", "-lPocoFoundation"])


def build_ws(out, work):
    node, npm = tool("node"), tool("npm")
    for file in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(HERE / "ws" / file, work)
    run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=work)
    launcher(out, "ws", node, work / "server.js")


def build_go(name):
    def build(out, work):
        run([tool("go"), "build", "-trimpath", "-o", out / name, "."], cwd=HERE / name)

    return build


def build_tungstenite(out, work):
    cargo = tool("cargo")
    # Built from a copy: cargo writes its lock file beside the manifest.
    shutil.copy(HERE / "tungstenite" / "Cargo.toml", work)
    shutil.copytree(HERE / "tungstenite" / "src", work / "src", dirs_exist_ok=True)
    run([cargo, "build", "--release", "--quiet"], cwd=work)
    shutil.copy(work / "target" / "release" / "tungstenite-echo", out / "tungstenite")


def build_python(name, program):
    def build(out, work):
        python = virtual_environment(out)
        launcher(out, name, python, HERE / name / program)

    return build


def build_nginx(out, work):
    if not pathlib.Path("/usr/sbin/nginx").is_file():
        raise Missing("no /usr/sbin/nginx (Debian packages nginx-light, libnginx-mod-http-echo)")
    launcher(out, "nginx", sys.executable, HERE / "nginx" / "server.py")


def build_script(name, program, *tools):
    """A script of the standard library alone."""

    def build(out, work):
        found = [tool(one) for one in tools]
        launcher(out, name, found[0], HERE / name / program)

    return build


def virtual_environment(out):
    """One environment for all Python peers, made again when the pins change."""
    folder = out / "work" / "python"
    requirements = HERE / "requirements.txt"
    stamp = folder / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        run([sys.executable, "-m", "venv", "--clear", folder])
        run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", requirements])
        stamp.write_text(wanted)
    return folder / "bin" / "python"


PEERS = {
    "beast": build_beast,
    "lws": build_lws,
    "poco": build_poco,
    "ws": build_ws,
    "gorilla": build_go("gorilla"),
    "coder": build_go("coder"),
    "tungstenite": build_tungstenite,
    "websockets": build_python("websockets", "server.py"),
    "aiohttp": build_python("aiohttp", "server.py"),
    "aiohttp-http": build_python("aiohttp-http", "server.py"),
    "nginx": build_nginx,
    "http-server": build_script("http-server", "server.py", "python3"),
    "node-http": build_script("node-http", "server.js", "node"),
    "http-client": build_script("http-client", "client.py", "python3"),
    "node-client": build_script("node-client", "client.js", "node"),
    "curl": build_script("curl", "client.py", "python3", "curl"),
    "websockets-client": build_python("websockets-client", "client.py"),
    "websocket-client": build_python("websocket-client", "client.py"),
}


def build(name, out, force):
    """Builds one peer unless it is newer than its sources; the answer is a word for the table."""
    target = out / name
    sources = [path for path in (HERE / name).rglob("*") if path.is_file()] + [HERE / "build.py"]
    newest = max(path.stat().st_mtime for path in sources)
    if target.exists() and target.stat().st_mtime > newest and not force:
        return "there"
    work = out / "work" / name
    work.mkdir(parents=True, exist_ok=True)
    PEERS[name](out, work)
    os.utime(target)
    return "built"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or some of {', '.join(PEERS)}")
    parser.add_argument("--out", type=pathlib.Path, default=DEFAULT_OUT, help="default: build/peers")
    parser.add_argument("--force", action="store_true", help="build also what is up to date")
    parser.add_argument("--strict", action="store_true", help="a skipped peer is an error (exit 2)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in PEERS]
    if unknown:
        parser.error(f"no peer {', '.join(unknown)}; there are {', '.join(PEERS)}")
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)

    skipped = failed = 0
    for name in arguments.names or PEERS:
        try:
            print(f"{name:18} {build(name, out, arguments.force)}", flush=True)
        except Missing as reason:
            skipped += 1
            print(f"{name:18} skipped: {reason}", flush=True)
        except Failed as reason:
            failed += 1
            print(f"{name:18} FAILED: {reason}", flush=True)
    if failed:
        return 1
    return 2 if skipped and arguments.strict else 0


if __name__ == "__main__":
    sys.exit(main())
