#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every include against the tables "Layers" and "Rooms" of ARCHITECTURE.md; says which line breaks which row."""

import pathlib
import re
import sys

from architecture import ROOT, headers_of, includes, table, told

FOREIGN = {"reference-runtime": "conformance", "conformance": "reference-runtime"}
# Words of conformance/run/match/words and what they share know each other.
CIRCULAR = {"conformance/run"}
RUN = ROOT / "conformance/run"
SOURCES = {".cpp", ".hpp", ".c", ".h"}
POSIX = re.compile(
    r"^(sys|netinet|arpa|net|linux)/|^(netdb|poll|unistd|fcntl|signal|dlfcn|spawn|sched|elf|link|termios|pthread|ifaddrs)\.h$"
)


def rules():
    """Folder -> (prefixes of own includes, names of libraries)."""
    out = {}
    for part, own, libraries, _ in table("Layers"):
        prefixes = [folder.removeprefix("include/") for folder in words(own)]
        prefixes.append(pathlib.PurePath(part).name)
        out[part] = ([f"{one}/" if not one.endswith(".hpp") else one for one in prefixes], words(libraries))
    return out


def words(cell):
    return [word for word in cell.split(", ") if word]


def folders_with_sources():
    for half in FOREIGN:
        for folder in sorted((ROOT / half).iterdir()):
            if folder.is_dir() and any(path.suffix in SOURCES for path in folder.rglob("*")):
                yield f"{half}/{folder.name}"


def library_of(name, known):
    """The library a header belongs to, or None for one of the C or C++ library or of the tree."""
    if POSIX.match(name):
        return "POSIX"
    for library, prefixes in known.items():
        if any(name.startswith(prefix) for prefix in prefixes):
            return library
    return None


def complaint(name, quoted, beside, rule, known):
    """Why the include may not stand here, or an empty string."""
    own, libraries = rule
    if quoted and ((beside / name).exists() or any(beside.parent.glob(f"*/{name}")) or any(map(name.startswith, own))):
        return ""
    if name.startswith("osprey/"):
        return "" if any(map(name.startswith, own)) else "not a part this one may include"
    library = library_of(name, known)
    if library is not None:
        return "" if library in libraries else f"{library} is not among its libraries"
    if "/" in name or name.endswith(".hpp"):
        return "neither of a part it may include nor of a listed library"
    return ""


def findings():
    layers, known = rules(), headers_of()
    for folder in folders_with_sources():
        if folder not in layers:
            yield f"{folder}: holds sources and is not in the table Layers of ARCHITECTURE.md"
    for part in layers:
        if not (ROOT / part).is_dir():
            yield f"ARCHITECTURE.md: Layers names {part}, which is not there"
        foreign = FOREIGN[part.split("/", 1)[0]]
        for path, number, name, quoted in includes(ROOT / part):
            where = f"{path.relative_to(ROOT)}:{number}: {name}"
            if foreign in name or (
                part.startswith("conformance") and name.startswith("osprey/") and "driver" not in part
            ):
                yield f"{where}: the two halves share no code"
                continue
            why = complaint(name, quoted, path.parent, layers[part], known)
            if why:
                yield f"{where}: {why} (row {part} of ARCHITECTURE.md)"


def parts_of(folder):
    """{part: the parts of the same folder it includes}; a header and the source of its name are one part."""
    parts = {}
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in SOURCES:
            parts.setdefault(str(path.relative_to(ROOT / folder).with_suffix("")), set())
    for path, _, name, _ in includes(ROOT / folder):
        part = str(path.relative_to(ROOT / folder).with_suffix(""))
        other = str(pathlib.PurePath(name).with_suffix("")).removeprefix(f"{pathlib.PurePath(folder).name}/")
        if other in parts and other != part:
            parts[part].add(other)
    return parts


def circle_in(parts):
    """A chain of includes that ends where it began, or nothing."""
    done = set()

    def search(part, chain):
        if part in chain:
            return [*chain[chain.index(part) :], part]
        if part in done:
            return None
        for other in sorted(parts[part]):
            found = search(other, [*chain, part])
            if found:
                return found
        done.add(part)
        return None

    return next(filter(None, (search(part, []) for part in sorted(parts))), None)


def circles():
    for part in rules():
        circle = None if part in CIRCULAR else circle_in(parts_of(part))
        if circle:
            yield f"{part}: a circle of includes: {' -> '.join(circle)}"


def rooms():
    """Of conformance/run: a room may include those that its row names, and these stand above it."""
    allowed, above = {}, []
    for room, others, _ in table("Rooms of conformance/run"):
        allowed[room] = words(others)
        for other in allowed[room]:
            if other not in above:
                yield f"ARCHITECTURE.md: the room {room} names {other}, which does not stand above it"
        above.append(room)
    for path, number, name, _ in includes(RUN):
        room, *rest = path.relative_to(RUN).parts
        where = f"{path.relative_to(ROOT)}:{number}: {name}"
        if not rest or room not in allowed:
            yield f"{where}: its file is in no room of the table Rooms of ARCHITECTURE.md"
        elif name.startswith("run/") and name.split("/")[1] not in (room, *allowed[room]):
            yield f"{where}: {room} may not include it (table Rooms of ARCHITECTURE.md)"


if __name__ == "__main__":
    sys.exit(told("layers", [*findings(), *circles(), *rooms()]))
