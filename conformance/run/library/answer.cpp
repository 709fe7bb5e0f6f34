// SPDX-License-Identifier: Apache-2.0
#include "run/library/answer.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "case/reading.hpp"
#include "wire/describe.hpp"
#include "wire/digest.hpp"
#include "wire/utf8.hpp"

namespace conform {

using nlohmann::json;
using wire::Octets;

json json_of(const Octets& octets) {
  if (wire::valid_utf8(octets)) return octets;
  return {{"base64", wire::base64(octets)}};
}

std::optional<Octets> octets_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  Octets out;
  const bool coded = value.is_object() && value.contains("base64") && value["base64"].is_string();
  if (!coded || !wire::from_base64(value["base64"].get<std::string>(), out)) return std::nullopt;
  return out;
}

static std::string read_one(const json& line, CallAnswer& out) {
  for (auto [name, field] : {std::pair{"skipped", &out.skipped}, {"errored", &out.errored}}) {
    if (!line.contains(name)) continue;
    if (!line[name].is_string()) return std::string(name) + " is no text";
    *field = line[name].get<std::string>();
    if (field->empty()) *field = "no reason given";
    return {};
  }
  const json tag = line.value("tag", json());
  if (tag != "Success" && tag != "Error") return "tag is neither Success nor Error";
  out.success = tag == "Success";
  out.value = line.value("value", json());
  if (line.contains("raw") && line["raw"].is_number_integer())
    out.raw = line["raw"].get<std::int64_t>();
  if (out.success) return {};
  out.no_message = line.contains("message") && line["message"].is_null();
  if (out.no_message) return {};
  const auto message = octets_of(line.value("message", json("")));
  if (!message) return "message is no text";
  out.message = *message;
  return {};
}

std::string read_answers(const json& line, std::vector<CallAnswer>& out) {
  const json several = line.value("answers", json());
  if (!several.is_array()) return read_one(line, out.emplace_back());
  for (const json& one : several) {
    if (!one.is_object()) return "one of the answers is no object";
    std::string why = read_one(one, out.emplace_back());
    if (!why.empty()) return why;
  }
  return out.empty() ? "answers is empty" : "";
}

static std::string describe(const CallAnswer& one) {
  if (!one.skipped.empty()) return "skipped: " + one.skipped;
  if (!one.errored.empty()) return "errored: " + one.errored;
  std::string out = one.success ? "Success" : "Error";
  if (!one.value.is_null()) {
    std::string value = one.value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (value.size() > 200) value = value.substr(0, 200) + "…";
    out += " " + value;
  }
  if (!one.message.empty()) out += " \"" + one.message.substr(0, 300) + "\"";
  if (!one.success && one.raw) out += " (" + std::to_string(*one.raw) + ")";
  return out;
}

std::string describe(const std::vector<CallAnswer>& answers) {
  std::string out;
  std::size_t shown = 0;
  for (const CallAnswer& one : answers) {
    if (++shown > 4) return out + ", …";
    out += (out.empty() ? "" : ", ") + describe(one);
  }
  return out;
}

std::string mismatch(const TextExpect& expect, const std::string& text, const AnswerFacts& facts) {
  const std::string shown = wire::describe(text);
  if (expect.equals) {
    const std::string wanted = facts.fill(facts.payloads.make(*expect.equals));
    if (text != wanted) return "is " + shown + ", not " + wire::describe(wanted);
  }
  for (const std::string& part : expect.includes) {
    if (text.find(facts.fill(part)) == std::string::npos)
      return "is " + shown + ", without \"" + facts.fill(part) + "\"";
  }
  for (const std::string& part : expect.excludes) {
    if (text.find(facts.fill(part)) != std::string::npos)
      return "is " + shown + ", with \"" + facts.fill(part) + "\"";
  }
  return {};
}

static bool same_value(const Tree& wanted, const json& value, const AnswerFacts& facts) {
  if (wanted.is_null()) return value.is_null();
  if (wanted.is_list()) {
    if (!value.is_array() || value.size() != wanted.list.size()) return false;
    for (std::size_t i = 0; i < wanted.list.size(); ++i) {
      if (!same_value(wanted.list[i], value[i], facts)) return false;
    }
    return true;
  }
  if (wanted.is_scalar() && wanted.scalar == "id")
    return value.is_number_integer() && value.get<std::int64_t>() > 0;
  if (value.is_object() && !value.contains("base64")) {
    return wanted.is_map() && std::all_of(wanted.map.begin(), wanted.map.end(), [&](auto& entry) {
             return value.contains(entry.first.scalar) &&
                    same_value(entry.second, value[entry.first.scalar], facts);
           });
  }
  const json argument = argument_of(wanted, facts);
  if (argument == value) return true;
  const auto a = octets_of(argument);
  const auto b = octets_of(value);
  return a && b && *a == *b;
}

static std::string mismatch_one(const AnswerExpect& expect, const CallAnswer& one,
                                const AnswerFacts& facts) {
  std::string came = "the answer was " + describe(one);
  if (!one.errored.empty()) return came;
  // Where only some threads have to succeed, each may have either.
  if (!expect.successes && expect.success.value_or(one.success) != one.success) return came;
  if (one.success && expect.value && !same_value(*expect.value, one.value, facts))
    return came + ", not the expected value";
  for (const std::string& other : expect.unlike) {
    if (one.success && one.value.dump() == facts.fill(other))
      return came + ", a value that was given out before";
  }
  if (one.success && expect.count && facts.numbers && one.raw != expect.count)
    return came + ", not " + std::to_string(*expect.count);
  if (one.success) return {};
  if (facts.numbers) {
    const std::int64_t raw = one.raw.value_or(0);
    if (raw >= 0) return came + ", and an error has to be a number below zero";
    const std::int64_t wanted =
        expect.code.value_or(facts.table ? expect.table.value_or(raw) : raw);
    return raw == wanted ? "" : came + ", not " + std::to_string(wanted);
  }
  if (one.no_message) return {};
  // Osprey §14.2: an Err says what went wrong.
  if (one.message.empty()) return came + ", an Error without a message";
  if (!wire::valid_utf8(one.message)) return came + ", a message that is not UTF-8";
  if (!expect.message) return {};
  const std::string why = mismatch(*expect.message, one.message, facts);
  return why.empty() ? "" : "the message " + why;
}

std::string mismatch(const AnswerExpect& expect, const std::vector<CallAnswer>& answers,
                     const AnswerFacts& facts) {
  int successes = 0;
  std::set<std::string> values;
  for (const CallAnswer& one : answers) {
    std::string why = mismatch_one(expect, one, facts);
    if (!why.empty()) return why;
    if (!one.success) continue;
    ++successes;
    if (!values.insert(one.value.dump()).second && expect.distinct)
      return "two threads got the same value " + one.value.dump();
  }
  if (expect.successes && successes != *expect.successes) {
    return std::to_string(successes) + " of " + std::to_string(answers.size()) +
           " threads had Success, not " + std::to_string(*expect.successes);
  }
  return {};
}

static std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

json argument_of(const Tree& tree, const AnswerFacts& facts) {
  if (tree.is_null()) return nullptr;
  if (tree.is_list()) {
    json out = json::array();
    for (const Tree& one : tree.list) out.push_back(argument_of(one, facts));
    return out;
  }
  if (tree.is_scalar()) {
    const std::string text = facts.fill(tree.scalar);
    if (const auto number = number_of(text)) return *number;
    if (text == "true" || text == "false") return text == "true";
    return json_of(text);
  }
  if (const Tree* text = tree.find("string")) return json_of(facts.fill(text->scalar));
  for (const char* word : {"hex", "size", "repeat", "join"}) {
    if (tree.find(word) == nullptr) continue;
    Problems problems;
    Reading in("", problems);
    return json_of(facts.payloads.make(read_payload(in, tree)));
  }
  json out = json::object();
  for (const auto& [key, value] : tree.map) out[key.scalar] = argument_of(value, facts);
  return out;
}

}  // namespace conform
