// Puts the page together and follows its address: #case=…, #statement=…, or the filters.

function show(which) {
  for (const name of ["cases", "requirements"]) {
    at(name).hidden = name !== which;
    at("show-" + name).setAttribute("aria-pressed", String(name === which));
  }
  if (which === "requirements") setUpMatrix();
}

function followAddress() {
  const values = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (values.case) openCase(values.case);
  else if (values.statement) openStatement(values.statement);
  else if (values.view === "requirements") show("requirements");
  else setFilters(values);
}

headline();
foundRows();
chips();
totalsTable();
setUpFilters();
followAddress();
addEventListener("hashchange", followAddress);
at("show-cases").addEventListener("click", () => show("cases"));
at("show-requirements").addEventListener("click", () => show("requirements"));
if (!DATA.requirements.length) at("views").hidden = true;
document.body.dataset.ready = "yes";
