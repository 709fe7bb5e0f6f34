// SPDX-License-Identifier: Apache-2.0
#include "case/reading.hpp"

namespace conform {

static const std::vector<std::string_view> kParts = {
    "method", "target", "version",      "status", "reason", "start-line", "eol",
    "end",    "accept", "header-lines", "order",  "body",   "first",      "chunked"};

static std::optional<std::string>* text_part(Handshake& out, const std::string& word) {
  if (word == "method") return &out.method;
  if (word == "target") return &out.target;
  if (word == "version") return &out.version;
  if (word == "status") return &out.status;
  if (word == "reason") return &out.reason;
  if (word == "start-line") return &out.start_line;
  if (word == "eol") return &out.eol;
  if (word == "end") return &out.end;
  return nullptr;
}

static void read_header(Reading& in, const Tree& key, const Tree& value, Handshake& out) {
  HeaderChange change;
  change.name = key.scalar;
  if (value.is_list()) {
    for (const Tree& line : value.list) change.values.push_back(read_payload(in, line));
  } else if (!value.is_null()) {
    change.values.push_back(read_payload(in, value));
  }
  out.headers.push_back(std::move(change));
}

// What a part of a start line is written as, where it is no plain text.
static std::string flat(const Payload& payload) {
  if (payload.kind == Payload::Kind::octets) return payload.octets;
  std::string once;
  for (const Payload& part : payload.parts) once += flat(part);
  if (payload.kind != Payload::Kind::repeat) return once;
  std::string out;
  for (std::uint64_t i = 0; i < payload.times; ++i) out += once;
  return out;
}

std::string read_flat_text(Reading& in, const Tree& tree, std::string_view field) {
  return tree.is_map() ? flat(read_payload(in, tree)) : in.text(tree, field);
}

static void read_part(Reading& in, const Tree& key, const Tree& value, Handshake& out) {
  const std::string& word = key.scalar;
  if (auto* part = text_part(out, word)) {
    *part = read_flat_text(in, value, word);
  } else if (word == "accept") {
    const auto change = in.word(
        value, word,
        {"valid", "other-key", "truncated", "unpadded", "case-flipped", "key-itself", "empty"});
    out.accept = static_cast<AcceptChange>(change.value_or(0));
  } else if (word == "header-lines") {
    if (value.is_list()) {
      for (const Tree& line : value.list) out.header_lines.push_back(read_payload(in, line));
    } else {
      out.header_lines.push_back(read_payload(in, value));
    }
  } else if (word == "order") {
    out.reversed = in.word(value, word, {"reversed"}).has_value();
  } else if (word == "body" || word == "chunked") {
    out.body = read_payload(in, value);
    out.chunked = word == "chunked";
  } else {
    out.first = in.number(value, word);
  }
}

Handshake read_handshake(Reading& in, const Tree& tree) {
  Handshake out;
  if (tree.is_null() || !in.is_map(tree, "a handshake")) return out;
  for (const auto& [key, value] : tree.map) {
    bool part = false;
    for (const auto word : kParts) part = part || key.scalar == word;
    if (part) {
      read_part(in, key, value, out);
    } else {
      read_header(in, key, value, out);
    }
  }
  return out;
}

}  // namespace conform
