// SPDX-License-Identifier: Apache-2.0
#include "wire/extensions.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "wire/http_head.hpp"

namespace osprey::wire {
namespace {

constexpr std::string_view kDeflate = "permessage-deflate";
constexpr std::string_view kServerNoContext = "server_no_context_takeover";
constexpr std::string_view kClientNoContext = "client_no_context_takeover";
constexpr std::string_view kServerWindow = "server_max_window_bits";
constexpr std::string_view kClientWindow = "client_max_window_bits";
constexpr int kFullWindow = 15;

// Reads one line's value from left to right, each octet once.
class ListReader {
 public:
  explicit ListReader(std::string_view text) noexcept : rest_(text) {}

  bool read_into(std::vector<Extension>& list) {
    for (;;) {
      skip_blanks();
      if (rest_.empty()) {
        return true;
      }
      if (take(',')) {
        continue;
      }
      Extension extension;
      if (!read_extension(extension)) {
        return false;
      }
      list.push_back(std::move(extension));
      skip_blanks();
      if (!rest_.empty() && !take(',')) {
        return false;
      }
    }
  }

 private:
  void skip_blanks() noexcept {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }

  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  std::string read_token() {
    std::size_t size = 0;
    while (size < rest_.size() && is_token_char(rest_[size])) {
      ++size;
    }
    std::string token(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return token;
  }

  bool read_value(std::string& value) {
    if (take('"')) {
      return read_quoted(value);
    }
    value = read_token();
    return !value.empty();
  }

  bool read_quoted(std::string& value) {
    while (!rest_.empty()) {
      if (take('"')) {
        // RFC 6455 §9.1: what a quoted value means, after unescaping, is a token too.
        return is_token(value);
      }
      if (take('\\') && rest_.empty()) {
        return false;
      }
      value.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return false;
  }

  bool read_extension(Extension& extension) {
    extension.name = read_token();
    if (extension.name.empty()) {
      return false;
    }
    for (skip_blanks(); take(';'); skip_blanks()) {
      skip_blanks();
      ExtensionParameter parameter{read_token(), std::nullopt};
      if (parameter.name.empty()) {
        return false;
      }
      skip_blanks();
      if (take('=')) {
        skip_blanks();
        if (!read_value(parameter.value.emplace())) {
          return false;
        }
      }
      extension.parameters.push_back(std::move(parameter));
    }
    return true;
  }

  std::string_view rest_;
};

// The parameters of one offer or answer.
struct Asked {
  bool server_no_context = false;
  bool client_no_context = false;
  bool client_window_named = false;
  std::optional<int> server_window;
  std::optional<int> client_window;
};

// RFC 7692 §7.1.2: a decimal from 8 to 15 without leading zeros.
std::optional<int> window_bits(const std::string& text) {
  if (text == "8" || text == "9") {
    return text[0] - '0';
  }
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
    return 10 + text[1] - '0';
  }
  return std::nullopt;
}

bool set_once(bool& flag, const ExtensionParameter& parameter) noexcept {
  return !parameter.value.has_value() && !std::exchange(flag, true);
}

bool set_once(std::optional<int>& bits, const ExtensionParameter& parameter) {
  if (bits.has_value() || !parameter.value.has_value()) {
    return false;
  }
  bits = window_bits(*parameter.value);
  return bits.has_value();
}

// RFC 7692 §7: nothing for an unknown or repeated parameter or a value it cannot have.
std::optional<Asked> read_parameters(const Extension& extension, bool in_answer) {
  Asked asked;
  for (const ExtensionParameter& parameter : extension.parameters) {
    bool good = false;
    if (parameter.name == kServerNoContext) {
      good = set_once(asked.server_no_context, parameter);
    } else if (parameter.name == kClientNoContext) {
      good = set_once(asked.client_no_context, parameter);
    } else if (parameter.name == kServerWindow) {
      good = set_once(asked.server_window, parameter);
    } else if (parameter.name == kClientWindow) {
      const bool repeated = std::exchange(asked.client_window_named, true);
      // RFC 7692 §7.1.2.2: only an offer may leave the value out.
      const bool bare = !in_answer && !parameter.value.has_value();
      good = !repeated && (bare || set_once(asked.client_window, parameter));
    }
    if (!good) {
      return std::nullopt;
    }
  }
  return asked;
}

std::optional<Asked> first_good_offer(std::span<const Extension> offers) {
  for (const Extension& offer : offers) {
    if (offer.name == kDeflate) {
      std::optional<Asked> asked = read_parameters(offer, false);
      if (asked.has_value()) {
        return asked;
      }
    }
  }
  return std::nullopt;
}

// RFC 7692 §7.1: what a server may answer to an offer.
bool is_legal_answer(const Asked& asked, const DeflateParameters& chosen) noexcept {
  const auto in_range = [](int bits) { return bits >= 8 && bits <= kFullWindow; };
  return in_range(chosen.server_max_window_bits) && in_range(chosen.client_max_window_bits) &&
         (chosen.server_no_context_takeover || !asked.server_no_context) &&
         chosen.server_max_window_bits <= asked.server_window.value_or(kFullWindow) &&
         (asked.client_window_named || chosen.client_max_window_bits == kFullWindow);
}

void add_parameter(std::string& to, std::string_view name) {
  to.append("; ").append(name);
}

void add_parameter(std::string& to, std::string_view name, int value) {
  add_parameter(to, name);
  to.append("=").append(std::to_string(value));
}

// RFC 7692 §5 and §7.1, from the side of the client that made the offer described by `settings`.
bool answers_our_offer(const Asked& answer, const DeflateSettings& settings) noexcept {
  const bool asked_for_window = settings.server_max_window_bits < kFullWindow;
  return (answer.server_no_context || !settings.server_no_context_takeover) &&
         (answer.server_window.has_value() || !asked_for_window) &&
         answer.server_window.value_or(8) <= settings.server_max_window_bits;
}

}  // namespace

Outcome<std::vector<Extension>> parse_extensions(std::span<const std::string_view> values) {
  std::vector<Extension> list;
  for (const std::string_view value : values) {
    if (!ListReader(value).read_into(list)) {
      return WireError::extensions_invalid;
    }
  }
  // RFC 6455 §9.1: a list has at least one member.
  if (list.empty() && !values.empty()) {
    return WireError::extensions_invalid;
  }
  return list;
}

std::optional<DeflateParameters> choose_deflate(std::span<const Extension> offers,
                                                const DeflateSettings& settings) {
  const std::optional<Asked> asked =
      settings.enabled ? first_good_offer(offers) : std::optional<Asked>();
  if (!asked.has_value()) {
    return std::nullopt;
  }
  DeflateParameters chosen;
  chosen.server_no_context_takeover =
      asked->server_no_context || settings.server_no_context_takeover;
  chosen.client_no_context_takeover =
      asked->client_no_context || settings.client_no_context_takeover;
  chosen.server_max_window_bits =
      std::min(asked->server_window.value_or(kFullWindow), settings.server_max_window_bits);
  // RFC 7692 §7.1.2.2: only a client that named its window can be told a smaller one.
  if (asked->client_window_named) {
    chosen.client_max_window_bits =
        std::min(asked->client_window.value_or(kFullWindow), settings.client_max_window_bits);
  }
  return chosen;
}

std::string deflate_answer(std::span<const Extension> offers, const DeflateParameters& chosen) {
  const std::optional<Asked> asked = first_good_offer(offers);
  if (!asked.has_value() || !is_legal_answer(*asked, chosen)) {
    return {};
  }
  std::string answer(kDeflate);
  if (chosen.server_no_context_takeover) {
    add_parameter(answer, kServerNoContext);
  }
  if (chosen.client_no_context_takeover) {
    add_parameter(answer, kClientNoContext);
  }
  // RFC 7692 §7.1.2.1: an offer with this parameter is accepted by repeating it.
  if (asked->server_window.has_value() || chosen.server_max_window_bits < kFullWindow) {
    add_parameter(answer, kServerWindow, chosen.server_max_window_bits);
  }
  if (chosen.client_max_window_bits < kFullWindow) {
    add_parameter(answer, kClientWindow, chosen.client_max_window_bits);
  }
  return answer;
}

std::string deflate_offer(const DeflateSettings& settings) {
  std::string offer(kDeflate);
  if (settings.server_no_context_takeover) {
    add_parameter(offer, kServerNoContext);
  }
  if (settings.client_no_context_takeover) {
    add_parameter(offer, kClientNoContext);
  }
  if (settings.server_max_window_bits < kFullWindow) {
    add_parameter(offer, kServerWindow, settings.server_max_window_bits);
  }
  if (settings.client_max_window_bits < kFullWindow) {
    add_parameter(offer, kClientWindow, settings.client_max_window_bits);
  } else {
    add_parameter(offer, kClientWindow);
  }
  return offer;
}

Outcome<std::optional<DeflateParameters>> check_extensions_answer(std::span<const Extension> answer,
                                                                  const DeflateSettings* settings) {
  if (answer.empty()) {
    return std::optional<DeflateParameters>();
  }
  // RFC 6455 §4.1: the server chooses among what was offered.
  if (settings == nullptr || !settings->enabled) {
    return Failure{WireError::extension_not_offered, answer.front().name};
  }
  for (const Extension& extension : answer) {
    if (extension.name != kDeflate) {
      return Failure{WireError::extension_not_offered, extension.name};
    }
  }
  const std::optional<Asked> said = read_parameters(answer.front(), true);
  // RFC 7692 §5: one configuration is agreed on, and it must be a possible answer to ours.
  if (answer.size() != 1 || !said.has_value() || !answers_our_offer(*said, *settings)) {
    return WireError::extension_parameters;
  }
  DeflateParameters agreed;
  agreed.server_no_context_takeover = said->server_no_context;
  // What we promised in the offer we keep, whatever the server says about it.
  agreed.client_no_context_takeover =
      said->client_no_context || settings->client_no_context_takeover;
  agreed.server_max_window_bits = said->server_window.value_or(kFullWindow);
  agreed.client_max_window_bits =
      std::min(said->client_window.value_or(kFullWindow), settings->client_max_window_bits);
  return std::optional<DeflateParameters>(agreed);
}

}  // namespace osprey::wire
