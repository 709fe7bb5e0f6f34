// SPDX-License-Identifier: Apache-2.0
// Compressed messages of any content. The first octet: 1 no context takeover, 2 windows of 9 bits,
// 4 a small limit, the rest the size of the pieces.
#include <algorithm>
#include <vector>

#include "check.hpp"
#include "wire/deflate.hpp"

namespace osprey::wire::fuzz {
namespace {

struct Result {
  WireError error = WireError::none;
  std::vector<std::uint8_t> octets;

  bool operator==(const Result&) const = default;
};

// The same message twice, so that a kept window matters.
Result inflate_twice(DeflateCodec& codec, ConstOctets data, std::size_t piece, std::size_t limit) {
  Result result;
  for (int i = 0; i < 2 && result.error == WireError::none; ++i) {
    Buffer out;
    for (ConstOctets rest = data; result.error == WireError::none && !rest.empty();) {
      const ConstOctets part = rest.first(std::min(piece, rest.size()));
      rest = rest.subspan(part.size());
      result.error = codec.inflate(part, limit, out);
    }
    if (result.error == WireError::none) {
      result.error = codec.finish_inflate(limit, out);
    }
    MUST_HOLD(out.size() <= limit || result.error == WireError::message_too_big);
    // What a broken message gave before its fault is never delivered, and zlib gives more or less
    // of it as the input is cut.
    if (result.error == WireError::none) {
      result.octets.insert(result.octets.end(), out.octets().begin(), out.octets().end());
    }
  }
  return result;
}

void round_trip(DeflateCodec& from, DeflateCodec& to, ConstOctets message) {
  for (int i = 0; i < 2; ++i) {
    Buffer packed;
    MUST_HOLD(from.compress(message, packed) == WireError::none);
    Buffer plain;
    MUST_HOLD(to.inflate(packed.octets(), message.size(), plain) == WireError::none);
    MUST_HOLD(to.finish_inflate(message.size(), plain) == WireError::none);
    MUST_HOLD(std::ranges::equal(plain.octets(), message));
  }
}

}  // namespace
}  // namespace osprey::wire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osprey::wire;
  if (size == 0) {
    return 0;
  }
  const bool none = (data[0] & 1U) != 0;
  const int window = (data[0] & 2U) != 0 ? 9 : 15;
  const std::size_t limit = (data[0] & 4U) != 0 ? 100 : std::size_t{1} << 20U;
  const std::size_t piece = (data[0] >> 3U) + std::size_t{1};
  const DeflateParameters parameters{none, none, window, window};
  const DeflateSettings settings;
  const ConstOctets input(data + 1, size - 1);
  DeflateCodec whole(Role::server, parameters, &settings);
  DeflateCodec pieces(Role::server, parameters, &settings);
  MUST_HOLD(fuzz::inflate_twice(whole, input, size, limit) ==
            fuzz::inflate_twice(pieces, input, piece, limit));
  DeflateCodec from(Role::server, parameters, &settings);
  DeflateCodec to(Role::client, parameters, &settings);
  fuzz::round_trip(from, to, input);
  return 0;
}
