// The list of cases with its filters; the filters stand in the address, so that a view can be shared.

const STEP = 300;
const FILTERS = ["verdict", "level", "role", "document", "section"];
let shown = [];
let drawn = 0;

function row(entry) {
  const verdicts = make("span", {class: "verdicts"}, ...entry.verdicts.map((verdict, index) => badge(verdict, MANY ? RUNS[index].header.runtime : "")));
  const summary = make("summary", {}, verdicts,
    make("span", {class: "what"}, make("span", {class: "id"}, entry.id), make("span", {class: "rule"}, entry.rule)),
    make("span", {class: "level"}, (entry.flaky ? "flaky · " : "") + entry.level + " · " + entry.role));
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) fillCase(details, entry); });
  return details;
}

function draw(upTo = drawn + STEP) {
  at("list").append(...shown.slice(drawn, upTo).map(row));
  drawn = Math.min(shown.length, upTo);
  at("more").hidden = drawn >= shown.length;
  at("more").textContent = "Show more (" + number(shown.length - drawn) + " left)";
}

function wanted() {
  const values = {find: at("find").value.trim()};
  for (const id of FILTERS) values[id] = at(id).value;
  return values;
}

function matches(entry, want, words) {
  return words.every((word) => entry.text.includes(word)) &&
    (!want.verdict || (want.verdict === "differs" ? entry.differs : want.verdict === "flaky" ? entry.flaky : entry.verdicts.includes(want.verdict))) &&
    (!want.level || entry.level === want.level) && (!want.role || entry.role === want.role) &&
    (!want.document || documentOf(entry.id) === want.document) && (!want.section || sectionOf(entry.id) === want.section);
}

function filter() {
  const want = wanted();
  const words = want.find.toLowerCase().split(/\s+/).filter(Boolean);
  shown = ENTRIES.filter((entry) => matches(entry, want, words));
  at("list").replaceChildren();
  drawn = 0;
  draw();
  at("count").textContent = shown.length === ENTRIES.length ? plural(shown.length, "case") : number(shown.length) + " of " + plural(ENTRIES.length, "case");
  at("clear").hidden = !Object.values(want).some(Boolean);
  at("nothing").hidden = shown.length > 0;
}

// Keeps the address in step without a step in the history for each letter.
function remember() {
  const pairs = Object.entries(wanted()).filter(([, value]) => value);
  const address = pairs.map(([key, value]) => key + "=" + encodeURIComponent(value)).join("&");
  try { history.replaceState(null, "", "#" + address); } catch { /* some browsers refuse that for files */ }
}

function setFilters(values) {
  at("find").value = values.find || "";
  for (const id of FILTERS) at(id).value = [...at(id).options].some((option) => option.value === values[id]) ? values[id] : "";
  filter();
}

// A choice made elsewhere on the page.
function choose(values) {
  show("cases");
  setFilters(values);
  remember();
  at("cases-heading").scrollIntoView();
  at("cases-heading").focus({preventScroll: true});
}

function openCase(key) {
  show("cases");
  setFilters({});
  const index = ENTRIES.findIndex((entry) => entry.key === key || entry.id === key);
  if (index < 0) return;
  draw(Math.max(drawn, index + 1));
  const details = at("list").children[index];
  details.open = true;
  details.scrollIntoView();
  details.firstChild.focus({preventScroll: true});
}

function options(id, values, all) {
  at(id).replaceChildren(make("option", {value: ""}, all), ...values.map((value) => make("option", {value}, value)));
  at(id).closest("label").hidden = values.length < 2;
}

function setUpFilters() {
  const unique = (values) => [...new Set(values)].sort();
  const verdicts = WORST_FIRST.filter((verdict) => ENTRIES.some((entry) => entry.verdicts.includes(verdict)));
  if (ENTRIES.some((entry) => entry.flaky)) verdicts.push("flaky");
  options("verdict", MANY ? ["differs", ...verdicts] : verdicts, "all");
  options("level", LEVELS.filter((level) => ENTRIES.some((entry) => entry.level === level)), "all");
  options("role", unique(ENTRIES.map((entry) => entry.role)), "all");
  options("document", unique(ENTRIES.map((entry) => documentOf(entry.id))), "all");
  options("section", unique(ENTRIES.map((entry) => sectionOf(entry.id))), "all");
  const changed = () => { filter(); remember(); };
  for (const id of FILTERS) at(id).addEventListener("change", changed);
  at("find").addEventListener("input", changed);
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("clear").addEventListener("click", () => { setFilters({}); remember(); at("find").focus(); });
  at("more").addEventListener("click", () => {
    const next = drawn;
    draw();
    at("list").children[next].firstChild.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    show("cases");
    at("find").focus();
  });
  if (MANY) at("columns").replaceChildren(make("span", {class: "verdicts"}, ...RUNS.map((run) => make("span", {class: "column"}, run.header.runtime))));
  document.documentElement.style.setProperty("--runs", String(RUNS.length));
}
