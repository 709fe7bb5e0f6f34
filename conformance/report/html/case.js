// One case, opened: rule, expected, actual, the time line of bytes, the command to rerun it alone.

const MOST_PIECES = 120;

function hexLine(hex) {
  const line = make("code", {class: "hex"});
  for (const {kind, octets} of hex) if (octets.length) line.append(make("span", {class: kind}, hexOf(octets)), " ");
  return line;
}

// All of a text's bytes, for who does not trust the text.
function hexDetails(hex) {
  const line = make("code", {class: "hex"});
  for (const {kind, octets} of hex) line.append(make("span", {class: kind}, hexOf(octets, octets.length)), " ");
  return make("details", {class: "as-hex"}, make("summary", {}, "hex"), line);
}

function partLine(part) {
  const line = make("div", {class: "part-line"});
  if (part.name) line.append(make("b", {}, part.name), " ");
  if (part.notes) line.append(make("span", {class: "notes"}, part.notes), " ");
  if (part.text) line.append(part.http ? make("pre", {}, part.text) : make("span", {class: "payload"}, part.text));
  if (part.hex.some(({octets}) => octets.length)) line.append(part.http ? hexDetails(part.hex) : hexLine(part.hex));
  return line;
}

function pieceItem(piece, state) {
  const sent = piece.dir === ">";
  const item = make("li", {class: sent ? "sent" : "got"}, make("div", {class: "who"},
    make("span", {class: "ms"}, piece.ms.toFixed(1) + " ms"), " ", sent ? "suite → implementation" : "implementation → suite", " ", make("span", {class: "notes"}, plural(piece.size, "byte"))));
  if (state.lost) item.append(make("div", {class: "part-line"}, hexLine([{kind: "load", octets: bytesOf(piece.hex)}])));
  else item.append(...describe(piece, state).map(partLine));
  return item;
}

function timeLine(pieces) {
  const list = make("ol", {class: "line", "aria-label": "Bytes in both directions, in time order"});
  const http = beginsWithHttp(pieces);
  const states = {">": newState(http), "<": newState(http)};
  const fill = (from, to) => list.append(...pieces.slice(from, to).map((piece) => pieceItem(piece, states[piece.dir])));
  fill(0, MOST_PIECES);
  if (pieces.length <= MOST_PIECES) return list;
  const more = make("button", {type: "button", class: "plain"}, "Show " + number(pieces.length - MOST_PIECES) + " more reads and writes");
  more.addEventListener("click", () => { more.remove(); fill(MOST_PIECES); });
  return make("div", {}, list, more);
}

function facts(rows) {
  const list = make("dl", {});
  for (const [term, value] of rows) if (value) list.append(make("dt", {}, term), make("dd", {}, typeof value === "string" ? visible(value) : value));
  return list;
}

function seenText(one) {
  if (one.verdict === "known" || one.verdict === "stale" || one.flaky) return one.seen === one.why ? "" : one.seen;
  return one.seen || one.why;
}

function story(one, name) {
  const box = make("section", {class: "story", "aria-label": name || "What happened"});
  if (name) box.append(make("h4", {}, badge(one.verdict, name), " ", name));
  box.append(facts([
    ["why", ["known", "stale", "lenient", "skip"].includes(one.verdict) || one.flaky ? one.why : ""],
    ["expected", one.expected],
    ["actual", seenText(one)],
    ["passes", one.passes ? one.passes.join(", ") : ""],
    ["log", one.log ? make("pre", {}, visible(one.log.trim())) : ""],
    ["duration", one.ms ? one.ms.toFixed(1) + " ms" : ""],
  ]));
  if ((one.octets || []).length) box.append(timeLine(one.octets));
  return box;
}

function againCommand(run, entry) {
  const head = run.header;
  const extra = (head.speaks ? " --speaks '" + head.speaks.join(",") + "'" : "") + (head.seed === 1 ? "" : " --seed " + head.seed) + (!head.profile || ["ci", "default"].includes(head.profile) ? "" : " --profile " + head.profile);
  return "osprey-conform run " + (head.file || head.target || "RUNTIME") + extra + " --only '" + entry.id + "' -v";
}

function coverLinks(entry) {
  const links = entry.covers.map((id) => {
    if (!DATA.requirements.length) return id;
    const link = make("a", {href: "#statement=" + id}, id);
    return link;
  });
  return make("span", {}, ...links.flatMap((link, index) => (index ? [", ", link] : [link])));
}

function fillCase(details, entry) {
  const also = [...entry.autobahn.map((n) => "Autobahn case " + n), ...entry.bugs.map((n) => "known bug " + n)].join(", ");
  const command = make("code", {class: "command"}, againCommand(RUNS[entry.of.findIndex(Boolean)], entry));
  const body = make("div", {class: "body"}, facts([
    ["rule", entry.rule],
    ["note", entry.note],
    ["spec", make("span", {}, specLink(entry.spec), " ", entry.title)],
    ["requirements", entry.covers.length ? coverLinks(entry) : ""],
    ["also known as", also],
    ["rerun", command],
    ["source", make("code", {}, "spec-cases/" + entry.source)],
  ]));
  body.append(...entry.of.map((one, index) => (one ? story(one, MANY ? RUNS[index].header.runtime : "") : "")));
  details.append(body);
}
