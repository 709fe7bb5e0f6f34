# SPDX-License-Identifier: Apache-2.0
"""The plug-in: runs the judge once, then makes an item of each line of its results."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

RESULTS = pytest.StashKey()
FOLDER = pytest.StashKey()


def pytest_addoption(parser):
    group = parser.getgroup("osprey-conform")
    group.addoption(
        "--osprey-runtime",
        metavar="FILE-OR-URL",
        help="judge this runtime with osprey-conform, an item for each verdict",
    )
    group.addoption(
        "--osprey-baseline", metavar="FILE", action="append", default=[], help="known deviations; repeatable"
    )
    group.addoption(
        "--osprey-option",
        metavar="WORD",
        action="append",
        default=[],
        help="passed on to 'osprey-conform run'; repeatable",
    )
    group.addoption("--osprey-conform", metavar="PROGRAM", help="default: $OSPREY_CONFORM, then osprey-conform on PATH")
    group.addoption("--osprey-out", metavar="DIR", help="keep the results here")


def program(config):
    named = config.getoption("--osprey-conform") or os.environ.get("OSPREY_CONFORM") or "osprey-conform"
    found = shutil.which(named)
    if not found:
        raise pytest.UsageError(
            f"{named} is no program here: install osprey-conform or name it with --osprey-conform PROGRAM"
        )
    return found


def judge(config):
    """Runs the judge; the path of whole results, its exit code and what it said."""
    out = config.getoption("--osprey-out")
    if not out:
        out = config.stash[FOLDER] = tempfile.mkdtemp(prefix="pytest-osprey-")
    command = [program(config), "run", config.getoption("--osprey-runtime"), "--out", out]
    for file in config.getoption("--osprey-baseline"):
        command += ["--baseline", file]
    command += config.getoption("--osprey-option")
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=config.invocation_params.dir
    )
    if done.returncode not in (0, 1):
        raise pytest.UsageError(f"osprey-conform ended with {done.returncode}\n{done.stdout.strip()}")
    path = pathlib.Path(config.invocation_params.dir, out, "results.jsonl")
    return {"path": str(path), "exit": done.returncode, "said": done.stdout}


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    """Before xdist starts its workers, so that they are told the results instead of judging again."""
    config = session.config
    if not config.getoption("--osprey-runtime"):
        return
    told = getattr(config, "workerinput", {}).get("osprey")
    config.stash[RESULTS] = told or judge(config)


class Workers:
    """Only registered where xdist is."""

    @staticmethod
    def pytest_configure_node(node):
        if RESULTS in node.config.stash:
            node.workerinput["osprey"] = node.config.stash[RESULTS]


def pytest_configure(config):
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(Workers(), "osprey-workers")


def pytest_unconfigure(config):
    if FOLDER in config.stash:
        shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session, config, items):
    if RESULTS not in config.stash:
        return
    results = config.stash[RESULTS]
    lines = [json.loads(line) for line in pathlib.Path(results["path"]).read_text().splitlines()]
    run = Run.from_parent(session, name=lines[0]["runtime"])
    items += [Case.from_parent(run, one=line) for line in lines if line["type"] == "case"]
    items.append(Gate.from_parent(run, results=results, lines=lines))


class Run(pytest.Collector):
    def collect(self):
        return []


class Failed(Exception):
    pass


class Item(pytest.Item):
    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, self.name


class Case(Item):
    """One case in one role."""

    def __init__(self, *, one, **words):
        super().__init__(name=f"{one['id']}[{one['role']}]", **words)
        self.one = one
        self.user_properties += [("verdict", one["verdict"]), ("level", one["level"]), ("spec", one["spec"])]

    def runtest(self):
        verdict, why = self.one["verdict"], self.one["why"]
        if verdict == "skip":
            pytest.skip(why)
        if verdict == "known":
            pytest.xfail(why)
        if verdict not in ("pass", "lenient"):
            raise Failed(self.story())

    def story(self):
        one = self.one
        rows = [
            ("verdict", one["verdict"]),
            ("rule", f"{one['rule']} ({one['level']}, {one['spec']})"),
            ("note", one.get("note")),
            ("expected", one.get("expected")),
        ]
        rows += [("actual", one.get("seen") or one["why"])]
        rows += [
            ("bytes" if not index else "", f"{piece['dir']} {piece['hex'][:120]}")
            for index, piece in enumerate(one["octets"][:8])
        ]
        rows += [("rerun", f"osprey-conform run {self.config.getoption('--osprey-runtime')} --only '{one['id']}' -v")]
        return "\n".join(f"{name:<9} {value}" for name, value in rows if value)


class Gate(Item):
    """What the run says beside its cases: an entry out of date or idle, a crash that no case owns up to."""

    def __init__(self, *, results, lines, **words):
        super().__init__(name="gate", **words)
        self.results = results
        self.bad = any(line.get("verdict") in ("fail", "stale", "error") for line in lines)

    def runtest(self):
        if self.results["exit"] != 0 and not self.bad:
            raise Failed(self.results["said"].strip())
