// SPDX-License-Identifier: Apache-2.0
// Sec-WebSocket-Extensions as an offer and as an answer. The first octet varies our own settings.
#include "check.hpp"
#include "wire/extensions.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osprey::wire;
  if (size == 0) {
    return 0;
  }
  DeflateSettings settings;
  settings.server_no_context_takeover = (data[0] & 1U) != 0;
  settings.client_no_context_takeover = (data[0] & 2U) != 0;
  settings.server_max_window_bits = 8 + ((data[0] >> 2U) & 7);
  settings.client_max_window_bits = 15 - (data[0] >> 5U);
  const std::string_view values[] = {text_of({data + 1, size - 1})};
  const auto list = parse_extensions(values);
  if (!list.ok()) {
    return 0;
  }
  MUST_HOLD(!list.value().empty());
  const auto chosen = choose_deflate(list.value(), settings);
  if (chosen.has_value()) {
    // What we answer must be readable, and a legal answer.
    const std::string answer = deflate_answer(list.value(), *chosen);
    MUST_HOLD(!answer.empty());
    const std::string_view answers[] = {answer};
    MUST_HOLD(parse_extensions(answers).ok());
  }
  const auto agreed = check_extensions_answer(list.value(), &settings);
  if (agreed.ok()) {
    MUST_HOLD(agreed.value().has_value());
    MUST_HOLD(agreed.value()->server_max_window_bits <= settings.server_max_window_bits);
    MUST_HOLD(agreed.value()->client_max_window_bits <= settings.client_max_window_bits);
  }
  return 0;
}
