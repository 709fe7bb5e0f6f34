// SPDX-License-Identifier: Apache-2.0
#include "demands.hpp"

#include "text.hpp"

namespace sham {

std::optional<Refusal> check_required(const Request& request, const Options& options) {
  for (const std::string& line : options.required) {
    const std::size_t colon = line.find(':');
    const std::string name = line.substr(0, colon);
    const std::string_view wanted = trimmed(std::string_view(line).substr(colon + 1));
    const std::vector<std::string_view> values = request.head.values(name);
    if (values.empty() || (!wanted.empty() && values.front() != wanted)) {
      return Refusal{name == "Authorization"            ? 401
                     : name == "Sec-WebSocket-Protocol" ? 400
                                                        : 403,
                     name + " is demanded here"};
    }
  }
  return std::nullopt;
}

}  // namespace sham
