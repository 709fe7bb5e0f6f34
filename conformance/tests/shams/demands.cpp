// SPDX-License-Identifier: Apache-2.0
#include "demands.hpp"

#include <algorithm>
#include <string_view>

#include "text.hpp"

namespace sham {

namespace {

// Equal, or a list with it.
bool holds(std::string_view value, std::string_view wanted) {
  const std::vector<std::string_view> elements = elements_of(value);
  return value == wanted || std::find(elements.begin(), elements.end(), wanted) != elements.end();
}

}  // namespace

std::optional<Refusal> check_required(const Request& request, const Options& options) {
  for (const std::string& line : options.required) {
    const std::size_t colon = line.find(':');
    const std::string name = line.substr(0, colon);
    const std::string_view wanted = trimmed(std::string_view(line).substr(colon + 1));
    if (!request.head.has(name) || (!wanted.empty() && !holds(request.head.joined(name), wanted))) {
      return Refusal{name == "Authorization"            ? 401
                     : name == "Sec-WebSocket-Protocol" ? 400
                                                        : 403,
                     name + " is demanded here"};
    }
  }
  return std::nullopt;
}

}  // namespace sham
