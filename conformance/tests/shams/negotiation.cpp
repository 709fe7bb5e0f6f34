// SPDX-License-Identifier: Apache-2.0
#include "negotiation.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "fault.hpp"

namespace sham {
namespace {

constexpr int kNoBits = 0;

// What a parameter list says. kNoBits = absent; `*_named` = present, with or without a value.
struct Reading {
  bool server_flag = false;
  bool client_flag = false;
  bool server_bits_named = false;
  bool client_bits_named = false;
  int server_bits = kNoBits;
  int client_bits = kNoBits;
};

// Which checks are left out, by the active fault of either role.
struct Laxity {
  bool range = fault(Fault::offer_bits_not_checked) || fault(Fault::response_bits_not_checked);
  bool leading_zero = fault(Fault::offer_leading_zero_accepted) ||
                      fault(Fault::response_bits_leading_zero_accepted);
  bool no_value =
      fault(Fault::offer_bits_may_lack_value) || fault(Fault::response_bits_may_lack_value);
  bool flag_value =
      fault(Fault::offer_flag_value_accepted) || fault(Fault::response_flag_value_accepted);
  bool unknown = fault(Fault::offer_unknown_parameter_accepted) ||
                 fault(Fault::response_unknown_parameter_accepted);
  bool twice = fault(Fault::offer_parameter_twice_accepted) ||
               fault(Fault::response_parameter_twice_accepted);
};

// RFC 7692 §7.1.2: a decimal number from 8 to 15 without leading zeros.
std::optional<int> parse_bits(const std::string& text, const Laxity& lax) {
  const bool digits =
      !text.empty() && text.size() <= 3 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (lax.range) {
    return digits ? std::clamp(std::atoi(text.c_str()), 8, 15) : 15;
  }
  if (!digits || (text.front() == '0' && !lax.leading_zero)) {
    return std::nullopt;
  }
  const int bits = std::atoi(text.c_str());
  return bits >= 8 && bits <= 15 ? std::optional(bits) : std::nullopt;
}

bool read_flag(const Parameter& parameter, bool& flag, const Laxity& lax) {
  flag = true;
  return !parameter.value || lax.flag_value;
}

bool read_bits(const Parameter& parameter, bool value_needed, bool& named, int& bits,
               const Laxity& lax) {
  named = true;
  if (!parameter.value) {
    return !value_needed || lax.no_value || lax.range;
  }
  const std::optional<int> value = parse_bits(*parameter.value, lax);
  bits = value.value_or(kNoBits);
  return value.has_value();
}

// RFC 7692 §7: nullopt on an unknown name, a doubled name or an invalid value.
std::optional<Reading> read_parameters(const Extension& extension, bool is_offer) {
  const Laxity lax;
  Reading reading;
  std::set<std::string> seen;
  for (const Parameter& parameter : extension.parameters) {
    bool good = seen.insert(parameter.name).second || lax.twice;
    if (parameter.name == "server_no_context_takeover") {
      good = read_flag(parameter, reading.server_flag, lax) && good;
    } else if (parameter.name == "client_no_context_takeover") {
      good = read_flag(parameter, reading.client_flag, lax) && good;
    } else if (parameter.name == "server_max_window_bits") {
      good =
          read_bits(parameter, true, reading.server_bits_named, reading.server_bits, lax) && good;
    } else if (parameter.name == "client_max_window_bits") {
      // In an offer the value is a hint and may be absent; in an answer it has to be there.
      good = read_bits(parameter, !is_offer, reading.client_bits_named, reading.client_bits, lax) &&
             good;
    } else {
      good = lax.unknown && good;
    }
    if (!good) {
      return std::nullopt;
    }
  }
  return reading;
}

std::string bits_text(int bits) {
  const std::string digits = std::to_string(bits);
  return odd(Oddity::quoted_parameters) ? "=\"" + digits + "\"" : "=" + digits;
}

int answered_server_bits(const Reading& offer) {
  if (fault(Fault::answer_larger_server_bits)) {
    return std::min(offer.server_bits + 1, 15);
  }
  if (odd(Oddity::smaller_window) && offer.server_bits > 9) {
    return offer.server_bits - 1;
  }
  return offer.server_bits;
}

void add_server_bits(const Reading& offer, DeflateAnswer& answer, const std::string& glue) {
  if (fault(Fault::answer_bits_out_of_range)) {
    answer.text += glue + "server_max_window_bits=16";
  } else if (offer.server_bits != kNoBits) {
    answer.agreed.server_max_window_bits = answered_server_bits(offer);
    if (!fault(Fault::answer_lacks_server_bits)) {
      answer.text +=
          glue + "server_max_window_bits" + bits_text(answer.agreed.server_max_window_bits);
    }
  }
}

void add_client_bits(const Reading& offer, DeflateAnswer& answer, const std::string& glue) {
  if (fault(Fault::answer_unasked_client_bits) && !offer.client_bits_named) {
    answer.text += glue + "client_max_window_bits=15";
  } else if (offer.client_bits_named && fault(Fault::answer_client_bits_without_value)) {
    answer.text += glue + "client_max_window_bits";
  } else if (offer.client_bits != kNoBits ||
             (offer.client_bits_named && odd(Oddity::smaller_window))) {
    const int bits = offer.client_bits == kNoBits ? 10 : offer.client_bits;
    answer.agreed.client_max_window_bits = bits;
    answer.text += glue + "client_max_window_bits" + bits_text(bits);
  }
}

void add_flags(const Reading& offer, DeflateAnswer& answer, const std::string& glue) {
  if (offer.server_flag || odd(Oddity::asks_no_takeover)) {
    answer.agreed.server_no_context_takeover = true;
    if (!fault(Fault::answer_lacks_server_takeover)) {
      answer.text += glue + "server_no_context_takeover";
      answer.text += fault(Fault::answer_flag_with_value) ? "=true" : "";
    }
  }
  if (offer.client_flag || odd(Oddity::asks_no_takeover)) {
    answer.agreed.client_no_context_takeover = true;
    answer.text += glue + "client_no_context_takeover";
  }
}

DeflateAnswer answer_to(const Reading& offer) {
  const std::string glue = odd(Oddity::spaced_extension) ? " \t;  " : "; ";
  DeflateAnswer answer;
  answer.text = "permessage-deflate";
  add_flags(offer, answer, glue);
  add_server_bits(offer, answer, glue);
  add_client_bits(offer, answer, glue);
  if (fault(Fault::answer_unknown_parameter)) {
    answer.text += glue + "compression_level=9";
  }
  if (fault(Fault::answer_parameter_twice)) {
    answer.text += glue + "client_no_context_takeover" + glue + "client_no_context_takeover";
  }
  return answer;
}

// What an answer leaves out is not agreed: this side behaves as its own answer says.
void forget_unanswered(DeflateAnswer& answer) {
  if (fault(Fault::answer_lacks_server_bits)) {
    answer.agreed.server_max_window_bits = 15;
  }
  if (fault(Fault::answer_lacks_server_takeover)) {
    answer.agreed.server_no_context_takeover = false;
  }
}

}  // namespace

std::optional<DeflateAnswer> choose_offer(const std::vector<Extension>& offers) {
  std::optional<DeflateAnswer> chosen;
  for (const Extension& extension : offers) {
    if (extension.name != "permessage-deflate") {
      continue;
    }
    const std::optional<Reading> offer = read_parameters(extension, true);
    if (!offer && fault(Fault::bad_offer_crashes)) {
      std::abort();
    }
    if (!offer) {
      continue;
    }
    DeflateAnswer answer = answer_to(*offer);
    forget_unanswered(answer);
    if (!chosen) {
      chosen = answer;
    } else if (fault(Fault::answer_each_offer)) {
      chosen->text += ", " + answer.text;
    }
  }
  return chosen;
}

std::optional<DeflateParameters> check_answer(const Extension& answer,
                                              const std::vector<Extension>& offers) {
  const std::optional<Reading> reading = read_parameters(answer, false);
  if (!reading) {
    if (fault(Fault::crash_on_window_bits)) {
      std::abort();
    }
    return std::nullopt;
  }
  if (reading->server_flag && fault(Fault::response_unasked_takeover_refused)) {
    return std::nullopt;
  }
  // RFC 7692 §7.1.2: an answer fits if one of the offers allows each of its parameters.
  const bool fits = std::any_of(offers.begin(), offers.end(), [&](const Extension& extension) {
    const std::optional<Reading> offer = read_parameters(extension, true);
    if (!offer || extension.name != "permessage-deflate") {
      return false;
    }
    const bool server_bits_fit =
        offer->server_bits == kNoBits || fault(Fault::response_larger_bits_accepted) ||
        (reading->server_bits != kNoBits && reading->server_bits <= offer->server_bits);
    const bool client_bits_fit = !reading->client_bits_named || offer->client_bits_named ||
                                 fault(Fault::response_unoffered_client_bits_accepted);
    const bool flag_fits = !offer->server_flag || reading->server_flag;
    return server_bits_fit && flag_fits && client_bits_fit;
  });
  if (!fits && !fault(Fault::response_extension_not_checked) &&
      !fault(Fault::response_deflate_may_be_unoffered)) {
    return std::nullopt;
  }
  DeflateParameters agreed;
  agreed.server_no_context_takeover = reading->server_flag;
  agreed.client_no_context_takeover = reading->client_flag;
  agreed.server_max_window_bits = reading->server_bits == kNoBits ? 15 : reading->server_bits;
  agreed.client_max_window_bits = reading->client_bits == kNoBits ? 15 : reading->client_bits;
  return agreed;
}

}  // namespace sham
