// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "case/reading.hpp"

namespace conform {

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static std::string read_hex(Reading& in, const Tree& tree) {
  std::string out;
  int high = -1;
  for (const char c : in.text(tree, "hex")) {
    if (c == ' ' || c == '\n') continue;
    const int value = hex_digit(c);
    if (value < 0) {
      in.bad(tree, "hex holds something that is no hexadecimal digit", "write pairs like 'ce ba'");
      return out;
    }
    if (high >= 0) out += static_cast<char>(high * 16 + value);
    high = high >= 0 ? -1 : value;
  }
  if (high >= 0) in.bad(tree, "hex ends in the middle of an octet", "write two digits an octet");
  return out;
}

// A payload is held in memory as a whole.
static constexpr std::uint64_t kMostOctets = std::uint64_t{4} << 30U;

// How large it may come to be, whatever the profile. A declared limit counts as nothing here.
static std::uint64_t octets_of(const Payload& payload) {
  switch (payload.kind) {
    case Payload::Kind::octets:
      return payload.octets.size();
    case Payload::Kind::sized:
      return std::max(payload.size.octets, payload.size.octets_full);
    case Payload::Kind::repeat:
      return octets_of(payload.parts[0]) * payload.times;
    case Payload::Kind::join:
      break;
  }
  std::uint64_t sum = 0;
  for (const Payload& part : payload.parts) sum += octets_of(part);
  return sum;
}

static Payload read_sized(Reading& in, const Tree& tree) {
  Payload out;
  out.kind = Payload::Kind::sized;
  const Tree& size = *tree.find("size");
  if (size.is_scalar() && size.scalar == "at-limit") {
    out.size.kind = Size::Kind::at_limit;
  } else if (size.is_scalar() && size.scalar == "over-limit") {
    out.size.kind = Size::Kind::over_limit;
  } else if (size.find("default") != nullptr && size.find("full") != nullptr) {
    out.size.octets = in.size_to(*size.find("default"), "default", kMostOctets);
    out.size.octets_full = in.size_to(*size.find("full"), "full", kMostOctets);
  } else {
    out.size.octets = out.size.octets_full = in.size_to(size, "size", kMostOctets);
  }
  if (const Tree* of = tree.find("of")) {
    const auto fill = in.word(*of, "of", {"ascii", "random", "utf8", "json", "html", "zero"});
    out.fill = static_cast<Fill>(fill.value_or(0));
  }
  return out;
}

static Payload read_repeat(Reading& in, const Tree& tree) {
  Payload out;
  out.kind = Payload::Kind::repeat;
  out.parts.push_back(read_payload(in, *tree.find("repeat")));
  const Tree* times = tree.find("times");
  if (times == nullptr) {
    in.bad(tree, "repeat without times", "add 'times: N'");
  } else {
    out.times = in.number(*times, "times");
    const std::uint64_t each = std::max<std::uint64_t>(1, octets_of(out.parts[0]));
    if (out.times > kMostOctets / each) {
      in.bad(*times, "this payload would be larger than 4 GiB", "repeat it less often");
      out.times = 0;
    }
  }
  return out;
}

Payload read_payload(Reading& in, const Tree& tree) {
  Payload out;
  if (tree.is_scalar()) {
    out.octets = tree.scalar;
    return out;
  }
  if (tree.is_null()) return out;
  if (!in.is_map(tree, "a payload")) return out;
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (word != "hex" && word != "size" && word != "of" && word != "repeat" && word != "times" &&
        word != "join") {
      in.unknown(key, "a payload", {"hex", "size", "of", "repeat", "times", "join"});
    }
  }
  if (const Tree* hex = tree.find("hex")) {
    out.octets = read_hex(in, *hex);
  } else if (tree.find("size") != nullptr) {
    out = read_sized(in, tree);
  } else if (tree.find("repeat") != nullptr) {
    out = read_repeat(in, tree);
  } else if (const Tree* join = tree.find("join")) {
    out.kind = Payload::Kind::join;
    for (const Tree& part : join->list) out.parts.push_back(read_payload(in, part));
  } else {
    in.bad(tree, "a payload without hex, size, repeat or join", "say what its octets are");
  }
  return out;
}

}  // namespace conform
