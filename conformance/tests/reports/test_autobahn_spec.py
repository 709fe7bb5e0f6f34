# SPDX-License-Identifier: Apache-2.0
"""Autobahn's own spec files and drivers, unmodified."""

import json
import re
import subprocess

import pytest

from .conftest import JUDGE, SHAM, cases_of, environment, judge


@pytest.fixture
def server(tmp_path):
    """A server that runs already, as Autobahn's users have it; its URL."""
    process = subprocess.Popen([SHAM, "server", "--port", "0"], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    yield re.search(r"ws://\S+", line).group(0)
    process.terminate()
    process.wait(timeout=10)


def write(path, spec):
    path.write_text(json.dumps(spec))
    return path


def test_run_honours_a_fuzzingclient_spec(server, tmp_path):
    spec = write(
        tmp_path / "fuzzingclient.json",
        {
            "outdir": str(tmp_path / "reports"),
            "options": {"failByDrop": False},
            "servers": [{"agent": "One", "url": server}, {"agent": "Two", "url": server, "options": {"version": 18}}],
            "cases": ["1.1.*", "2.*", "7.1.1"],
            "exclude-cases": ["2.1*"],
            "exclude-agent-cases": {"Tw*": ["1.1.8", "7.*"]},
        },
    )
    done = judge("run", "--autobahn-spec", spec, check=0)
    assert "'options' changes nothing here" in done.stderr
    index = json.loads((tmp_path / "reports" / "index.json").read_text())
    assert list(index) == ["One", "Two"]
    assert set(index["One"]) == {*(f"1.1.{n}" for n in range(1, 9)), *(f"2.{n}" for n in range(2, 10)), "7.1.1"}
    assert set(index["Two"]) == set(index["One"]) - {"1.1.8", "7.1.1"}
    assert all(
        entry["behavior"] == entry["behaviorClose"] == "OK" for agent in index.values() for entry in agent.values()
    )
    assert index["One"]["7.1.1"]["remoteCloseCode"] == 1000
    for agent, entries in index.items():
        for entry in entries.values():
            assert json.loads((tmp_path / "reports" / entry["reportfile"]).read_text())["agent"] == agent


def test_a_spec_that_is_wrong_is_refused(tmp_path):
    for spec, told in [
        ({"cases": ["1.*"]}, "no servers"),
        ({"servers": [{"agent": "x"}], "cases": ["1.*"]}, "url"),
        ({"servers": [{"url": "ws://127.0.0.1:1"}], "cases": ["77.*"]}, "77.*"),
        ({"servers": [{"url": "ws://127.0.0.1:1"}], "cases": "1.*"}, "cases must be a list"),
        ({"servers": [{"url": "ws://127.0.0.1:1"}], "cases": ["1.*"], "exclude-cases": ["*"]}, "no case is left"),
    ]:
        done = judge("run", "--autobahn-spec", write(tmp_path / "spec.json", spec), check=2, cwd=tmp_path)
        assert told in done.stderr and "spec.json" in done.stderr
    (tmp_path / "spec.json").write_text("{")
    assert "JSON" in judge("run", "--autobahn-spec", tmp_path / "spec.json", check=2).stderr


def serve(spec, *words, cwd):
    process = subprocess.Popen(
        [JUDGE, "serve", *map(str, words), "--autobahn-spec", spec, "--once"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=environment(),
    )
    for line in process.stdout:
        if line.startswith("listening on "):
            return process, line.split()[-1]
    raise AssertionError(process.stderr.read())


def test_serve_honours_a_fuzzingserver_spec(tmp_path):
    spec = write(
        tmp_path / "fuzzingserver.json",
        {
            "url": "ws://127.0.0.1:0",
            "outdir": "reports/clients",
            "cases": ["1.1.*", "2.1", "2.2"],
            "exclude-cases": ["2.2"],
            "exclude-agent-cases": {"mine*": ["1.1.1", "1.1.2"]},
        },
    )
    process, url = serve(spec, cwd=tmp_path)
    client = subprocess.run([SHAM, "client", url, "--agent", "mine/1.0"], capture_output=True, text=True, timeout=60)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stdout + stderr + client.stdout + client.stderr
    index = json.loads((tmp_path / "reports" / "clients" / "index.json").read_text())
    assert set(index["mine/1.0"]) == {*(f"1.1.{n}" for n in range(3, 9)), "2.1"}
    assert all(entry["behavior"] == "OK" for entry in index["mine/1.0"].values())


def test_serve_takes_a_runtime_file_for_features_and_known(tmp_path):
    spec = write(tmp_path / "fuzzingserver.json", {"url": "ws://127.0.0.1:0", "cases": ["7.1.1"]})
    file = tmp_path / "client.yml"
    file.write_text(f"name: mine\nclient: [{json.dumps(str(SHAM))}, client, '{{url}}']\nspeaks: [websocket]\n")
    out = tmp_path / "out"

    def run(*words):
        process, url = serve(spec, file, "--out", out, cwd=tmp_path)
        subprocess.run([SHAM, "client", url, "--agent", "mine", *words], capture_output=True, timeout=60)
        stdout, stderr = process.communicate(timeout=60)
        return process.returncode, stdout + stderr

    fault = ["--fault", "close-ignored"]
    code, told = run(*fault)
    assert code == 1, told
    results = out / "mine" / "results.jsonl"
    failed = [one["id"] for one in cases_of(results) if one["verdict"] == "fail"]
    with file.open("a") as more:
        more.write("known:\n" + "".join(f"  {name}: it never answers\n" for name in failed))
    code, told = run(*fault)
    assert code == 0, told
    assert {one["verdict"] for one in cases_of(results) if one["id"] in failed} == {"known"}
    code, told = run()
    assert code == 1 and "STALE" in told, told
