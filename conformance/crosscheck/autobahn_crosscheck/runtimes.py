# SPDX-License-Identifier: Apache-2.0
"""The runtimes that are compared: a runtime file each, whose commands serve both suites."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import yaml

from . import ROOT

SERVERS = ("beast", "lws", "ws", "gorilla", "coder", "tungstenite", "poco", "websockets", "aiohttp")
CLIENTS = ("websockets-client", "websocket-client")
NAMES = ("reference", *SERVERS, *CLIENTS)

_WORD = re.compile(r"\{(\w+)\}")
# The suites fill these in themselves.
_LEFT = {"port", "url", "agent", "ca", "certificate", "key"}


class RuntimeFileError(Exception):
    """A runtime file cannot be used; the text says which and why."""


@dataclass(frozen=True)
class Subject:
    """One runtime: its file, and its commands with {port} or {url} still open."""

    name: str
    file: Path
    about: str
    server: str | None
    client: str | None

    @property
    def roles(self) -> list[str]:
        return [role for role in ("server", "client") if getattr(self, role)]

    @property
    def file_name(self) -> str:
        return self.file.name


def _fill(word: str, defines: dict[str, str], path: Path) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in _LEFT:
            return match[0]
        if name not in defines:
            raise RuntimeFileError(f"{path}: nobody says what {{{name}}} is; pass --define {name}=VALUE")
        return defines[name]

    return _WORD.sub(value, word)


def _command(words: object, defines: dict[str, str], path: Path) -> str | None:
    if words is None:
        return None
    if not isinstance(words, list) or not words:
        raise RuntimeFileError(f"{path}: a command must be a list of words, it is {words!r}")
    return " ".join(_quoted(_fill(str(word), defines, path)) for word in words)


def _quoted(word: str) -> str:
    """Quoted for a split like a shell's, with {port} and the like kept as they are."""
    return word if re.fullmatch(r"[\w./:{}=,-]+", word) else shlex.quote(word)


def read(path: Path, defines: dict[str, str]) -> Subject:
    """What the runtime file at `path` describes."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuntimeFileError(f"{path} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise RuntimeFileError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict) or not content.get("name"):
        raise RuntimeFileError(f"{path} is no runtime file: it has no name")
    server = _command(content.get("server"), defines, path)
    client = _command(content.get("client"), defines, path)
    if not server and not client:
        raise RuntimeFileError(f"{path} has neither a server nor a client command")
    return Subject(str(content["name"]), path, str(content.get("about", "")).strip(), server, client)


def path_of(name: str) -> Path:
    return ROOT / "conformance" / "runtimes" / f"{name}.yml"
