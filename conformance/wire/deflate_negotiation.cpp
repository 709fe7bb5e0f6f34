// SPDX-License-Identifier: Apache-2.0
#include "wire/deflate_negotiation.hpp"

#include <algorithm>

#include "wire/http.hpp"

namespace conform::wire {

static constexpr std::string_view kServerTakeover = "server_no_context_takeover";
static constexpr std::string_view kClientTakeover = "client_no_context_takeover";
static constexpr std::string_view kServerBits = "server_max_window_bits";
static constexpr std::string_view kClientBits = "client_max_window_bits";

bool Extension::has(std::string_view parameter) const {
  return std::any_of(parameters.begin(), parameters.end(),
                     [&](const auto& p) { return p.first == parameter; });
}

std::optional<std::string> Extension::value(std::string_view parameter) const {
  for (const auto& [key, text] : parameters) {
    if (key == parameter) return text;
  }
  return std::nullopt;
}

static bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 32 && c < 127 &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  });
}

static std::vector<std::string_view> split_semicolons(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') quoted = !quoted;
    if (i < text.size() && (quoted || text[i] != ';')) continue;
    parts.push_back(trim(text.substr(start, i - start)));
    start = i + 1;
  }
  return parts;
}

// A backslash inside quotes stands for the octet behind it.
static std::string unescaped(std::string_view quoted) {
  std::string out;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] == '\\' && i + 1 < quoted.size()) ++i;
    out += quoted[i];
  }
  return out;
}

static bool parse_parameter(std::string_view text, Extension& out) {
  const auto equals = text.find('=');
  const auto name = trim(text.substr(0, equals));
  if (!is_token(name)) return false;
  if (equals == std::string_view::npos) {
    out.parameters.emplace_back(name, std::nullopt);
    return true;
  }
  std::string value(trim(text.substr(equals + 1)));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = unescaped(std::string_view(value).substr(1, value.size() - 2));
  }
  if (!is_token(value)) return false;
  out.parameters.emplace_back(name, std::move(value));
  return true;
}

std::optional<std::vector<Extension>> parse_extensions(const std::vector<std::string>& elements) {
  std::vector<Extension> all;
  for (const std::string& element : elements) {
    Extension extension;
    bool first = true;
    for (const auto part : split_semicolons(element)) {
      if (first) {
        if (!is_token(part)) return std::nullopt;
        extension.name = part;
      } else if (!parse_parameter(part, extension)) {
        return std::nullopt;
      }
      first = false;
    }
    all.push_back(std::move(extension));
  }
  return all;
}

static std::optional<int> window_bits(const std::optional<std::string>& text) {
  // RFC 7692 §7.1.2: a decimal from 8 to 15 without a leading zero.
  static const std::vector<std::string> legal = {"8", "9", "10", "11", "12", "13", "14", "15"};
  if (!text) return std::nullopt;
  const auto found = std::find(legal.begin(), legal.end(), *text);
  if (found == legal.end()) return std::nullopt;
  return 8 + static_cast<int>(found - legal.begin());
}

static bool read_parameter(const std::string& name, const std::optional<std::string>& value,
                           DeflateAgreement& out, std::string& why) {
  if (name == kServerTakeover || name == kClientTakeover) {
    if (value) why = name + " has a value";
    (name == kServerTakeover ? out.server_no_context_takeover : out.client_no_context_takeover) =
        true;
  } else if (name == kServerBits || name == kClientBits) {
    const auto bits = window_bits(value);
    if (!bits) why = name + " needs a value from 8 to 15";
    (name == kServerBits ? out.server_max_window_bits : out.client_max_window_bits) =
        bits.value_or(15);
  } else {
    why = "parameter " + name + " is not defined";
  }
  return why.empty();
}

std::optional<DeflateAgreement> read_deflate_answer(const Extension& answer, std::string& why) {
  DeflateAgreement agreement;
  why.clear();
  for (std::size_t i = 0; i < answer.parameters.size(); ++i) {
    const auto& [name, value] = answer.parameters[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (answer.parameters[j].first == name) why = "parameter " + name + " twice";
    }
    if (!why.empty() || !read_parameter(name, value, agreement, why)) return std::nullopt;
  }
  return agreement;
}

bool legal_deflate_offer(const Extension& offer) {
  for (std::size_t i = 0; i < offer.parameters.size(); ++i) {
    const auto& [name, value] = offer.parameters[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (offer.parameters[j].first == name) return false;
    }
    DeflateAgreement ignored;
    std::string why;
    if (name == kClientBits && !value) continue;
    if (!read_parameter(name, value, ignored, why)) return false;
  }
  return offer.name == "permessage-deflate";
}

static std::string against_offer(const Extension& answer, const DeflateAgreement& agreed,
                                 const Extension& offer) {
  if (!legal_deflate_offer(offer)) return "the offer is not one that can be accepted";
  // RFC 7692 §7.1.1.1: what the client asks of the server has to stand in the answer.
  if (offer.has(kServerTakeover) && !agreed.server_no_context_takeover) {
    return "the answer lacks server_no_context_takeover, which the offer asks for";
  }
  if (offer.has(kServerBits)) {
    const int most = window_bits(offer.value(kServerBits)).value_or(15);
    if (!answer.has(kServerBits)) {
      return "the answer lacks server_max_window_bits, which the offer asks for";
    }
    if (agreed.server_max_window_bits > most) {
      return "the answer's server_max_window_bits is larger than the offer's";
    }
  }
  // RFC 7692 §7.1.2.2: only a client that offered it can be told its window.
  if (answer.has(kClientBits) && !offer.has(kClientBits)) {
    return "the answer has client_max_window_bits, which was not offered";
  }
  return {};
}

std::string illegal_answer(const Extension& answer, const std::vector<Extension>& offers) {
  std::string why;
  const auto agreed = read_deflate_answer(answer, why);
  if (!agreed) return why;
  why = "permessage-deflate was not offered";
  for (const Extension& offer : offers) {
    if (offer.name != "permessage-deflate") continue;
    why = against_offer(answer, *agreed, offer);
    if (why.empty()) return {};
  }
  return why;
}

}  // namespace conform::wire
