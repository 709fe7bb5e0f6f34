// SPDX-License-Identifier: Apache-2.0
#include "run/match/header_match.hpp"

#include <algorithm>

#include "case/read_expect.hpp"
#include "case/value.hpp"

namespace conform {

using wire::HttpHead;

static constexpr Choice kForm{"date", "current-date", "number", "tokens"};
static constexpr WholeNumber kResponse{1, 1000};
static constexpr WholeNumber kCount{0, 100000};

static void read_header_map(Reading& in, const Tree& tree, HeaderExpect& out) {
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "contains") {
      out.contains = in.text(value, "contains");
    } else if (key.scalar == "equals") {
      out.equals = in.text(value, "equals");
    } else if (key.scalar == "lacks") {
      out.lacks = in.texts(value, "lacks");
    } else if (key.scalar == "not") {
      out.differs = in.text(value, "not");
    } else if (key.scalar == "includes") {
      out.includes = in.text(value, "includes");
    } else if (key.scalar == "excludes") {
      out.excludes = in.text(value, "excludes");
    } else if (key.scalar == "is") {
      const auto form = kForm.read(in, value, "is");
      if (form) out.form = static_cast<HeaderForm>(*form + 1);
    } else if (key.scalar == "same-as") {
      out.same_as = kResponse.read(in, value, "same-as");
    } else if (key.scalar == "count") {
      out.count = kCount.read(in, value, "count");
    } else if (key.scalar == "one-of") {
      for (const Tree& element : value.list) {
        if (element.is_null()) {
          out.one_of_absent = true;
        } else {
          out.one_of.push_back(in.text(element, "one-of"));
        }
      }
    } else {
      in.unknown(key, "a header's expectation",
                 {"contains", "equals", "excludes", "includes", "lacks", "count", "one-of", "is",
                  "same-as", "not"});
    }
  }
}

std::vector<HeaderExpect> read_header_expects(Reading& in, const Tree& tree) {
  std::vector<HeaderExpect> all;
  if (!in.is_map(tree, "headers")) return all;
  for (const auto& [key, value] : tree.map) {
    HeaderExpect out;
    out.name = key.scalar;
    out.text = one_line(value);
    if (value.is_map()) {
      read_header_map(in, value, out);
    } else if (value.is_null() || (value.is_scalar() && value.scalar == "absent")) {
      out.absent = true;
    } else if (value.is_scalar() && value.scalar == "present") {
      out.present = true;
    } else if (value.is_scalar() && value.scalar == "first") {
      out.present = out.leads = true;
    } else {
      out.equals = in.text(value, key.scalar);
    }
    all.push_back(std::move(out));
  }
  return all;
}

std::string header_expects_schema() {
  const std::string text = PlainText::schema();
  const std::string map = map_schema({{"contains", text},
                                      {"equals", text},
                                      {"lacks", Texts::schema()},
                                      {"not", text},
                                      {"includes", text},
                                      {"excludes", text},
                                      {"is", kForm.schema()},
                                      {"same-as", kResponse.schema()},
                                      {"count", kCount.schema()},
                                      {"one-of", list_schema(text)}});
  return any_schema(
      {R"({"type": "object", "additionalProperties": )" + any_schema({text, map}) + "}"});
}

std::string shown(const std::optional<std::string>& value) {
  return value ? "\"" + *value + "\"" : std::string("absent");
}

static Outcome match_header(const HeaderExpect& wanted, const HttpHead& head,
                            const HandshakeFacts* handshake) {
  const auto values = head.values(wanted.name);
  const auto value = head.first(wanted.name);
  const auto fill = [&](const std::string& text) {
    return handshake != nullptr ? fill_placeholders(text, *handshake) : text;
  };
  const auto differs = [&] {
    return Outcome::no("header " + wanted.name + " is " + shown(value) + ", expected " +
                       wanted.text);
  };
  if (wanted.absent && value) return differs();
  if (wanted.present && !value) return differs();
  if (wanted.equals && (!value || *value != fill(*wanted.equals))) return differs();
  if (wanted.contains && !head.has_token(wanted.name, fill(*wanted.contains))) return differs();
  for (const std::string& token : wanted.lacks) {
    if (head.has_token(wanted.name, fill(token))) return differs();
  }
  if (wanted.differs && value && *value == fill(*wanted.differs)) return differs();
  if (wanted.leads && !wire::same_name(head.headers.front().name, wanted.name)) {
    return Outcome::no("the first header is " + head.headers.front().name + ", expected " +
                       wanted.name);
  }
  std::string all;
  for (const std::string& one : values) all += one + "\n";
  if (wanted.includes && all.find(fill(*wanted.includes)) == std::string::npos) return differs();
  if (wanted.excludes && all.find(fill(*wanted.excludes)) != std::string::npos) return differs();
  if (wanted.count && static_cast<int>(values.size()) != *wanted.count) {
    return Outcome::no("there are " + std::to_string(values.size()) + " headers " + wanted.name +
                       ", expected " + std::to_string(*wanted.count));
  }
  if (value && !std::all_of(values.begin(), values.end(),
                            [&](const std::string& one) { return has_form(one, wanted.form); })) {
    return differs();
  }
  if (!wanted.one_of.empty() || wanted.one_of_absent) {
    bool found = !value && wanted.one_of_absent;
    for (const std::string& one : wanted.one_of)
      found = found || (value && wire::same_name(*value, fill(one)));
    if (!found) return differs();
  }
  return Outcome::yes();
}

Outcome match_headers(const std::vector<HeaderExpect>& expected, const HttpHead& head,
                      const HandshakeFacts* handshake) {
  for (const HeaderExpect& wanted : expected) {
    Outcome one = match_header(wanted, head, handshake);
    if (one.answer == Answer::no) return one;
  }
  return Outcome::yes();
}

}  // namespace conform
