// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sham {

struct Parameter {
  std::string name;
  std::optional<std::string> value;
};

// One element of a Sec-WebSocket-Extensions list.
struct Extension {
  std::string name;
  std::vector<Parameter> parameters;
};

// RFC 6455 §9.1: nullopt if the text breaks the grammar. Quoted values come back without their
// quotes.
std::optional<std::vector<Extension>> parse_extensions(std::string_view text);

}  // namespace sham
