# SPDX-License-Identifier: Apache-2.0
"""The runtime under test: the command lines of its two programs."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import trustme

from .job import AGENT
from .process import Process, accepts, free_port

_READY = r"listening on wss?://[^ ]*:(\d+)"


@dataclass(frozen=True)
class Certificates:
    """A throw-away authority and a certificate for the loopback."""

    ca: Path
    cert: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> "Certificates":
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
        authority = trustme.CA()
        leaf = authority.issue_cert("localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(made.ca)
        leaf.private_key_pem.write_to_path(made.key)
        leaf.cert_chain_pems[0].write_to_path(made.cert)
        return made


@dataclass(frozen=True)
class Runtime:
    """Commands with {port}, {cert}, {key} for servers and {url}, {agent}, {ca} for clients; None: no such role.

    A server command without {port} chooses its own port and prints a line "listening on ws://127.0.0.1:PORT".
    """

    server: str | None
    client: str | None
    secure_server: str | None
    secure_client: str | None

    def command(self, role: str, transport: str) -> str | None:
        if role == "server":
            return self.server if transport == "ws" else self.secure_server
        return self.client if transport == "ws" else self.secure_client

    def start_server(self, transport: str, tls: Certificates, log: Path) -> tuple[Process, int]:
        template = self.command("server", transport)
        assert template is not None
        if "{port}" in template:
            port = free_port()
            process = Process(_fill(template, port=port, cert=tls.cert, key=tls.key), log)
            try:
                process.wait_until(lambda: accepts(port), f"listened on port {port}")
            except BaseException:
                process.stop()
                raise
            return process, port
        process = Process(_fill(template, cert=tls.cert, key=tls.key), log)
        try:
            return process, int(process.wait_line(_READY)[1])
        except BaseException:
            process.stop()
            raise

    def start_client(self, transport: str, url: str, tls: Certificates, log: Path) -> Process:
        template = self.command("client", transport)
        assert template is not None
        return Process(_fill(template, url=url, agent=AGENT, ca=tls.ca), log)


def _fill(template: str, **values: object) -> list[str]:
    """Splits like a shell does, then puts the values in: a path with a blank stays one argument."""
    words = []
    for word in shlex.split(template):
        for name, value in values.items():
            word = word.replace("{" + name + "}", str(value))
        words.append(word)
    return words


def reference(build: Path) -> Runtime:
    """The reference runtime's echo programs in a build folder."""
    server = shlex.quote(str(build / "echo-server"))
    client = shlex.quote(str(build / "echo-client"))
    return Runtime(
        server=f"{server} --port 0",
        client=f"{client} {{url}} --agent {{agent}}",
        secure_server=f"{server} --port 0 --tls --cert {{cert}} --key {{key}}",
        secure_client=f"{client} {{url}} --agent {{agent}} --ca {{ca}}",
    )
