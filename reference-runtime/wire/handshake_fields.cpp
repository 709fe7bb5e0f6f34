// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake_fields.hpp"

#include <algorithm>
#include <array>

namespace osprey::wire {

bool is_own_field(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 10> kOwn = {
      "Host",
      "Upgrade",
      "Connection",
      "Content-Length",
      "Transfer-Encoding",
      "Sec-WebSocket-Key",
      "Sec-WebSocket-Version",
      "Sec-WebSocket-Accept",
      "Sec-WebSocket-Protocol",
      "Sec-WebSocket-Extensions",
  };
  return std::any_of(kOwn.begin(), kOwn.end(),
                     [name](std::string_view own) { return same_ignoring_case(name, own); });
}

bool are_extra_fields(std::span<const HeaderField> fields) noexcept {
  // RFC 9110 §5.5: a line break in a value would start a field, or a message, of somebody else's
  // choice.
  return std::all_of(fields.begin(), fields.end(), [](const HeaderField& field) {
    return is_token(field.name) && is_field_value(field.value) && !is_own_field(field.name);
  });
}

void append_field(std::string_view name, std::string_view value, Buffer& out) {
  out.append(name);
  out.append(": ");
  out.append(value);
  out.append("\r\n");
}

void append_fields(std::span<const HeaderField> fields, Buffer& out) {
  for (const HeaderField& field : fields) {
    append_field(field.name, field.value, out);
  }
}

}  // namespace osprey::wire
