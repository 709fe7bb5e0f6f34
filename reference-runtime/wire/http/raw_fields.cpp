// SPDX-License-Identifier: Apache-2.0
#include "wire/http/request.hpp"

namespace osprey::wire::http {

Outcome<std::vector<HeaderField>> parse_raw_fields(std::string_view raw) {
  std::vector<HeaderField> fields;
  while (!raw.empty()) {
    const std::size_t end = raw.find("\r\n");
    const std::string_view line = raw.substr(0, end);
    raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return Failure{WireError::field_without_colon, "a header line without a colon"};
    }
    if (!is_token(line.substr(0, colon))) {
      return Failure{WireError::field_name_invalid, "a header name that is not a token"};
    }
    // CR and LF are no field octets, so nothing that follows can pass as another line.
    if (!is_field_value(line.substr(colon + 1))) {
      return Failure{WireError::field_value_invalid,
                     "a line break, NUL or control octet in a header value"};
    }
    fields.push_back({line.substr(0, colon), trimmed(line.substr(colon + 1))});
  }
  return fields;
}

}  // namespace osprey::wire::http
