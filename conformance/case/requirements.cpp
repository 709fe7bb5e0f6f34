// SPDX-License-Identifier: Apache-2.0
#include "case/requirements.hpp"

#include <map>
#include <set>
#include <sstream>

namespace conform {

bool Requirement::owes(Role wanted) const {
  if (testable.rfind("yes", 0) != 0) return false;
  const bool server = testable.find("server under test") != std::string::npos;
  const bool client = testable.find("client under test") != std::string::npos;
  if (wanted == Role::server) return server || (!client && role != "client");
  if (wanted == Role::client) return client || (!server && role != "server");
  return false;
}

static std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream in(line);
  std::string cell;
  while (std::getline(in, cell, '\t')) cells.push_back(cell);
  return cells;
}

static bool is_table(const std::string& path) {
  return path.rfind("requirements/", 0) == 0 && path.size() > 4 &&
         path.substr(path.size() - 4) == ".tsv";
}

std::vector<Requirement> read_requirements(const std::vector<Source>& sources, Problems& problems) {
  std::vector<Requirement> out;
  for (const Source& source : sources) {
    if (!is_table(source.path)) continue;
    std::stringstream in(source.text);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      if (number == 1 || line.empty()) continue;
      auto cells = cells_of(line);
      if (cells.size() < 6) {
        problems.push_back({source.path, number, "a row of fewer than six cells",
                            "id, section, level, role, testable, paraphrase, with tabs between"});
        continue;
      }
      out.push_back(
          {cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], source.path, number});
    }
  }
  return out;
}

std::vector<Exception> read_exceptions(const std::vector<Source>& sources, Problems& problems) {
  std::vector<Exception> out;
  for (const Source& source : sources) {
    if (source.path != "requirements/not-covered.yml") continue;
    const Tree tree = parse_yaml(source.text, source.path, problems);
    for (const auto& [key, value] : tree.map) {
      if (!value.is_scalar() || value.scalar.size() < 10) {
        problems.push_back({source.path, key.line, key.scalar + " has no reason",
                            "say why no case on the wire can show it"});
      }
      out.push_back({key.scalar, value.scalar, key.line});
    }
  }
  return out;
}

namespace {

using Covered = std::set<std::pair<std::string, Role>>;

bool binds(const Requirement& row, Role role) {
  return row.role == "both" || row.role == "spec" || row.role == "api" ||
         row.role == name_of(role) || row.owes(role);
}

void note_covers(const Case& one, const std::map<std::string, const Requirement*>& by_id,
                 const std::string& prefix, Covered& covered, Problems& problems) {
  for (const std::string& id : one.covers) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      problems.push_back({prefix + one.file, one.line,
                          one.id + " covers " + id + ", which no table has",
                          "look the id up in requirements/*.tsv"});
      continue;
    }
    bool fits = false;
    for (const Role role : {Role::server, Role::client}) {
      if (!one.plays(role) || !binds(*found->second, role)) continue;
      fits = true;
      covered.insert({id, role});
    }
    if (!fits && one.roles != RoleWord::library) {
      problems.push_back(
          {prefix + one.file, one.line,
           one.id + " covers " + id + ", which binds the " + found->second->role + " only",
           "change role: or the covered id"});
    }
  }
}

}  // namespace

Coverage check_coverage(const CaseSet& set, const std::vector<Requirement>& rows,
                        const std::vector<Exception>& exceptions, const std::string& shown_prefix,
                        Problems& problems) {
  std::map<std::string, const Requirement*> by_id;
  for (const Requirement& row : rows) by_id[row.id] = &row;
  Covered covered;
  for (const Case& one : set.cases) note_covers(one, by_id, shown_prefix, covered, problems);
  std::set<std::string> excused;
  for (const Exception& exception : exceptions) excused.insert(exception.id);
  std::set<std::string> used;
  Coverage out;
  for (const Requirement& row : rows) {
    for (const Role role : {Role::server, Role::client}) {
      if (!row.owes(role)) continue;
      ++out.owed;
      const std::string with_role = row.id + "@" + std::string(name_of(role));
      const std::string excuse = excused.count(row.id) != 0 ? row.id : with_role;
      if (covered.count({row.id, role}) != 0) {
        ++out.covered;
      } else if (excused.count(excuse) != 0) {
        ++out.excepted;
        used.insert(excuse);
      } else {
        out.missing.push_back({&row, role});
      }
    }
  }
  for (const Exception& exception : exceptions) {
    if (used.count(exception.id) != 0) continue;
    problems.push_back({shown_prefix + "requirements/not-covered.yml", exception.line,
                        exception.id + " is covered, or owes no case",
                        "delete the line: it excuses nothing"});
  }
  return out;
}

}  // namespace conform
