// SPDX-License-Identifier: Apache-2.0
#include "wire/frame.hpp"

#include <cstring>

namespace conform::wire {

static LengthForm shortest_form(std::uint64_t size) {
  if (size < 126) return LengthForm::bits7;
  return size < 65536 ? LengthForm::bits16 : LengthForm::bits64;
}

static void append_big_endian(std::uint64_t value, int octets, Octets& out) {
  for (int i = octets - 1; i >= 0; --i) out += static_cast<char>((value >> (8 * i)) & 255U);
}

void append_frame(const FrameSpec& spec, OctetView payload, Octets& out) {
  const std::uint64_t size = spec.announced.value_or(payload.size());
  const LengthForm form = spec.form == LengthForm::shortest ? shortest_form(size) : spec.form;
  const unsigned mask_bit = spec.key ? 0x80U : 0U;
  out += static_cast<char>((spec.fin ? 0x80U : 0U) | (spec.rsv & 7U) << 4U | (spec.opcode & 15U));
  if (form == LengthForm::bits7) {
    out += static_cast<char>(mask_bit | (size & 127U));
  } else if (form == LengthForm::bits16) {
    out += static_cast<char>(mask_bit | 126U);
    append_big_endian(size, 2, out);
  } else {
    out += static_cast<char>(mask_bit | 127U);
    append_big_endian(size, 8, out);
  }
  if (!spec.key) {
    out += payload;
    return;
  }
  out.append(reinterpret_cast<const char*>(spec.key->data()), 4);
  const std::size_t start = out.size();
  out += payload;
  apply_mask(*spec.key, out.data() + start, payload.size());
}

void apply_mask(const MaskKey& key, char* octets, std::size_t size, std::size_t offset) {
  std::array<unsigned char, 8> wide{};
  for (std::size_t i = 0; i < 8; ++i) wide[i] = key[(i + offset) % 4];
  std::uint64_t word = 0;
  std::memcpy(&word, wide.data(), 8);
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t part = 0;
    std::memcpy(&part, octets + i, 8);
    part ^= word;
    std::memcpy(octets + i, &part, 8);
  }
  for (; i < size; ++i) octets[i] = static_cast<char>(octets[i] ^ wide[i % 8]);
}

}  // namespace conform::wire
