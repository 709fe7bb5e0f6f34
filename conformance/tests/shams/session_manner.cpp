// SPDX-License-Identifier: Apache-2.0
// What RFC 6455 leaves to the application: greetings, envelopes, messages nobody asked for.
#include "session.hpp"
#include "text.hpp"

namespace sham {

namespace {

// As a JSON string has it. The solidus may be escaped, and is.
std::string json_escaped(const std::string& text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '/') {
      result += "\\/";
    } else if (octet(c) < 0x20) {
      result += "\\u00";
      result += kDigits[octet(c) >> 4U];
      result += kDigits[octet(c) & 15U];
    } else {
      result += c;
    }
  }
  return result;
}

void replace(std::string& text, const std::string& place, const std::string& value) {
  const std::size_t at = text.find(place);
  if (at != std::string::npos) {
    text.replace(at, place.size(), value);
  }
}

// One number more with each call: no two greetings or envelopes are alike.
std::string next_number() {
  static int number = 7;
  return std::to_string(number += 37);
}

}  // namespace

void Session::greet() {
  for (std::string text : options_->greetings) {
    replace(text, "{n}", next_number());
    sender_.message(true, text);
  }
}

std::string Session::enveloped(const std::string& message) {
  std::string result = options_->envelope;
  const bool json = result.starts_with("{");
  replace(result, "{n}", next_number());
  replace(result, "{payload}", json ? json_escaped(message) : message);
  return result;
}

void Session::tick() {
  if (options_->tick_every != 0 && ++answered_ % options_->tick_every == 0 && life_ == Life::open) {
    sender_.message(true, "tick " + next_number());
  }
}

}  // namespace sham
