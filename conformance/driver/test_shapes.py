# SPDX-License-Identifier: Apache-2.0
"""Libraries in each shape that is met: driven as they are, declared or found out; what is missing is told plainly."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
CONFORM = BUILD / "conformance" / "cli" / "osprey-conform"
DRIVER = BUILD / "conformance" / "driver" / "c-driver"
SHAPED = BUILD / "conformance" / "tests" / "shams" / "library"
GOOD = BUILD / "reference-runtime" / "api" / "libosprey.so"
CONNECT = {"body": "handler", "response": "url", "full-response": "name"}
HANDLERS = list(CONNECT)
WILD = [(result, handler) for result in ("code", "block") for handler in HANDLERS]
ALL = [*WILD, *(("struct", handler) for handler in HANDLERS)]
FEATURES = {"code": "osprey-int, osprey-codes, ", "block": "osprey-result, ", "struct": "osprey-result, "}
SERVER = ["--only", "osprey/14.2-http-server/**"]


def library(result, handler):
    return SHAPED / f"libsham-library-{result}-{handler}.so"


def run(out, *arguments, **environment):
    """The finished run, its header, its cases."""
    done = subprocess.run(
        [CONFORM, "run", *arguments, "--out", out],
        env={**os.environ, "SHAM_LIBRARY": str(GOOD), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    results = out / "results.jsonl"
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] if results.exists() else []
    return done, (lines or [{}])[0], [line for line in lines if "verdict" in line]


def runtime_file(folder, result, handler, *, found, preloaded=False):
    shapes = {"result": result, "connect": CONNECT[handler]} | ({} if found else {"handler": handler})
    # For what is other on the wire the sham is preloaded too, in the driver alone.
    command = ["env", f"LD_PRELOAD={library(result, handler)}"] if preloaded else []
    command += [str(DRIVER), str(library(result, handler))]
    file = folder / "shaped.yml"
    file.write_text(
        f"name: shaped\nlibrary: {json.dumps(command)}\n"
        f"abi: {json.dumps(shapes)}\n"
        f"speaks: [{FEATURES[result]}osprey-bridge, content-types, osprey-tls, handler-error-closes]\n",
        encoding="utf-8",
    )
    return file


def shapes_of(header):
    return {one["key"]: (one["is"], one["from"]) for one in header["library"]["shapes"]}


def not_green(cases):
    return {one["id"]: one["why"] for one in cases if one["verdict"] not in ("pass", "lenient", "skip")}


@pytest.mark.parametrize(("result", "handler"), WILD)
def test_a_correct_library_passes_whole_and_its_handlers_are_found_out(tmp_path, result, handler):
    done, header, cases = run(tmp_path, runtime_file(tmp_path, result, handler, found=True))
    assert not_green(cases) == {}, done.stdout
    assert done.returncode == 0
    assert len(cases) > 250
    assert shapes_of(header) == {
        "result": (result, "declared"),
        "handler": (handler, "found"),
        "connect": (CONNECT[handler], "declared"),
    }
    assert f"handler={handler} (found)" in done.stdout
    assert "17 of 17 functions" in done.stdout


@pytest.mark.parametrize(("result", "handler"), ALL)
def test_what_is_declared_is_driven(tmp_path, result, handler):
    arguments = [*SERVER, "--only", "osprey/16.3-websocket-client/**", "--only", "osprey/16.3-message-handler/**"]
    file = runtime_file(tmp_path, result, handler, found=False)
    done, header, cases = run(tmp_path, file, *arguments)
    assert not_green(cases) == {}, done.stdout
    assert len(cases) > 60
    assert shapes_of(header)["handler"] == (handler, "declared")
    messages = [one for one in cases if one["id"].startswith("osprey/16.3-message-handler/error-closes")]
    assert bool(messages) == (handler == "body"), "cases that need a message handler are left out where there is none"


@pytest.mark.parametrize(("result", "handler"), ALL)
@pytest.mark.parametrize("fault", ["answer_truncated", "request_body_lost", "id_zero"])
def test_a_fault_turns_red_in_each_shape(tmp_path, result, handler, fault):
    file = runtime_file(tmp_path, result, handler, found=False)
    done, _, cases = run(tmp_path, file, *SERVER, SHAM_FAULT=fault)
    assert done.returncode == 1
    assert [one for one in cases if one["verdict"] == "fail"]


def test_an_err_without_a_message_is_allowed_of_a_block(tmp_path):
    file = runtime_file(tmp_path, "block", "response", found=False)
    done, _, cases = run(tmp_path, file, *SERVER, SHAM_FAULT="error_without_message")
    assert not_green(cases) == {}, done.stdout
    reasons = {one["id"]: one["why"] for one in cases if one["verdict"] == "skip"}
    assert any("errmsg is NULL" in why for why in reasons.values()), reasons


@pytest.mark.parametrize(("handler", "quirks"), [("body", "closes-again,serial"), ("response", "closes-any,serial")])
def test_what_is_the_implementations_right_turns_no_case_red(tmp_path, handler, quirks):
    file = runtime_file(tmp_path, "code", handler, found=True)
    done, _, cases = run(tmp_path, file, SHAM_QUIRKS=quirks)
    assert not_green(cases) == {}, done.stdout
    assert done.returncode == 0 and len(cases) > 250, done.stderr


@pytest.mark.parametrize("handler", ["body", "response"])
def test_a_greeting_is_told_once_and_turns_no_case_red(tmp_path, handler):
    """What a server says right after its 101 is found out before the first case, as of a server given by URL."""
    file = runtime_file(tmp_path, "code", handler, found=True, preloaded=True)
    cases_of_servers = [word for part in ("14.4", "15", "16") for word in ("--only", f"osprey/{part}*/**")]
    done, header, cases = run(tmp_path, file, *cases_of_servers, SHAM_QUIRKS="greets")
    assert not_green(cases) == {}, done.stdout
    assert header["notes"] == ['the server greets: "welcome" is let pass']
    told = [one["id"] for one in cases if one["verdict"] == "lenient" and "welcome" in one["why"]]
    assert told == ["osprey/16.4-websocket-server/message-nobody-asked-for/int"]
    assert len(cases) > 100


@pytest.mark.parametrize("handler", ["response", "full-response"])
def test_a_crash_says_what_was_handed_over(tmp_path, handler):
    _, header, cases = run(
        tmp_path,
        *("--library", library("code", handler), "--abi", f"handler=body,connect={CONNECT[handler]}"),
        *("--only", "osprey/14.2-http-server/answers/**", "--only", "osprey/14.2-http-server/**"),
    )
    crashed = [one["why"] for one in cases if one.get("crashed")]
    assert crashed
    assert "a handler had returned the body as a char * (handler=body)" in crashed[0]
    assert "--abi handler=response or handler=full-response" in crashed[0]
    assert shapes_of(header)["handler"] == ("body", "declared")


def compiled(folder, source):
    (folder / "some.c").write_text("#include <stdint.h>\n" + source, encoding="utf-8")
    out = folder / "libsome.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", out, folder / "some.c"], check=True)
    return out


FEW = """
int64_t http_create_client(char *url, int64_t timeout) { return 1; }
int64_t http_close_client(int64_t id) { return id == 1 ? 0 : -1; }
int64_t httpGet(int64_t id, char *path, char *headers) { return -11; }
int64_t _Z11http_listenlPFPcS_S_S_S_E(int64_t id) { return -1; }
"""


def test_missing_functions_and_names_that_are_nearly_right_are_shown(tmp_path):
    done, header, cases = run(tmp_path, "--library", compiled(tmp_path, FEW))
    assert {one["id"].split("/")[1] for one in cases} <= {"14.1-types", "14.3-http-client"}, "only what can apply"
    assert "osprey-int: 2 of 17 functions; missing: " in done.stdout
    assert "http_get is missing, and there is httpGet: is it that?" in done.stdout
    assert "http_listen is missing, and there is _Z11http_listenlPFPcS_S_S_S_E" in done.stdout
    assert "15 of the 17 functions of osprey-int are missing: " in done.stdout.splitlines()[-3:][0] + done.stdout
    assert "(--complete makes a failure of each missing function)" in done.stdout
    assert header["cases"] == len(cases)
    (functions,) = header["library"]["functions"]
    assert functions["all"] == 17
    assert "http_get" in functions["missing"]
    assert header["library"]["near"]["http_get"] == "httpGet"


@pytest.mark.parametrize("how", [["--complete"], ["--profile", "strict"]])
def test_with_complete_each_missing_function_is_a_failure(tmp_path, how):
    done, _, cases = run(tmp_path, "--library", compiled(tmp_path, FEW), *how, "--only", "osprey/functions/**")
    assert done.returncode == 1
    verdicts = {one["id"]: one for one in cases}
    assert len(verdicts) == 17
    assert sum(one["verdict"] == "fail" for one in cases) == 15
    assert verdicts["osprey/functions/is-there/httpCreateClient/int"]["verdict"] == "pass"
    why = verdicts["osprey/functions/is-there/httpGet/int"]["why"]
    assert why == "the library has no httpGet (http_get); it has httpGet, which is nearly it"


def test_a_library_that_offers_nothing_is_told_what_is_nearly_right(tmp_path):
    done, _, _ = run(tmp_path, "--library", compiled(tmp_path, "int64_t HttpListen(void) { return 0; }\n"))
    assert done.returncode == 3
    assert "HttpListen is nearly http_listen" in done.stderr


def test_a_shape_that_cannot_be_found_out_is_as_in_the_text_and_says_why(tmp_path):
    source = """
    int64_t http_create_server(int64_t port, char *address) { return 1; }
    int64_t http_listen(int64_t id, char *(*handler)(char *, char *, char *, char *)) { return -5; }
    """
    done, header, _ = run(tmp_path, "--library", compiled(tmp_path, source), "--complete")
    (handler,) = [one for one in header["library"]["shapes"] if one["key"] == "handler"]
    assert (handler["is"], handler["from"]) == ("body", "the text")
    assert "httpListen answered" in handler["why"]
    assert "handler=body (as in the text; could not be found out: httpListen answered" in done.stdout


def test_addresses_in_place_of_numbers_are_noticed(tmp_path):
    done, header, _ = run(tmp_path, "--library", library("block", "body"), "--only", "osprey/14.1-types/**")
    assert "declare result=block" in done.stdout
    assert shapes_of(header)["result"] == ("code", "the text")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--library", GOOD, "--abi", "result=blob"], "the shape result is one of code, block, struct, not 'blob'"),
        (["--library", GOOD, "--abi", "shape=body"], "'shape' is no shape; there are result, handler, connect"),
        (["--exec", "cat", "--abi", "result=code"], "has a driver of its own"),
    ],
)
def test_wrong_shapes_are_told_in_a_line(tmp_path, arguments, why):
    done, _, _ = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert why in done.stderr
