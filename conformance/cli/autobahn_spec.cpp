// SPDX-License-Identifier: Apache-2.0
#include "cli/autobahn_spec.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace conform::cli {
namespace {

using Json = nlohmann::json;

std::string text_at(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string read_patterns(const Json& list, const std::string& name,
                          std::vector<std::string>& out) {
  if (!list.is_array()) return name + " must be a list of case numbers, as [\"1.*\"]";
  for (const Json& one : list) {
    if (!one.is_string()) return name + " must hold texts, as \"1.*\"";
    out.push_back(one.get<std::string>());
  }
  return {};
}

std::string read_servers(const Json& list, AutobahnSpec& spec) {
  if (!list.is_array()) return "servers must be a list, as [{\"url\": \"ws://127.0.0.1:9001\"}]";
  for (const Json& one : list) {
    AutobahnSpec::Server server;
    if (one.is_object()) server.url = text_at(one, "url");
    if (server.url.empty()) return "each of servers needs a \"url\"";
    server.agent = text_at(one, "agent");
    if (server.agent.empty()) server.agent = server.url;
    server.hostname = text_at(one, "hostname");
    for (const char* key : {"options", "origin", "protocols"}) {
      if (one.contains(key)) spec.unused.push_back(std::string("servers.") + key);
    }
    spec.servers.push_back(std::move(server));
  }
  return {};
}

std::string read_excluded_for(const Json& map, AutobahnSpec& spec) {
  if (!map.is_object()) return "exclude-agent-cases must be a map, as {\"my agent\": [\"1.*\"]}";
  for (const auto& [agent, list] : map.items()) {
    spec.excluded_for.emplace_back(agent, std::vector<std::string>());
    std::string wrong = read_patterns(list, "exclude-agent-cases", spec.excluded_for.back().second);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

std::string read_key(const std::string& key, const Json& value, AutobahnSpec& spec) {
  if (key == "servers") return read_servers(value, spec);
  if (key == "cases") return read_patterns(value, key, spec.cases);
  if (key == "exclude-cases") return read_patterns(value, key, spec.excluded);
  if (key == "exclude-agent-cases") return read_excluded_for(value, spec);
  std::string* const text = key == "outdir" ? &spec.outdir
                            : key == "url"  ? &spec.url
                            : key == "key"  ? &spec.key
                            : key == "cert" ? &spec.certificate
                                            : nullptr;
  if (text == nullptr) {
    spec.unused.push_back(key);
  } else if (!value.is_string()) {
    return key + " must be a text";
  } else {
    *text = value.get<std::string>();
  }
  return {};
}

bool any_matches(const std::vector<std::string>& patterns, const std::string& text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return autobahn_matches(pattern, text); });
}

std::set<std::string> all_numbers(const CaseSet& set) {
  std::set<std::string> all;
  for (const Case& one : set.cases) all.insert(one.autobahn.begin(), one.autobahn.end());
  return all;
}

}  // namespace

std::string read_autobahn_spec(const std::string& file, AutobahnSpec& spec) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return file + ": Autobahn's spec file cannot be read";
  const Json json = Json::parse(in, nullptr, false);
  if (!json.is_object())
    return file + ": not a JSON object; Autobahn's spec looks like {\"cases\": [\"*\"]}";
  spec.file = file;
  for (const auto& [key, value] : json.items()) {
    std::string wrong = read_key(key, value, spec);
    if (!wrong.empty()) return wrong.insert(0, file + ": ");
  }
  if (spec.cases.empty()) spec.cases = {"*"};
  return {};
}

bool autobahn_matches(const std::string& pattern, const std::string& text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string::npos) return pattern == text;
  if (text.compare(0, star, pattern, 0, star) != 0) return false;
  std::size_t at = star;
  for (std::size_t i = star; i < pattern.size();) {
    const std::size_t next = std::min(pattern.find('*', i + 1), pattern.size());
    const std::string piece = pattern.substr(i + 1, next - i - 1);
    const std::size_t found = text.find(piece, at);
    if (found == std::string::npos) return false;
    at = found + piece.size();
    i = next;
  }
  return true;
}

std::vector<std::string> numbers_of(const AutobahnSpec& spec, const CaseSet& set) {
  std::vector<std::string> out;
  for (const std::string& number : all_numbers(set)) {
    if (any_matches(spec.cases, number) && !any_matches(spec.excluded, number))
      out.push_back(number);
  }
  return out;
}

std::vector<std::string> numbers_of(const AutobahnSpec& spec, const CaseSet& set,
                                    const std::string& agent) {
  std::vector<std::string> out = numbers_of(spec, set);
  for (const auto& [pattern, cases] : spec.excluded_for) {
    if (!autobahn_matches(pattern, agent)) continue;
    std::erase_if(out, [&, &patterns = cases](const std::string& number) {
      return any_matches(patterns, number);
    });
  }
  return out;
}

std::string unknown_number(const AutobahnSpec& spec, const CaseSet& set) {
  const std::set<std::string> all = all_numbers(set);
  for (const std::string& pattern : spec.cases) {
    const bool found = std::any_of(all.begin(), all.end(), [&](const std::string& number) {
      return autobahn_matches(pattern, number);
    });
    if (!found) return pattern;
  }
  return {};
}

}  // namespace conform::cli
