// SPDX-License-Identifier: Apache-2.0
#include "case/glob.hpp"
#include "cli/command.hpp"
#include "run/match/vocabulary.hpp"

namespace conform::cli {

std::string prefix_of(const Selection& selection) {
  if (selection.cases_folder.empty()) return "spec-cases/";
  return selection.cases_folder.back() == '/' ? selection.cases_folder
                                              : selection.cases_folder + "/";
}

std::vector<Source> sources_of(const Selection& selection, Problems& problems) {
  return selection.cases_folder.empty() ? embedded_sources()
                                        : sources_of_folder(selection.cases_folder, problems);
}

// Whether a file can hold a case that the selection names, told without reading it as YAML.
static bool may_hold(const Selection& selection, const Source& source) {
  if (!selection.autobahn.empty() && source.text.find("autobahn:") == std::string::npos)
    return false;
  const std::string ids_begin = source.path.substr(0, source.path.rfind('.')) + "/";
  for (const std::string& glob : selection.only) {
    const std::string literal = glob.substr(0, glob.find_first_of("*?"));
    if (ids_begin.starts_with(literal) || literal.starts_with(ids_begin)) return true;
  }
  return selection.only.empty();
}

bool load(const Selection& selection, CaseSet& set, Extent extent) {
  Problems problems;
  auto sources = sources_of(selection, problems);
  if (problems.empty()) {
    set = load_cases(
        std::move(sources), prefix_of(selection), problems, vocabulary(),
        [&](const Source& source) { return extent == Extent::all || may_hold(selection, source); });
  }
  complain(problems);
  return problems.empty();
}

static bool any_glob(const std::vector<std::string>& globs, const std::string& text) {
  for (const std::string& glob : globs) {
    if (glob_matches(glob, text)) return true;
  }
  return false;
}

static bool named(const std::vector<std::string>& only, const std::string& id) {
  for (const std::string& glob : only) {
    // A case's id also stands for the rows of its table, a file's for its cases.
    if (glob_matches(glob, id) || glob_matches(glob + "/**", id)) return true;
  }
  return only.empty();
}

std::vector<const Case*> pick(const CaseSet& set, const Selection& selection) {
  std::vector<const Case*> out;
  for (const Case& one : set.cases) {
    if (!named(selection.only, one.id)) continue;
    if (!selection.levels.empty() && !any_glob(selection.levels, std::string(name_of(one.level))))
      continue;
    if (!selection.roles.empty()) {
      bool plays = false;
      for (const Role role : {Role::server, Role::client, Role::library}) {
        plays = plays || (one.plays(role) && any_glob(selection.roles, std::string(name_of(role))));
      }
      if (!plays) continue;
    }
    if (!selection.autobahn.empty()) {
      bool stands = false;
      for (const std::string& id : one.autobahn)
        stands = stands || any_glob(selection.autobahn, id);
      if (!stands) continue;
    }
    if (one.full_only && selection.profile != "full") continue;
    out.push_back(&one);
  }
  return out;
}

}  // namespace conform::cli
