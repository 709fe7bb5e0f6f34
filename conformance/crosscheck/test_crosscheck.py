# SPDX-License-Identifier: Apache-2.0
"""The logic of the comparison, without any suite."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from autobahn_crosscheck import HERE, compare, genuine, native, reasons, runtimes, verdicts
from autobahn_crosscheck.compare import Difference, Reason
from autobahn_crosscheck.genuine import Verdict
from autobahn_crosscheck.native import Native


@pytest.mark.parametrize(
    ("behavior", "close", "word"),
    [
        ("OK", "OK", "pass"),
        ("OK", "INFORMATIONAL", "pass"),
        ("NON-STRICT", "OK", "lenient"),
        ("INFORMATIONAL", "INFORMATIONAL", "informational"),
        ("FAILED", "OK", "fail"),
        # The false OK of behavior: Autobahn's own parser broke on the echo of an illegal frame.
        ("OK", "FAILED", "fail"),
        ("OK", "UNCLEAN", "fail"),
        ("OK", "FAILED BY CLIENT", "fail"),
        ("OK", "WRONG CODE", "fail"),
        ("NON-STRICT", "FAILED", "fail"),
        ("UNIMPLEMENTED", "OK", "skip"),
        ("UNIMPLEMENTED", "UNCLEAN", "skip"),
    ],
)
def test_genuine_word(behavior: str, close: str, word: str) -> None:
    assert verdicts.from_genuine(behavior, close) == word


def test_unknown_words_are_errors() -> None:
    with pytest.raises(verdicts.VerdictError, match="MISSING"):
        verdicts.from_genuine("MISSING", "OK")
    with pytest.raises(verdicts.VerdictError, match="maybe"):
        verdicts.from_native(["pass", "maybe"])


@pytest.mark.parametrize(
    ("words", "worst"),
    [
        (["pass"], "pass"),
        (["pass", "lenient", "pass"], "lenient"),
        (["lenient", "fail"], "fail"),
        (["fail", "error"], "error"),
        (["skip", "pass"], "pass"),
        (["skip"], "skip"),
        (["known", "pass"], "fail"),
        (["stale"], "pass"),
        ([], "none"),
    ],
)
def test_worst_native_word_counts(words: list[str], worst: str) -> None:
    assert verdicts.from_native(words) == worst


def test_informational_agrees_with_all_but_a_failure() -> None:
    found = [word for word in (*verdicts.ORDER, "none") if verdicts.agree("informational", word)]
    assert found == ["pass", "lenient"]
    assert verdicts.agree("fail", "fail")
    assert not verdicts.agree("pass", "lenient")
    assert not verdicts.agree("fail", "error")


def _native(**words: str) -> Native:
    return Native(verdicts=words, seen={case: f"{case} seen" for case in words})


def test_differences_name_the_worst_native_case() -> None:
    theirs = {"9.10": Verdict("OK", "OK"), "9.2": Verdict("OK", "OK"), "9.3": Verdict("OK", "OK")}
    ours = {("server", "9.10"): _native(a="pass", b="fail"), ("server", "9.2"): _native(a="pass")}
    found = compare.differences("beast", "server", theirs, ours)
    assert [(one.case, one.native, one.native_case) for one in found] == [("9.3", "none", ""), ("9.10", "fail", "b")]
    assert found[1].seen == "b seen"


def test_a_verdict_in_the_other_role_is_none() -> None:
    found = compare.differences("x", "client", {"1.1.1": Verdict("OK", "OK")}, {("server", "1.1.1"): _native(a="pass")})
    assert [one.native for one in found] == ["none"]


_DIFFERENCE = Difference("beast", "server", "7.13.1", "informational", "fail")


def _reason(**changes: object) -> Reason:
    fields = {"runtimes": ("beast",), "cases": ("7.13.*",), "genuine": "informational", "native": "fail", "reason": "§"}
    return Reason(**{**fields, **changes})


def test_a_reason_explains_only_what_it_names() -> None:
    assert _reason().explains(_DIFFERENCE)
    assert not _reason(runtimes=("lws",)).explains(_DIFFERENCE)
    assert not _reason(cases=("7.1.*",)).explains(_DIFFERENCE)
    assert not _reason(native="lenient").explains(_DIFFERENCE)
    assert not _reason(genuine="pass").explains(_DIFFERENCE)


def test_idle_reasons_are_found() -> None:
    everything = [_DIFFERENCE]
    assert compare.idle(_reason(), ["beast"], everything) == []
    assert compare.idle(_reason(), ["beast"], []) == ["runtime beast", "case 7.13.*"]
    assert compare.idle(_reason(cases=("7.13.*", "1.1.1")), ["beast"], everything) == ["case 1.1.1"]
    assert compare.idle(_reason(runtimes=("beast", "lws")), ["beast", "lws"], everything) == ["runtime lws"]


def test_a_runtime_that_was_not_compared_makes_nothing_idle() -> None:
    assert compare.idle(_reason(), ["lws"], []) == []
    assert compare.idle(_reason(runtimes=("beast", "lws"), cases=("1.1.1",)), ["lws"], []) == ["runtime lws"]


def test_what_flips_is_never_idle() -> None:
    assert compare.idle(_reason(flips=True), ["beast"], []) == []


def _write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


_CASE = {"type": "case", "id": "a/b", "role": "server", "verdict": "fail", "why": "silent", "autobahn": ["2.1", "2.2"]}


def test_results_are_read_by_autobahn_id(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "r", {"type": "header"}, _CASE, {**_CASE, "id": "c", "verdict": "pass"}, {"type": "footer"}
    )
    found = native.read(path)
    assert sorted(found) == [("server", "2.1"), ("server", "2.2")]
    assert found[("server", "2.1")].verdict == "fail"
    assert found[("server", "2.1")].worst() == "a/b"
    assert found[("server", "2.1")].seen["a/b"] == "silent"


def test_results_cut_short_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(native.NativeError, match="no footer"):
        native.read(_write(tmp_path / "r", {"type": "header"}, _CASE))
    (tmp_path / "r").write_text('{"type":"header"}\n{"type":"ca', encoding="utf-8")
    with pytest.raises(native.NativeError, match="r:2 is not JSON"):
        native.read(tmp_path / "r")
    with pytest.raises(native.NativeError, match="no header"):
        native.read(_write(tmp_path / "r", _CASE))
    with pytest.raises(native.NativeError, match="cannot be read"):
        native.read(tmp_path / "none")


_ENTRY = """
- runtimes: [beast, lws]
  cases: "7.13.1"
  genuine: informational
  native: fail
  reason: RFC 6455 §7.4, such a code never stands in a frame.
"""


def test_reasons_are_read(tmp_path: Path) -> None:
    path = tmp_path / "d.yml"
    path.write_text(_ENTRY, encoding="utf-8")
    (found,) = reasons.read(path)
    assert (found.runtimes, found.cases, found.flips, found.line) == (("beast", "lws"), ("7.13.1",), False, 2)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  native: fail\n", "", "native is missing"),
        ("native: fail", "native: bad", "native is 'bad'"),
        ("genuine: informational", "genuine: OK", "genuine is 'OK'"),
        ("§7.4", "somewhere", "name the section"),
        ('cases: "7.13.1"', "cases: 7.13", "quote case ids"),
        ("  native: fail", "  nativ: fail\n  native: fail", "nobody knows the word 'nativ'"),
        ("  native: fail", "  native: fail\n  native: pass", "'native' stands there twice"),
        ("  native: fail", "  native: fail\n  flips: often", "flips must be"),
        ("- runtimes", "runtimes", "is not YAML|must be a list"),
    ],
)
def test_a_wrong_reason_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "d.yml"
    path.write_text(_ENTRY.replace(old, new), encoding="utf-8")
    with pytest.raises(reasons.ReasonError, match=told) as error:
        reasons.read(path)
    assert str(path) in str(error.value)


def test_the_kept_reasons_are_right() -> None:
    known = verdicts.known_ids()
    for reason in reasons.read(HERE / "differences.yml"):
        for case in reason.cases:
            assert any(compare.fnmatchcase(one, case) for one in known), f"no Autobahn case {case}"
        for glob in reason.runtimes:
            assert any(compare.fnmatchcase(name, glob) for name in runtimes.NAMES), f"no runtime {glob}"


def test_every_runtime_that_is_compared_has_a_usable_file() -> None:
    for name in runtimes.NAMES:
        subject = runtimes.read(runtimes.path_of(name), {"peers": "/p", "build": "/b"})
        assert subject.roles, name
        assert "{port}" in (subject.server or "{port}")


def test_a_runtime_file_without_a_command_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text("name: x\n", encoding="utf-8")
    with pytest.raises(runtimes.RuntimeFileError, match="neither"):
        runtimes.read(path, {})
    path.write_text('name: x\nserver: ["{here}/a"]\n', encoding="utf-8")
    with pytest.raises(runtimes.RuntimeFileError, match="here"):
        runtimes.read(path, {})


def test_the_parts_cover_the_sample_once() -> None:
    cases = [case for part in genuine.PARTS for case in genuine.cases_of(part)]
    assert len(cases) == len(set(cases)) == 342
