// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/deflate.hpp"
#include "wire/error.hpp"

namespace osprey::wire {

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;  // unquoted
};

struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
};

// Reads Sec-WebSocket-Extensions (RFC 6455 §9.1): the values of all its lines, in order, as one
// list. Linear time.
[[nodiscard]] Outcome<std::vector<Extension>> parse_extensions(
    std::span<const std::string_view> values);

// Server: the first permessage-deflate offer that can be met within `settings`; nothing when none
// can (RFC 7692 §5, §7.1).
[[nodiscard]] std::optional<DeflateParameters> choose_deflate(std::span<const Extension> offers,
                                                              const DeflateSettings& settings);
// Server: the header value that says `chosen` in answer to `offers`; empty when `chosen` is no
// legal answer to the first offer that can be met.
[[nodiscard]] std::string deflate_answer(std::span<const Extension> offers,
                                         const DeflateParameters& chosen);

// Client: the header value that offers `settings`.
[[nodiscard]] std::string deflate_offer(const DeflateSettings& settings);
// Client: judges the server's list against the offer that deflate_offer(*settings) made; nullptr
// when none was made.
[[nodiscard]] Outcome<std::optional<DeflateParameters>> check_extensions_answer(
    std::span<const Extension> answer, const DeflateSettings* settings);

}  // namespace osprey::wire
