# SPDX-License-Identifier: Apache-2.0
"""A project outside the tree builds and runs against the installed library, shared and static."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from osprey_library import free_port

_PROJECT = Path(__file__).resolve().parents[1] / "installed"
_HEARD = "200 GET /installed\nframe\n"


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return str(done.stdout)


@pytest.fixture(scope="module")
def prefix(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runtime was installed to, moved afterwards: a package that knows its first place finds nothing."""
    folder = tmp_path_factory.mktemp("installed")
    build = library.parents[2]
    if not (library.parent / "libosprey.a").is_file():
        pytest.fail(f"{library.parent}/libosprey.a is not built: run ci/build release osprey-static", pytrace=False)
    run("cmake", "--install", build, "--component", "runtime", "--prefix", folder / "first")
    return Path(shutil.move(folder / "first", folder / "usr"))


def environment(prefix: Path) -> dict[str, str]:
    folders = [path.parent for path in prefix.rglob("libosprey.so")]
    return {**os.environ, "LD_LIBRARY_PATH": str(folders[0]), "PKG_CONFIG_PATH": str(folders[0] / "pkgconfig")}


def test_a_cmake_project_links_both_ways(prefix: Path, tmp_path: Path) -> None:
    run("cmake", "-S", _PROJECT, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path)
    for program in ("with-shared", "with-static"):
        assert run(tmp_path / program, str(free_port()), env=environment(prefix)) == _HEARD
    needed = {name: run("readelf", "-d", tmp_path / name) for name in ("with-shared", "with-static")}
    assert "libosprey.so.0" in needed["with-shared"]
    assert "libosprey" not in needed["with-static"]


@pytest.mark.parametrize("flags", [("--libs",), ("--static", "--libs")], ids=["shared", "static"])
def test_pkg_config_tells_what_to_link(prefix: Path, tmp_path: Path, flags: tuple[str, ...]) -> None:
    env = environment(prefix)
    found = run("pkg-config", "--cflags", *flags, "osprey", env=env).split()
    if "--static" in flags:
        found = ["-l:libosprey.a" if each == "-losprey" else each for each in found]
    run("cc", _PROJECT / "hello.c", "-o", tmp_path / "hello", *found, env=env)
    assert run(tmp_path / "hello", str(free_port()), env=env) == _HEARD


def test_nothing_but_the_documented_names_is_to_be_seen(prefix: Path) -> None:
    documented = set(re.findall(r"^OSPREY_API[^;(]*?(\w+)\(", headers(prefix), re.MULTILINE))
    for name, flags in (("libosprey.so", "-D"), ("libosprey.a", "-g")):
        library = next(prefix.rglob(name))
        listed = run("nm", "--defined-only", flags, "--format=posix", library)
        names = {line.split()[0].split("@")[0] for line in listed.splitlines() if len(line.split()) > 1}
        names -= {"OSPREY_0"}  # the version's own
        assert names == documented, name


def headers(prefix: Path) -> str:
    """All installed headers, comments taken out."""
    text = "\n".join(path.read_text() for path in sorted(prefix.rglob("osprey/*.h")))
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
