# SPDX-License-Identifier: Apache-2.0
"""Each view in the hands of a reader that others wrote, or against its schema."""

import json
import re
import subprocess

import jsonschema
import junitparser
import pytest
import sarif_pydantic
import yaml

from .conftest import FOUND_ROWS, ROOT, cases_of, judge, lines_of

SCHEMA = json.loads((ROOT / "conformance" / "report" / "results.schema.json").read_text())


def counts(path):
    found = {}
    for one in cases_of(path):
        found[one["verdict"]] = found.get(one["verdict"], 0) + 1
    return found


def test_the_fixture_has_what_the_views_have_to_show(bad):
    assert set(counts(bad)) >= {"pass", "fail", "known", "stale"}
    assert any(one.get("timeout") for one in cases_of(bad))


@pytest.mark.parametrize("which", ["good", "bad"])
def test_results_keep_to_their_schema(which, request):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for number, line in enumerate(lines_of(request.getfixturevalue(which)), 1):
        kind = {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{line['type']}"}]}
        errors = [error.message for error in jsonschema.Draft202012Validator(kind).iter_errors(line)]
        assert not errors, f"line {number}: {errors}"
        validator.validate(line)


def test_the_schema_names_every_key_there_is(good, bad):
    """A key that the program writes and the schema does not know would be a contract nobody can read."""
    for path in (good, bad):
        for line in lines_of(path):
            assert set(line) <= set(SCHEMA["$defs"][line["type"]]["properties"])


@pytest.mark.parametrize(
    "change", [{"verdict": "good"}, {"level": "must"}, {"octets": [{"dir": ">"}]}, {"why": "", "verdict": "fail"}]
)
def test_the_schema_refuses_what_is_wrong(bad, change):
    case = {**cases_of(bad)[0], **change}
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(case)


def test_junit_is_read_by_junitparser_and_keeps_to_the_schema(bad, tmp_path):
    out = tmp_path / "junit.xml"
    judge("report", bad, "--junit", out, check=0)
    schema = ROOT / "conformance" / "tests" / "reports" / "junit.xsd"
    subprocess.run(["xmllint", "--noout", "--schema", schema, out], check=True, capture_output=True)
    xml = junitparser.JUnitXml.fromfile(str(out))
    verdicts = counts(bad)
    timeouts = sum(1 for one in cases_of(bad) if one["verdict"] == "fail" and one.get("timeout"))
    assert timeouts > 0
    assert xml.tests == sum(verdicts.values())
    assert xml.errors == timeouts + verdicts.get("error", 0)
    assert xml.failures == verdicts["fail"] - timeouts + verdicts["stale"]
    assert sum(suite.skipped for suite in xml) == verdicts.get("skip", 0) + verdicts["known"]
    by_name = {case.name: case for suite in xml for case in suite}
    known = next(one for one in cases_of(bad) if one["verdict"] == "known")
    assert by_name[known["id"]].is_skipped
    assert by_name[known["id"]].result[0].message == 'it never answers <a> "Close" & knows it'


def test_xmllint_refuses_what_the_schema_forbids(bad, tmp_path):
    out = tmp_path / "junit.xml"
    judge("report", bad, "--junit", out, check=0)
    out.write_text(out.read_text().replace('time="', 'zeit="', 1))
    schema = ROOT / "conformance" / "tests" / "reports" / "junit.xsd"
    assert subprocess.run(["xmllint", "--noout", "--schema", schema, out], capture_output=True).returncode != 0


def test_sarif_is_read_by_a_sarif_model(bad, tmp_path):
    out = tmp_path / "results.sarif"
    judge("report", bad, "--sarif", out, check=0)
    sarif = sarif_pydantic.Sarif.model_validate_json(out.read_text())
    run = sarif.runs[0]
    verdicts = counts(bad)
    assert len(run.results) == verdicts["fail"] + verdicts["stale"] + verdicts.get("error", 0)
    rules = run.tool.driver.rules
    for result in run.results:
        assert rules[result.rule_index].id == result.rule_id
        place = result.locations[0].physical_location
        assert (ROOT / place.artifact_location.uri).is_file()
        assert place.region.start_line > 1
    assert len({rule.id for rule in rules}) == len(rules)


def test_markdown_tables_are_whole(bad, tmp_path):
    out = tmp_path / "summary.md"
    judge("report", bad, "--markdown", out, check=0)
    text = out.read_text()
    assert text.startswith("## bad: ")
    rows = [line for line in text.splitlines() if line.startswith("| rfc6455 |")]
    assert [row.split(" | ")[1] for row in rows] == ["MUST", "SHOULD"]
    widths = {}
    for line in text.splitlines():
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            widths.setdefault(line.split("|")[1].strip().startswith("`"), set()).add(cells)
    assert all(len(found) <= 2 for found in widths.values())
    assert len(text.encode()) < 1_000_000  # what GitHub takes for a job summary is 1 MiB


def test_markdown_says_what_was_found_before_the_first_case(bad, found, tmp_path):
    out = tmp_path / "summary.md"
    judge("report", found, "--markdown", out, check=0)
    text = re.sub(r"\\(.)", r"\1", out.read_text()).replace("&lt;", "<")
    rows = [line for line in text.split("\n| document")[0].splitlines() if line.startswith("- ")]
    assert rows == [f"- {name}: " + (f"**{said}**" if lacking else said) for name, said, lacking in FOUND_ROWS]
    assert "<b>" not in out.read_text()
    judge("report", bad, "--markdown", out, check=0)
    assert "\n- " not in out.read_text()


def test_badge_is_a_shields_endpoint(good, bad, tmp_path):
    for path, colour in ((good, "brightgreen"), (bad, "red")):
        out = tmp_path / "badge.json"
        judge("report", path, "--badge", out, check=0)
        badge = json.loads(out.read_text())
        assert badge.keys() == {"schemaVersion", "label", "message", "color"}
        assert badge["schemaVersion"] == 1 and badge["color"] == colour
        assert re.fullmatch(r"\d+/\d+", badge["message"])


AUTOBAHN_INDEX = {"behavior", "behaviorClose", "duration", "remoteCloseCode", "reportfile"}
AUTOBAHN_CASE = """
    case id agent description expectation started duration reportTime reportCompressionRatio behavior behaviorClose
    expected expectedClose received result resultClose wirelog createWirelog createStats closedByMe failedByMe
    droppedByMe wasClean wasNotCleanReason wasServerConnectionDropTimeout wasOpenHandshakeTimeout
    wasCloseHandshakeTimeout localCloseCode localCloseReason remoteCloseCode remoteCloseReason isServer rxOctetStats
    rxFrameStats txOctetStats txFrameStats httpRequest httpResponse trafficStats
"""


def test_autobahn_files_have_autobahns_names(good, bad, tmp_path):
    for path, agent in ((good, "good"), (bad, "bad")):
        folder = tmp_path / agent
        judge("report", path, "--autobahn-reports", folder, check=0)
        index = json.loads((folder / "index.json").read_text())
        assert list(index) == [agent] and index[agent]
        for number, entry in index[agent].items():
            assert set(entry) == AUTOBAHN_INDEX
            assert entry["behavior"] in {"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED"}
            report = json.loads((folder / entry["reportfile"]).read_text())
            assert set(report) == set(AUTOBAHN_CASE.split())
            assert report["id"] == number and report["behavior"] == entry["behavior"]
    assert any(entry["behavior"] == "FAILED" for entry in index["bad"].values())


def test_known_view_makes_the_next_run_green(bad, tmp_path):
    out = tmp_path / "known.yml"
    judge("report", bad, "--print-known", out, check=0)
    known = yaml.safe_load(out.read_text())["known"]
    verdicts = {one["id"]: one["verdict"] for one in cases_of(bad)}
    assert set(known) == {name for name, verdict in verdicts.items() if verdict in ("fail", "known")}
    assert [entry["until"] for entry in known.values() if isinstance(entry, dict)] == ["2999-12-31"]
    assert judge("report", bad, "--print-known", "-", check=0).stdout == out.read_text()


def test_compare_says_what_changed(good, bad):
    worse = judge("compare", good, bad, check=1).stdout
    assert "worse" in worse and "pass -> fail" in worse and "pass -> known" in worse
    better = judge("compare", bad, good, check=0).stdout
    assert "better" in better and better.endswith("nothing is worse\n")
    assert judge("compare", good, good, check=0).stdout == "nothing changed\n"


def test_several_results_make_a_comparison_or_an_index(good, bad, tmp_path):
    assert "comparison" in judge("report", good, bad, check=2).stderr
    assert "of one run" in judge("report", good, bad, "--junit", tmp_path / "x", check=2).stderr
    judge("report", good, bad, "--autobahn-reports", tmp_path / "both", check=0)
    assert list(json.loads((tmp_path / "both" / "index.json").read_text())) == ["good", "bad"]
