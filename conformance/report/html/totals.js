// The head of the page: who was tested, the verdicts at a glance, totals by document and level.

function headline() {
  const names = visible(RUNS.map((run) => run.header.runtime).join(" · "));
  const head = RUNS[0].header;
  document.title = names + " – osprey-conform";
  at("title").textContent = names;
  if (MANY) {
    const differing = ENTRIES.filter((entry) => entry.differs).length;
    at("about").textContent = RUNS.length + " runs side by side. " + plural(differing, "case") + (differing === 1 ? " differs" : " differ") + " and stand first.";
  } else {
    at("about").textContent = head.about || head.target || "";
  }
  const facts = [plural(ENTRIES.length, "case"), MANY ? "" : "as " + (head.roles || []).join(" and "), (head.started || "").replace("T", " ").replace("Z", " UTC"),
    "seed " + head.seed, head.profile && "profile " + head.profile, "case set " + head.case_set, head.machine];
  at("facts").replaceChildren(...facts.filter(Boolean).map((fact) => make("li", {}, fact)));
  at("foot").textContent = "Made by osprey-conform " + head.tool_version + ". Every case shows the bytes behind its verdict.";
}

// What was found out before the first case: notes, and of a library its shapes and functions.
function foundRows() {
  const rows = RUNS.flatMap((run) => run.found.map((one) => [
    make("dt", {}, MANY ? run.header.runtime + ": " + one.name : one.name),
    make("dd", {class: one.lacking ? "lacking" : ""}, visible(one.text)),
  ]));
  at("found").replaceChildren(...rows.flat());
  at("found").hidden = !rows.length;
}

// The chips choose a verdict in the list.
function chips() {
  if (MANY) return;
  const counts = countsOf(RUNS[0].cases);
  const flaky = RUNS[0].cases.filter((one) => one.flaky).length;
  const chosen = VERDICTS.filter((verdict) => counts[verdict]).map((verdict) => {
    const chip = make("button", {type: "button", class: "chip " + verdict, title: MEANING[verdict]}, make("b", {}, number(counts[verdict])), " " + verdict);
    chip.addEventListener("click", () => choose({verdict}));
    return chip;
  });
  at("glance").replaceChildren(bar(counts), make("div", {class: "chips"}, ...chosen, flaky ? make("span", {class: "chip"}, make("b", {}, number(flaky)), " flaky") : ""));
}

// Verdicts that occur at all: the others would be columns of nothing.
const OCCURRING = VERDICTS.filter((verdict) => RUNS.some((run) => run.cases.some((one) => one.verdict === verdict)));

function totalsRow(first, second, counts, wanted) {
  const cells = OCCURRING.map((verdict) => {
    const cell = make("td", {class: "number"});
    if (!counts[verdict]) cell.append(make("span", {class: "zero"}, "–"));
    else {
      const button = make("button", {type: "button", class: "count " + verdict, "aria-label": counts[verdict] + " " + verdict + ": show them"}, number(counts[verdict]));
      button.addEventListener("click", () => choose({...wanted, verdict}));
      cell.append(button);
    }
    return cell;
  });
  return make("tr", {}, first, make("td", {}, second), make("td", {class: "share"}, bar(counts)), ...cells);
}

function totalsTable() {
  const documents = [...new Set(ENTRIES.map((entry) => documentOf(entry.id)))].sort();
  const rows = [];
  for (const name of documents) {
    const groups = MANY
      ? RUNS.map((run) => ({label: run.header.runtime, cases: run.cases, wanted: {document: name}}))
      : LEVELS.map((level) => ({label: level, cases: RUNS[0].cases.filter((one) => one.level === level), wanted: {document: name, level}}));
    const filled = groups.map((group) => ({...group, cases: group.cases.filter((one) => documentOf(one.id) === name)})).filter((group) => group.cases.length);
    filled.forEach((group, index) => {
      const first = index ? "" : make("th", {scope: "rowgroup", rowspan: String(filled.length)}, name);
      rows.push(totalsRow(first, group.label, countsOf(group.cases), group.wanted));
    });
  }
  const head = make("tr", {}, make("th", {scope: "col"}, "Document"), make("th", {scope: "col"}, MANY ? "Implementation" : "Level"), make("th", {scope: "col"}, "Share"),
    ...OCCURRING.map((verdict) => make("th", {scope: "col", class: "number"}, verdict)));
  at("totals").replaceChildren(make("table", {}, make("caption", {class: "unseen"}, "Verdicts by document"), make("thead", {}, head), make("tbody", {}, ...rows)));
}
