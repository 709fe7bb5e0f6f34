# SPDX-License-Identifier: Apache-2.0
"""Reads differences.yml; every mistake in it is told with its line."""

from pathlib import Path

import yaml

from .compare import Reason
from .verdicts import NONE, ORDER

_WANTED = ("runtimes", "cases", "genuine", "native", "reason")
_GENUINE = ("skip", "pass", "lenient", "fail", "informational")


class ReasonError(Exception):
    """differences.yml is wrong; the text says where."""


def _mapping(node: yaml.Node, path: Path) -> tuple[dict[str, object], int]:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise ReasonError(f"{path}:{line}: an entry must be a map with {', '.join(_WANTED)}")
    entry: dict[str, object] = {}
    for key, value in node.value:
        if key.value in entry:
            raise ReasonError(f"{path}:{key.start_mark.line + 1}: {key.value!r} stands there twice")
        entry[key.value] = yaml.safe_load(yaml.serialize(value))
    return entry, line


def _words(entry: dict[str, object], key: str, where: str) -> tuple[str, ...]:
    value = entry[key]
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise ReasonError(f"{where}: {key} must be a word or a list of words; quote case ids")
    return tuple(words)


def _reason(node: yaml.Node, path: Path) -> Reason:
    entry, line = _mapping(node, path)
    where = f"{path}:{line}"
    for key in _WANTED:
        if key not in entry:
            raise ReasonError(f"{where}: {key} is missing")
    for key in entry:
        if key not in (*_WANTED, "flips"):
            raise ReasonError(f"{where}: nobody knows the word {key!r}")
    for key, allowed in (("genuine", _GENUINE), ("native", (*ORDER, NONE))):
        if entry[key] not in allowed:
            raise ReasonError(f"{where}: {key} is {entry[key]!r}, it must be one of {', '.join(allowed)}")
    text = str(entry["reason"] or "").strip()
    if "§" not in text:
        raise ReasonError(f"{where}: the reason must name the section of the text it rests on (§)")
    if not isinstance(entry.get("flips", False), bool):
        raise ReasonError(f"{where}: flips must be true or false")
    return Reason(
        _words(entry, "runtimes", where),
        _words(entry, "cases", where),
        str(entry["genuine"]),
        str(entry["native"]),
        text,
        bool(entry.get("flips", False)),
        line,
    )


def read(path: Path) -> list[Reason]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReasonError(f"{path} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise ReasonError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise ReasonError(f"{path}:1: it must be a list of entries")
    return [_reason(node, path) for node in root.value]
