// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/buffer.hpp"
#include "wire/error.hpp"

namespace osprey::wire::http {

struct ChunkLine {
  std::uint64_t size = 0;
  std::size_t size_digits = 0;  // octets of the line that were the size
  WireError error = WireError::none;
};

// A chunk's first line without its CR LF: 1*HEXDIG and well-formed extensions (RFC 9112 §7.1).
[[nodiscard]] ChunkLine parse_chunk_line(std::string_view line);

// Appends one chunk; nothing for empty data, because an empty chunk would end the body.
void append_chunk(ConstOctets data, Buffer& out);
// Appends the last chunk and an empty trailer section.
void append_last_chunk(Buffer& out);

}  // namespace osprey::wire::http
