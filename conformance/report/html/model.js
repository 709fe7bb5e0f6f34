// What the page knows: the runs, and one entry a case and role with the verdicts of all runs.

const DATA = JSON.parse(document.getElementById("data").textContent);
const RUNS = DATA.runs;
const MANY = RUNS.length > 1;
const VERDICTS = ["pass", "lenient", "known", "fail", "stale", "error", "skip"];
const WORST_FIRST = ["error", "fail", "stale", "known", "lenient", "skip", "pass", "absent"];
const LEVELS = ["MUST", "SHOULD", "MAY"];
const MEANING = {
  pass: "as the text asks", lenient: "allowed, not strict", known: "declared by its author", fail: "not as the text asks",
  stale: "known failure that now passes", error: "could not be tested", skip: "not for this implementation", absent: "not in this run",
};

const at = (id) => document.getElementById(id);
const documentOf = (id) => id.split("/")[0];
const sectionOf = (id) => id.split("/").slice(0, 2).join("/");
const number = (value) => value.toLocaleString("en");
const plural = (count, word) => number(count) + " " + word + (count === 1 ? "" : "s");

// Control characters and marks that turn text around become escapes; line ends stay.
function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (c) => "\\u{" + c.charCodeAt(0).toString(16) + "}");
}

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") element.className = value;
    else if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function badge(verdict, who = "") {
  return make("span", {class: "verdict " + verdict, title: (who ? who + ": " : "") + verdict + ", " + MEANING[verdict]}, verdict);
}

function specLink(spec) {
  const found = /RFC (\d+) §([\d.]+)/.exec(spec || "");
  if (!found) return spec || "";
  return make("a", {href: "https://www.rfc-editor.org/rfc/rfc" + found[1] + "#section-" + found[2]}, spec);
}

function entries() {
  const all = new Map();
  RUNS.forEach((run, index) => {
    for (const one of run.cases) {
      const key = one.id + "@" + one.role;
      let entry = all.get(key);
      if (!entry) {
        entry = {key, id: one.id, role: one.role, level: one.level, rule: one.rule, note: one.note || "", spec: one.spec, title: one.title, covers: one.covers || [],
          autobahn: one.autobahn || [], bugs: one.bugs || [], source: one.source, verdicts: Array(RUNS.length).fill("absent"), of: []};
        all.set(key, entry);
      }
      entry.verdicts[index] = one.verdict;
      entry.of[index] = one;
    }
  });
  const list = [...all.values()];
  for (const entry of list) {
    entry.differs = entry.verdicts.some((verdict) => verdict !== entry.verdicts[0]);
    entry.worst = Math.min(...entry.verdicts.map((verdict) => WORST_FIRST.indexOf(verdict)));
    entry.flaky = entry.of.some((one) => one && one.flaky);
    entry.text = [entry.key, entry.rule, entry.spec, entry.title, ...entry.covers, ...entry.autobahn.map((n) => "autobahn " + n)].join(" ").toLowerCase();
  }
  return list.sort((a, b) => b.differs - a.differs || a.worst - b.worst || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

const ENTRIES = entries();

function countsOf(cases) {
  const counts = {};
  for (const one of cases) counts[one.verdict] = (counts[one.verdict] || 0) + 1;
  return counts;
}

// A bar of verdicts; the numbers stand beside it as text, so it is decoration for a screen reader.
function bar(counts) {
  const all = VERDICTS.reduce((sum, verdict) => sum + (counts[verdict] || 0), 0) || 1;
  return make("span", {class: "bar", "aria-hidden": "true"}, ...VERDICTS.filter((verdict) => counts[verdict]).map((verdict) =>
    make("span", {class: "part " + verdict, style: "flex-grow:" + Math.max(counts[verdict], all / 150)})));
}
