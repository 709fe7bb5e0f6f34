// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace conform {

// A size that may depend on what the runtime declares.
struct Size {
  enum class Kind : std::uint8_t { plain, at_limit, over_limit };
  Kind kind = Kind::plain;
  std::uint64_t octets = 0;
  std::uint64_t octets_full = 0;  // with --profile full
};

enum class Fill : std::uint8_t { ascii, random, utf8, json, html, zero };

// A payload expression as a case states it; run/ turns it into octets.
struct Payload {
  enum class Kind : std::uint8_t { octets, sized, repeat, join };
  Kind kind = Kind::octets;
  std::string octets;
  Size size;
  Fill fill = Fill::ascii;
  std::uint64_t times = 0;
  std::vector<Payload> parts;  // repeat: one; join: any number
};

}  // namespace conform
