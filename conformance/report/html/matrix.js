// The requirement matrix: statement, the cases that put it to the test, their verdicts. What no case covers is as visible.

const STATES = [
  ["fail", "not met"], ["bare", "without a case"], ["met", "met"], ["unrun", "not tested here"], ["excused", "excused"], ["off", "not testable from outside"],
];

function ownedRoles(row) {
  const said = row.testable.toLowerCase();
  const both = !/client|server/.test(said);
  return ["server", "client"].filter((role) => both || said.includes(role) || said.includes("both"));
}

function documentOfRow(row) {
  return "rfc" + row.id.split("-")[0];
}

// What the runs put to the test at all: documents, each in a role. A run of a WebSocket server owes nothing to the texts of HTTP.
function testedParts() {
  return new Set(RUNS.flatMap((run) => run.cases.filter((one) => one.verdict !== "skip").map((one) => documentOf(one.id) + "@" + one.role)));
}

// Which of STATES a statement is in, and why where that needs words.
function stateOf(row, cases, tested = testedParts()) {
  const verdicts = cases.flatMap((entry) => entry.verdicts);
  if (verdicts.some((verdict) => ["fail", "error", "stale"].includes(verdict))) return {state: "fail"};
  if (verdicts.some((verdict) => ["pass", "lenient", "known"].includes(verdict))) return {state: "met"};
  if (cases.length) return {state: "unrun", why: "its cases were skipped"};
  if (row.excused) return {state: "excused", why: row.excused};
  if (!row.testable.startsWith("yes")) return {state: "off", why: row.testable};
  const text = documentOfRow(row);
  if (!["server", "client"].some((role) => tested.has(text + "@" + role))) return {state: "unrun", why: "this run did not test " + text.toUpperCase()};
  if (!ownedRoles(row).some((role) => tested.has(text + "@" + role))) return {state: "unrun", why: "not tested in this role"};
  if (RUNS.some((run) => (run.header.selection || []).length || run.header.shard)) return {state: "unrun", why: "not among the cases selected"};
  return {state: "bare"};
}

function casesCell(cases, found) {
  if (!cases.length) return make("td", {}, make("span", {class: "notes"}, found.why || "no case"));
  const counts = {};
  for (const verdict of cases.flatMap((entry) => entry.verdicts)) counts[verdict] = (counts[verdict] || 0) + 1;
  const summary = make("summary", {}, ...WORST_FIRST.filter((verdict) => counts[verdict]).map((verdict) =>
    make("span", {class: "verdict " + verdict}, counts[verdict] + " " + verdict)));
  const list = make("details", {class: "covering"}, summary);
  list.addEventListener("toggle", () => {
    if (list.children.length > 1) return;
    list.append(make("ul", {}, ...cases.map((entry) => make("li", {}, ...entry.verdicts.map((verdict) => badge(verdict)), " ",
      make("a", {href: "#case=" + encodeURIComponent(entry.key)}, entry.id)))));
  });
  return make("td", {}, list);
}

function statementSpec(row) {
  const found = /^(\d{4})-/.exec(row.id);
  const section = /[\d.]+$/.exec(row.section);
  return found && section ? specLink("RFC " + found[1] + " §" + section[0]) : row.section;
}

let statements = [];

function readStatements() {
  const covering = new Map();
  for (const entry of ENTRIES) {
    for (const id of entry.covers) {
      if (!covering.has(id)) covering.set(id, []);
      covering.get(id).push(entry);
    }
  }
  const tested = testedParts();
  statements = DATA.requirements.map((row) => {
    const cases = covering.get(row.id) || [];
    return {row, cases, found: stateOf(row, cases, tested)};
  });
}

function statementRow({row, cases, found}) {
  const words = Object.fromEntries(STATES)[found.state];
  return make("tr", {id: "statement-" + row.id, class: "state-" + found.state}, make("th", {scope: "row"}, row.id, make("div", {class: "notes"}, statementSpec(row))),
    make("td", {}, row.level), make("td", {}, row.role), make("td", {class: "says"}, row.text), make("td", {class: "state " + found.state}, words), casesCell(cases, found));
}

function drawMatrix() {
  const state = at("state").value;
  const words = at("find-statement").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = statements.filter(({row, found}) => (!state || found.state === state) &&
    words.every((word) => (row.id + " " + row.text + " " + row.level).toLowerCase().includes(word)));
  const head = make("tr", {}, ...["Statement", "Level", "Applies to", "What it says", "State", "Cases"].map((name) => make("th", {scope: "col"}, name)));
  at("matrix").replaceChildren(make("table", {}, make("caption", {class: "unseen"}, "Requirement matrix"), make("thead", {}, head), make("tbody", {}, ...rows.map(statementRow))));
  at("statement-count").textContent = number(rows.length) + " of " + plural(statements.length, "statement");
}

function setUpMatrix() {
  if (statements.length) return;
  readStatements();
  const counts = {};
  for (const {found} of statements) counts[found.state] = (counts[found.state] || 0) + 1;
  const present = STATES.filter(([state]) => counts[state]);
  at("coverage").textContent = present.map(([state, words]) => number(counts[state]) + " " + words).join(" · ");
  at("state").replaceChildren(make("option", {value: ""}, "all"), ...present.map(([state, words]) => make("option", {value: state}, words)));
  at("state").addEventListener("change", drawMatrix);
  at("find-statement").addEventListener("input", drawMatrix);
  drawMatrix();
}

function openStatement(id) {
  show("requirements");
  at("state").value = "";
  at("find-statement").value = "";
  drawMatrix();
  const found = at("statement-" + id);
  if (!found) return;
  found.setAttribute("tabindex", "-1");
  found.classList.add("pointed");
  found.scrollIntoView({block: "center"});
  found.focus({preventScroll: true});
}
