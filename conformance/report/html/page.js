"use strict";
// The page: totals, the list of cases with its filters, the requirement matrix; several runs side by side.

const DATA = JSON.parse(document.getElementById("data").textContent);
const RUNS = DATA.runs;
const VERDICTS = ["pass", "lenient", "known", "fail", "stale", "error", "skip"];
const ORDER = ["error", "fail", "stale", "known", "lenient", "skip", "pass", "absent"];
const STEP = 400;

const at = (id) => document.getElementById(id);

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") element.className = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const documentOf = (id) => id.split("/")[0];
const sectionOf = (id) => id.split("/").slice(0, 2).join("/");

// One entry a case and role, with the verdicts of all runs.
function entries() {
  const all = new Map();
  RUNS.forEach((run, index) => {
    for (const one of run.cases) {
      const key = one.id + " " + one.role;
      if (!all.has(key)) all.set(key, {...one, verdicts: Array(RUNS.length).fill("absent"), of: []});
      const entry = all.get(key);
      entry.verdicts[index] = one.verdict;
      entry.of[index] = one;
    }
  });
  const list = [...all.values()];
  for (const entry of list) {
    entry.differs = new Set(entry.verdicts).size > 1;
    entry.worst = Math.min(...entry.verdicts.map((verdict) => ORDER.indexOf(verdict)));
    entry.text = [entry.id, entry.rule, entry.spec, entry.title].join(" ").toLowerCase();
  }
  return list.sort((a, b) => b.differs - a.differs || a.worst - b.worst || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
const ENTRIES = entries();

function badge(verdict) {
  return make("span", {class: "verdict " + verdict}, verdict);
}

function specLink(spec) {
  const found = /RFC (\d+) §([\d.]+)/.exec(spec || "");
  if (!found) return spec || "";
  return make("a", {href: "https://www.rfc-editor.org/rfc/rfc" + found[1] + "#section-" + found[2]}, spec);
}

function headline() {
  const names = RUNS.map((run) => run.header.runtime).join(" · ");
  document.title = names + " – osprey-conform";
  at("title").textContent = names;
  const head = RUNS[0].header;
  at("about").textContent = RUNS.length > 1
    ? ENTRIES.filter((entry) => entry.differs).length + " cases differ; they stand first."
    : [head.about, RUNS[0].cases.length + " cases", head.started, "seed " + head.seed, head.machine].filter(Boolean).join(" · ");
  at("foot").textContent = "osprey-conform " + head.tool_version + ", case set " + head.case_set;
}

function totalsTable() {
  const rows = new Map();
  RUNS.forEach((run, index) => {
    for (const one of run.cases) {
      const key = (RUNS.length > 1 ? documentOf(one.id) + "\t" + run.header.runtime : documentOf(one.id) + "\t" + one.level);
      if (!rows.has(key)) rows.set(key, {});
      rows.get(key)[one.verdict] = (rows.get(key)[one.verdict] || 0) + 1;
    }
  });
  const head = make("tr", {}, make("th", {scope: "col"}, "Document"), make("th", {scope: "col"}, RUNS.length > 1 ? "Runtime" : "Level"),
    ...VERDICTS.map((verdict) => make("th", {scope: "col", class: "number " + verdict}, verdict)));
  const body = [...rows.keys()].sort().map((key) => {
    const [first, second] = key.split("\t");
    const counts = rows.get(key);
    return make("tr", {}, make("th", {scope: "row"}, first), make("td", {}, second),
      ...VERDICTS.map((verdict) => make("td", {class: "number " + (counts[verdict] ? verdict : "zero")}, String(counts[verdict] || 0))));
  });
  at("totals").replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
}

function timeLine(one) {
  const list = make("ol", {class: "line", "aria-label": "Octets, in time order"});
  const states = {">": {frames: false}, "<": {frames: false}};
  for (const piece of one.octets || []) {
    const bytes = bytesOf(piece.hex);
    const sent = piece.dir === ">";
    const item = make("li", {class: sent ? "sent" : "got"},
      make("span", {class: "ms"}, piece.ms.toFixed(1) + " ms " + (sent ? "judge →" : "← runtime") + " " + piece.size + " octets"));
    for (const line of describe(bytes, states[piece.dir])) item.append(make("pre", {}, line));
    item.append(make("code", {}, hexOf(bytes, 48)));
    list.append(item);
  }
  return list;
}

function story(one, name) {
  const rows = [];
  const row = (term, value) => { if (value) rows.push(make("dt", {}, term), make("dd", {}, value)); };
  row("runtime", name);
  row("verdict", badge(one.verdict));
  row("why", one.verdict === "pass" ? "" : one.why);
  row("expected", one.expected);
  row("seen", one.seen);
  row("log", one.log ? make("pre", {}, one.log) : "");
  row("took", one.ms ? one.ms.toFixed(1) + " ms" : "");
  const box = make("div", {class: "story"}, make("dl", {}, ...rows));
  if ((one.octets || []).length) box.append(timeLine(one));
  return box;
}

function fill(details, entry) {
  const target = RUNS[0].header.file || RUNS[0].header.target;
  const facts = make("div", {class: "story"}, make("dl", {},
    make("dt", {}, "rule"), make("dd", {}, entry.rule),
    make("dt", {}, "text"), make("dd", {}, specLink(entry.spec), " ", entry.title),
    make("dt", {}, "covers"), make("dd", {}, (entry.covers || []).join(", ") || "–"),
    make("dt", {}, "also"), make("dd", {}, [...(entry.autobahn || []).map((n) => "Autobahn " + n), ...(entry.bugs || []).map((n) => "known bug " + n)].join(", ") || "–"),
    make("dt", {}, "again"), make("dd", {}, make("code", {}, "osprey-conform run " + target + " --only '" + entry.id + "' -v"))));
  details.append(facts, ...entry.of.map((one, index) => (one ? story(one, RUNS.length > 1 ? RUNS[index].header.runtime : "") : "")));
}

function line(entry) {
  const summary = make("summary", {}, ...entry.verdicts.map(badge), make("span", {class: "id"}, entry.id),
    make("span", {class: "level"}, entry.level + " · " + entry.role));
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) fill(details, entry); });
  return details;
}

let shown = [];
let drawn = 0;

function draw() {
  at("list").append(...shown.slice(drawn, drawn + STEP).map(line));
  drawn = Math.min(shown.length, drawn + STEP);
  at("more").hidden = drawn >= shown.length;
}

function filter() {
  const words = at("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = {verdict: at("verdict").value, level: at("level").value, document: at("document").value, section: at("section").value};
  shown = ENTRIES.filter((entry) => words.every((word) => entry.text.includes(word)) &&
    (!wanted.verdict || (wanted.verdict === "differs" ? entry.differs : entry.verdicts.includes(wanted.verdict))) &&
    (!wanted.level || entry.level === wanted.level) &&
    (!wanted.document || documentOf(entry.id) === wanted.document) &&
    (!wanted.section || sectionOf(entry.id) === wanted.section));
  at("list").replaceChildren();
  drawn = 0;
  draw();
  at("count").textContent = shown.length + " of " + ENTRIES.length + " cases";
}

function options(id, values) {
  at(id).replaceChildren(make("option", {value: ""}, "all"), ...values.map((value) => make("option", {value}, value)));
}

function setUpFilters() {
  const unique = (values) => [...new Set(values)].sort();
  const verdicts = ORDER.filter((verdict) => ENTRIES.some((entry) => entry.verdicts.includes(verdict)));
  options("verdict", RUNS.length > 1 ? ["differs", ...verdicts] : verdicts);
  options("level", ["MUST", "SHOULD", "MAY"]);
  options("document", unique(ENTRIES.map((entry) => documentOf(entry.id))));
  options("section", unique(ENTRIES.map((entry) => sectionOf(entry.id))));
  for (const id of ["verdict", "level", "document", "section"]) at(id).addEventListener("change", filter);
  at("find").addEventListener("input", filter);
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("more").addEventListener("click", draw);
}

function matrix() {
  const covering = new Map();
  for (const entry of ENTRIES) for (const id of entry.covers || []) {
    if (!covering.has(id)) covering.set(id, []);
    covering.get(id).push(entry);
  }
  let owed = 0;
  let bare = 0;
  const rows = DATA.requirements.map((row) => {
    const cases = covering.get(row.id) || [];
    const onWire = row.testable.startsWith("yes");
    owed += onWire;
    bare += onWire && !cases.length;
    const counts = {};
    for (const entry of cases) for (const verdict of entry.verdicts) counts[verdict] = (counts[verdict] || 0) + 1;
    const cell = make("td", {}, ...ORDER.filter((verdict) => counts[verdict]).map((verdict) => make("span", {class: "verdict " + verdict}, counts[verdict] + " " + verdict + " ")));
    if (!cases.length) cell.append(onWire ? "no case" : row.testable);
    return make("tr", {class: onWire && !cases.length ? "uncovered" : ""}, make("th", {scope: "row"}, row.id), make("td", {}, row.level),
      make("td", {}, row.role), make("td", {}, row.text), cell);
  });
  at("coverage").textContent = owed + " statements can be judged on the wire; " + (owed - bare) + " of them by cases of this run.";
  at("matrix").replaceChildren(make("table", {}, make("thead", {}, make("tr", {},
    ...["Statement", "Level", "Binds", "What it says", "Cases"].map((name) => make("th", {scope: "col"}, name)))), make("tbody", {}, ...rows)));
}

function show(which) {
  for (const name of ["cases", "requirements"]) {
    at(name).hidden = name !== which;
    at("show-" + name).setAttribute("aria-pressed", String(name === which));
  }
  if (which === "requirements" && !at("matrix").children.length) matrix();
}

headline();
totalsTable();
setUpFilters();
filter();
at("show-cases").addEventListener("click", () => show("cases"));
at("show-requirements").addEventListener("click", () => show("requirements"));
if (!DATA.requirements.length) at("show-requirements").hidden = true;
document.body.dataset.ready = "yes";
