// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "wire/buffer.hpp"
#include "wire/http_head.hpp"

namespace osprey::wire {

// Fields that only the codecs themselves write, in either direction.
[[nodiscard]] bool is_own_field(std::string_view name) noexcept;

// True when each field is well-formed and none is our own.
[[nodiscard]] bool are_extra_fields(std::span<const HeaderField> fields) noexcept;

void append_field(std::string_view name, std::string_view value, Buffer& out);
void append_fields(std::span<const HeaderField> fields, Buffer& out);

}  // namespace osprey::wire
