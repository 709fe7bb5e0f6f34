# SPDX-License-Identifier: Apache-2.0
"""Osprey section 14.4.1: the hardening flags are read back from what was built, and a missing one is seen."""

import subprocess
from pathlib import Path

import pytest
from conftest import ROOT
from elf import problems

COMPILE = [
    "-D_FORTIFY_SOURCE=3",
    "-fstack-protector-all",
    "-fstack-clash-protection",
    "-fcf-protection=full",
    "-ftrapv",
    "-fno-delete-null-pointer-checks",
]
LINK = ["-Wl,-z,relro,-z,now", "-Wl,-z,noexecstack"]
RECORD = ["-include", str(ROOT / "cmake/record_fortify.h")]
COMPILERS = ["g++", "clang++-14"]


def test_the_build_asks_for_every_flag() -> None:
    """What this test looks for is what the build is told."""
    build = (ROOT / "cmake/Osprey.cmake").read_text()
    for flag in (*COMPILE, *LINK):
        assert flag in build


@pytest.mark.parametrize("name", ["driver/echo-server", "driver/echo-client", "api/libosprey*.so"])
def test_every_flag_is_on_in_what_was_built(pytestconfig: pytest.Config, name: str) -> None:
    part = Path(name).parent
    if not (ROOT / "reference-runtime" / part / "CMakeLists.txt").is_file():
        pytest.skip(f"the tree has no reference-runtime/{part}")
    found = sorted(pytestconfig.getoption("--programs").resolve().parent.glob(name))
    assert found, f"{name} is not built"
    for binary in found:
        assert problems(binary, ROOT) == []


UNITS = {
    "main.cpp": """
        #include <cstdio>
        #include <cstring>
        int other(const char* text);
        int main(int count, char** words) {
          char copy[64];
          std::strcpy(copy, words[0]);
          std::printf("%s\\n", copy);
          return count + other(copy);
        }
    """,
    "other.cpp": "int other(const char* text) { return text[0] + text[1]; }\n",
}


def build(folder: Path, compiler: str, all_units: list[str], one_unit: list[str], link: list[str]) -> Path:
    """A program of two units; main.cpp is compiled with the first flags, other.cpp with the second."""
    objects = []
    record = ["-frecord-gcc-switches"] if compiler.startswith("clang") else []
    for name, text in UNITS.items():
        source = folder / name
        source.write_text(text)
        flags = all_units if name == "main.cpp" else one_unit
        target = str(source.with_suffix(".o"))
        subprocess.run([compiler, "-O2", "-g1", *record, *flags, "-c", str(source), "-o", target], check=True)
        objects.append(target)
    program = folder / "program"
    subprocess.run([compiler, *objects, *link, "-o", str(program)], check=True)
    return program


SOUND = ["-U_FORTIFY_SOURCE", *COMPILE, *RECORD]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_with_all_flags_nothing_is_missing(tmp_path: Path, compiler: str) -> None:
    assert problems(build(tmp_path, compiler, SOUND, SOUND, LINK), tmp_path) == []


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("flag", COMPILE)
def test_a_compile_flag_missing_everywhere_is_seen(tmp_path: Path, compiler: str, flag: str) -> None:
    less = [word for word in SOUND if word != flag]
    assert any(
        flag.removeprefix("-D") in line for line in problems(build(tmp_path, compiler, less, less, LINK), tmp_path)
    )


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("flag", COMPILE)
def test_a_compile_flag_missing_in_one_unit_is_seen(tmp_path: Path, compiler: str, flag: str) -> None:
    less = [word for word in SOUND if word != flag]
    found = problems(build(tmp_path, compiler, SOUND, less, LINK), tmp_path)
    assert any(flag.removeprefix("-D") in line for line in found)


@pytest.mark.parametrize(
    "opposite",
    ["-D_FORTIFY_SOURCE=2", "-fno-stack-protector", "-fstack-protector-strong", "-fno-stack-clash-protection",
     "-fcf-protection=none", "-fcf-protection=branch", "-fno-trapv", "-fwrapv", "-fdelete-null-pointer-checks", "-O0"],
)  # fmt: skip
def test_a_flag_taken_back_is_seen(tmp_path: Path, opposite: str) -> None:
    undo = [*SOUND, "-U_FORTIFY_SOURCE", opposite] if "FORTIFY" in opposite else [*SOUND, opposite]
    assert problems(build(tmp_path, "g++", SOUND, [*undo, "-Wno-cpp"], LINK), tmp_path)


def test_a_unit_built_without_any_of_it_is_seen(tmp_path: Path) -> None:
    found = problems(build(tmp_path, "g++", SOUND, [], LINK), tmp_path)
    assert any("-ftrapv is missing" in line and "other.cpp" in line for line in found)
    assert any("recorded levels" in line for line in found)


@pytest.mark.parametrize(
    ("link", "seen"),
    [
        (["-Wl,-z,norelro", *LINK[1:]], "relro"),
        (["-Wl,-z,relro,-z,lazy", *LINK[1:]], "-z,now"),
        ([LINK[0], "-Wl,-z,execstack"], "noexecstack"),
        ([], "-z,now"),
    ],
)
def test_a_link_flag_missing_is_seen(tmp_path: Path, link: list[str], seen: str) -> None:
    assert any(seen in line for line in problems(build(tmp_path, "g++", SOUND, SOUND, link), tmp_path))
