// SPDX-License-Identifier: Apache-2.0
#include "run/library/library_hello.hpp"

#include <algorithm>

#include "case/read_call.hpp"

namespace conform {

using nlohmann::json;

namespace {

constexpr const char* kMessageHandlers = "message handlers";

bool has(const std::vector<std::string>& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> texts_at(const json& object, const char* key) {
  std::vector<std::string> out;
  for (const json& one : object.value(key, json())) {
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}

std::map<std::string, std::string> pairs_of(const json& object) {
  std::map<std::string, std::string> out;
  if (!object.is_object()) return out;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
  return out;
}

// Does more with its messages than to be told them, or waits for one.
bool needs_message_handler(const Step& step) {
  for (const auto& [name, value] : step.library.call.arguments) {
    const bool plain = value.is_null() || (value.is_scalar() && value.scalar == "collect");
    if (name == "messageHandler" && !plain) return true;
  }
  return step.library.event.kind == "message";
}

// Drivers that name no missing functions are asked by the text's list.
void add_missing(DriverHello& hello) {
  for (const std::string& edition : hello.editions) {
    const auto* const all = functions_of(edition);
    if (all == nullptr || hello.missing.count(edition) != 0) continue;
    hello.all[edition] = all->size();
    for (const std::string_view one : *all) {
      const std::string name(one);
      if (!hello.offers(edition, name)) hello.missing[edition][name] = name;
    }
  }
}

}  // namespace

bool DriverHello::offers(const std::string& edition, const std::string& function) const {
  for (const std::string& key : {edition, std::string()}) {
    const auto found = functions.find(key);
    if (found != functions.end() && has(found->second, function)) return true;
  }
  return false;
}

bool DriverHello::speaks(const std::string& edition) const {
  return has(editions, edition);
}

std::string DriverHello::lack_of(const Case& one) const {
  if (!one.edition.empty() && !speaks(one.edition)) return "no edition " + one.edition;
  for (const Step& step : one.steps) {
    const std::string& function = step.library.call.function;
    if (!function.empty() && !offers(one.edition, function)) return "no " + function;
    if (has(lacks, kMessageHandlers) && needs_message_handler(step)) return "no message handlers";
  }
  return {};
}

std::string DriverHello::named(const std::string& edition, const std::string& function) const {
  const auto of = missing.find(edition);
  if (of == missing.end() || of->second.count(function) == 0) return function;
  const std::string& theirs = of->second.at(function);
  const auto other = near.find(theirs);
  const std::string shown = theirs == function ? function : function + " (" + theirs + ")";
  return other == near.end() ? shown : shown + "; it has " + other->second + ", which is nearly it";
}

std::string read_hello(const json& hello, DriverHello& out) {
  if (!hello.is_object()) return "the driver's hello is no object";
  out = DriverHello();
  out.name = text_at(hello, "name");
  out.version = text_at(hello, "version");
  out.editions = texts_at(hello, "editions");
  if (out.editions.empty()) return "the driver's hello names no editions";
  const json functions = hello.value("functions", json());
  if (functions.is_object()) {
    for (const auto& [edition, names] : functions.items())
      out.functions[edition] = texts_at(functions, edition.c_str());
  } else {
    out.functions[""] = texts_at(hello, "functions");
  }
  const json missing = hello.value("missing", json());
  if (missing.is_object()) {
    for (const auto& [edition, names] : missing.items()) out.missing[edition] = pairs_of(names);
  }
  const json all = hello.value("all", json());
  if (all.is_object()) {
    for (const auto& [edition, count] : all.items()) {
      if (count.is_number_unsigned()) out.all[edition] = count.get<std::size_t>();
    }
  }
  out.near = pairs_of(hello.value("near", json()));
  out.lacks = texts_at(hello, "lacks");
  out.arguments = texts_at(hello, "arguments");
  for (const json& shape : hello.value("shapes", json())) {
    if (!shape.is_object()) continue;
    out.shapes.push_back({text_at(shape, "key"), text_at(shape, "is"), text_at(shape, "from"),
                          text_at(shape, "why")});
  }
  add_missing(out);
  return {};
}

LibraryHead head_of(const DriverHello& hello) {
  LibraryHead out;
  out.editions = hello.editions;
  out.shapes = hello.shapes;
  for (const std::string& edition : hello.editions) {
    const auto all = hello.all.find(edition);
    if (all == hello.all.end()) continue;
    LibraryHead::Functions one;
    one.edition = edition;
    one.all = all->second;
    const auto missing = hello.missing.find(edition);
    if (missing != hello.missing.end()) {
      for (const auto& [name, c_name] : missing->second) one.missing.push_back(c_name);
    }
    out.functions.push_back(std::move(one));
  }
  for (const auto& [name, other] : hello.near) out.near.emplace_back(name, other);
  return out;
}

}  // namespace conform
