# SPDX-License-Identifier: Apache-2.0
"""The page in headless Chromium, from file:// and without a network; screenshots stay as artifacts."""

import re
import shutil

import pytest

from .browser import Browser
from .conftest import ARTIFACTS, FOUND_ROWS, ROOT, cases_of, judge

TAB, ENTER = "\ue004", "\ue007"


@pytest.fixture(scope="module")
def browser():
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.fail("chromium and chromium-driver are missing: ci/bootstrap installs them")
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def page(bad, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    judge("report", bad, "--html", path, check=0)
    return path


@pytest.fixture(scope="module")
def comparison(good, bad, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "comparison.html"
    judge("report", good, bad, "--html", path, check=0)
    return path


def texts(browser, selector):
    return browser.run("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector)


def ids(browser):
    return texts(browser, "#list .id")


def choose(browser, select, value):
    script = "const one = document.getElementById(arguments[0]); one.value = arguments[1];"
    browser.run(script + "one.dispatchEvent(new Event('change'))", select, value)


def find(browser, text):
    browser.run(
        "const one = document.getElementById('find'); one.value = arguments[0]; one.dispatchEvent(new Event('input'))",
        text,
    )


def test_it_asks_nobody_for_anything(page):
    text = page.read_text()
    head = re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.S)
    assert not re.search(r'(src|@import|url\()\s*=?\s*["\']?(https?:)?//', head)
    assert set(re.findall(r"https?://[^\"'/ ]+", head)) <= {"https://www.rfc-editor.org"}


def test_totals_are_those_of_the_results(browser, page, bad):
    browser.open(page)
    counts = {}
    for one in cases_of(bad):
        counts[one["verdict"]] = counts.get(one["verdict"], 0) + 1
    chips = texts(browser, ".chip")
    assert chips == [
        f"{counts[verdict]} {verdict}"
        for verdict in ("pass", "lenient", "known", "fail", "stale", "error", "skip")
        if counts.get(verdict)
    ]
    cells = [int(text.replace(",", "")) for text in texts(browser, "#totals .count")]
    assert sum(cells) == sum(counts.values())
    assert not [entry for entry in browser.log() if entry["level"] == "SEVERE"]


def test_what_was_found_before_the_first_case_stands_in_the_head(browser, page, found, tmp_path):
    browser.open(page)
    assert not browser.run("return document.getElementById('found').offsetHeight")
    judge("report", found, "--html", tmp_path / "found.html", check=0)
    browser.open(tmp_path / "found.html")
    assert texts(browser, "#found dt") == [name for name, _, _ in FOUND_ROWS]
    assert texts(browser, "#found dd") == [said for _, said, _ in FOUND_ROWS]
    assert texts(browser, "#found .lacking") == [said for _, said, lacking in FOUND_ROWS if lacking]


def test_failures_come_first_and_filters_choose(browser, page, bad):
    browser.open(page)
    cases = {one["id"]: one for one in cases_of(bad)}
    assert cases[ids(browser)[0]]["verdict"] == "fail"
    for select, value, holds in [
        ("verdict", "known", lambda one: one["verdict"] == "known"),
        ("level", "SHOULD", lambda one: one["level"] == "SHOULD"),
        ("document", "rfc7692", lambda one: one["id"].startswith("rfc7692/")),
        ("section", "rfc6455/5.5.1-close", lambda one: one["id"].startswith("rfc6455/5.5.1-close/")),
    ]:
        browser.run("setFilters({})")
        choose(browser, select, value)
        expected = {name for name, one in cases.items() if holds(one)}
        shown = ids(browser)
        assert expected and len(shown) == min(len(expected), 300) and set(shown) <= expected
        assert f"{select}=" in browser.run("return location.hash")
    browser.run("setFilters({})")
    find(browser, "CLOSE answered")
    assert ids(browser) and all("close" in name for name in ids(browser)[:3])
    find(browser, "no case is called this")
    assert ids(browser) == [] and browser.run("return document.getElementById('nothing').offsetHeight") > 0
    assert browser.run("return document.getElementById('count').textContent").startswith("0 of ")


def test_a_case_opens_to_all_it_knows(browser, page, bad):
    one = next(
        one
        for one in cases_of(bad)
        if one["id"].startswith("rfc6455/5.5.1") and one["verdict"] == "fail" and len(one["octets"]) > 1
    )
    browser.open(page, "#case=" + one["id"])
    text = browser.run("return document.querySelector('details[open]').innerText")
    ways = ("suite → implementation", "implementation → suite")
    for part in (one["rule"], one["expected"], one["seen"], *ways, "masked", "Close"):
        assert part in text, part
    assert f"--only '{one['id']}' -v" in text
    section = one["spec"].split("§")[1]
    link = browser.run("return document.querySelector('details[open] a[href^=http]').href")
    assert link == f"https://www.rfc-editor.org/rfc/rfc6455#section-{section}"


DECODED = """
const pieces = arguments[0].map((piece) => ({dir: '>', ...piece}));
const states = {'>': newState(beginsWithHttp(pieces))};
return pieces.map((piece) => describe(piece, states['>']).map((part) => [part.name, part.notes, part.text]));
"""


def decoded(browser, *pieces):
    all_pieces = [{"hex": piece.hex()} if isinstance(piece, bytes) else piece for piece in pieces]
    for piece in all_pieces:
        piece.setdefault("size", len(piece["hex"]) // 2)
    return browser.run(DECODED, all_pieces)


def test_frames_are_named(browser, page):
    browser.open(page)
    assert decoded(browser, bytes.fromhex("8185010203046967") + bytes.fromhex("6f686e")) == [
        [["Text", "masked · 5 bytes", "“hello”"]]
    ]
    assert decoded(browser, bytes.fromhex("8802 03e8")) == [[["Close", "not masked · 2 bytes", "code 1000"]]]
    assert decoded(browser, bytes.fromhex("c103 abcdef")) == [[["Text", "RSV1 · not masked · 3 bytes", "compressed"]]]
    assert decoded(browser, bytes.fromhex("0100 8000 8b00")) == [
        [
            ["Text", "more follows · not masked · 0 bytes", ""],
            ["Continuation", "not masked · 0 bytes", ""],
            ["Opcode 11", "not masked · 0 bytes", ""],
        ]
    ]


def test_a_handshake_may_come_in_pieces_and_glued_to_frames(browser, page):
    browser.open(page)
    head = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
    parts = decoded(browser, head[:1], head[1:20], head[20:] + bytes.fromhex("8900"))
    assert [name for piece in parts for name, _, _ in piece] == ["HTTP", "HTTP", "HTTP", "Ping"]
    refused = decoded(browser, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno")
    head = "HTTP/1.1 400 Bad Request\\r\\n\nContent-Length: 2\\r\\n\n\\r\\n\n"
    assert refused == [[["HTTP", "", head], ["HTTP", "body", "no"]]]
    odd = decoded(browser, b"HTTP/1.1 200 OK\nX: a\rb\\\x00\xff\r\n\r\n")
    assert odd[0][0][2] == "HTTP/1.1 200 OK\\n\nX: a\\rb\\\\\\x00\\xff\\r\\n\n\\r\\n\n"


def test_frames_go_over_several_reads(browser, page):
    browser.open(page)
    whole = bytes.fromhex("817e0080") + b"a" * 128 + bytes.fromhex("8900")
    parts = decoded(browser, whole[:1], whole[1:3], whole[3:50], whole[50:])
    names = [name for piece in parts for name, _, _ in piece if name]
    assert names == ["Text", "Ping"]
    assert parts[-1][0][1] == "82 more bytes of the payload"
    cut = decoded(browser, {"hex": whole[:20].hex(), "size": 132}, bytes.fromhex("8900"))
    assert cut[0][-1][1] == "112 more bytes, not kept" and cut[1] == [["Ping", "not masked · 0 bytes", ""]]


def test_text_of_others_cannot_hide_or_turn_around(browser, page):
    browser.open(page)
    shown = browser.run("return facts([['actual', arguments[0]]]).textContent", "a\x1b[31mb\u202ec\nd")
    assert shown == "actuala\\u{1b}[31mb\\u{202e}c\nd"


def test_a_run_of_one_protocol_owes_nothing_to_the_others(browser, page):
    """The cases of this page are WebSocket's: no statement of HTTP is without a case for it."""
    browser.open(page, "#view=requirements")
    rows = browser.run("return statements.map(({row, found}) => [row.id, found.state, found.why || ''])")
    http = [(state, why) for name, state, why in rows if name.startswith(("9110-", "9112-"))]
    assert http and not [one for one in http if one[0] == "bare"]
    assert any(why == "this run did not test RFC9112" for _, why in http)


def test_it_is_used_by_keyboard(browser, page):
    browser.open(page)
    browser.press("/")
    assert browser.run("return document.activeElement.id") == "find"
    browser.press(*"5.5.1-close/")
    first = ids(browser)[0]
    assert "5.5.1-close/" in first
    for _ in range(20):
        browser.press(TAB)
        if browser.run("return document.activeElement.tagName") == "SUMMARY":
            break
    browser.press(ENTER)
    assert browser.run("return document.querySelector('details[open] .id').textContent") == first
    # Every stop of the keyboard shows where it is.
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_screen_reader_finds_names_and_roles(browser, page):
    browser.open(page)
    nodes = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    named = {}
    for node in nodes:
        if not node.get("ignored"):
            named.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    for role in ("button", "combobox", "searchbox", "link", "heading", "region", "columnheader"):
        assert named.get(role), role
        assert all(named[role]), (role, named[role])
    assert "Find" in named["searchbox"][0] and "Verdict" in named["combobox"]
    assert {"banner", "main", "navigation", "search", "contentinfo"} <= set(named)


def test_the_matrix_shows_what_no_case_covers(browser, page):
    browser.open(page, "#view=requirements")
    states = browser.run("return [...document.querySelectorAll('#state option')].map((one) => one.value)")
    assert {"fail", "met", "unrun", "off"} <= set(states)
    choose(browser, "state", "fail")
    rows = browser.run("return [...document.querySelectorAll('#matrix tbody tr')].map((one) => one.innerText)")
    assert rows and all("not met" in row for row in rows)
    browser.run("document.querySelector('#matrix details').open = true")
    browser.run("return new Promise((done) => setTimeout(done, 0))")
    link = browser.run("return document.querySelector('#matrix details a').getAttribute('href')")
    waits = "return new Promise((done) => addEventListener('hashchange', () => done(), {once: true}))"
    browser.run("document.querySelector('#matrix details a').click(); " + waits)
    assert browser.run("return document.querySelector('details[open] .id') !== null"), link


def test_statements_without_a_case_stand_out(browser, page):
    browser.open(page)
    script = """
    const row = {id: '6455-1-01', section: '1', level: 'MUST', role: 'both', testable: 'yes: both', text: 'x'};
    const other = {...row, testable: 'yes: client under test'};
    const one = {id: 'rfc6455/a/b', role: 'server', verdict: 'pass'};
    const cases = [one, {...one, id: 'rfc7692/a/b', verdict: 'skip'}];
    const runs = RUNS.splice(0, RUNS.length, {header: {roles: ['server'], selection: []}, cases});
    const rows = [row, other, {...row, excused: 'why'}, {...row, testable: 'no: a definition'},
      {...row, id: '9112-2-01'}, {...row, id: '7692-5-01'}];
    const found = rows.map((one) => stateOf(one, []));
    RUNS.splice(0, RUNS.length, ...runs);
    return found.map((one) => one.state + (one.state === 'unrun' ? ': ' + one.why : ''));
    """
    assert browser.run(script) == [
        "bare",
        "unrun: not tested in this role",
        "excused",
        "off",
        "unrun: this run did not test RFC9112",
        "unrun: this run did not test RFC7692",
    ]


def test_the_comparison_begins_with_the_differences(browser, comparison, good, bad):
    browser.open(comparison)
    one, two = ({case["id"]: case["verdict"] for case in cases_of(path)} for path in (good, bad))
    differing = {name for name in one if one[name] != two.get(name)}
    shown = ids(browser)
    assert differing and set(shown[: len(differing)]) == differing
    script = "return [...document.querySelectorAll('#list details:first-child .verdict')].map((one) => one.title)"
    first = browser.run(script)
    assert [text.split(": ")[0] for text in first] == ["good", "bad"]
    choose(browser, "verdict", "differs")
    assert set(ids(browser)) == differing


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
def test_nothing_is_cut_and_pictures_are_kept(browser, page, comparison, bad, dark, width):
    one = next(one for one in cases_of(bad) if one["verdict"] == "fail" and len(one["octets"]) > 3)
    name = f"{'dark' if dark else 'light'}-{width}"
    browser.view(width, 1000, dark=dark, phone=width < 500)
    for what, path, fragment in [
        ("page", page, ""),
        ("case", page, "#case=" + one["id"]),
        ("matrix", page, "#view=requirements"),
        ("comparison", comparison, ""),
    ]:
        browser.open(path, fragment)
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), what
        browser.picture(ARTIFACTS / f"{what}-{name}.png")
    browser.view(1280, 1000)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_from_its_ground():
    """WCAG 2 level AA: 4.5 to 1, in both schemes, on both grounds."""
    style = (ROOT / "conformance" / "report" / "html" / "style.css").read_text()
    schemes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)
    ]
    assert len(schemes) == 2
    for scheme in schemes:
        for ground in ("back", "box"):
            for name, colour in scheme.items():
                if name in ("back", "box", "line"):
                    continue
                light, dark = sorted((luminance(colour), luminance(scheme[ground])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, colour, ground)
