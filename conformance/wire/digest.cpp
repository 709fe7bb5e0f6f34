// SPDX-License-Identifier: Apache-2.0
#include "wire/digest.hpp"

#include <openssl/sha.h>

#include <bit>

namespace conform::wire {

static void sha1_block(const unsigned char* p, std::array<std::uint32_t, 5>& h) {
  std::array<std::uint32_t, 80> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    w[i] = std::uint32_t{p[4 * i]} << 24U | std::uint32_t{p[4 * i + 1]} << 16U |
           std::uint32_t{p[4 * i + 2]} << 8U | std::uint32_t{p[4 * i + 3]};
  }
  for (unsigned i = 16; i < 80; ++i) {
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  }
  auto [a, b, c, d, e] = h;
  for (unsigned i = 0; i < 80; ++i) {
    std::uint32_t f = 0;
    std::uint32_t k = 0;
    if (i < 20) {
      f = (b & c) | (~b & d);
      k = 0x5A827999U;
    } else if (i < 40) {
      f = b ^ c ^ d;
      k = 0x6ED9EBA1U;
    } else if (i < 60) {
      f = (b & c) | (b & d) | (c & d);
      k = 0x8F1BBCDCU;
    } else {
      f = b ^ c ^ d;
      k = 0xCA62C1D6U;
    }
    const std::uint32_t t = std::rotl(a, 5) + f + e + k + w[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = t;
  }
  h[0] += a;
  h[1] += b;
  h[2] += c;
  h[3] += d;
  h[4] += e;
}

std::array<std::uint8_t, 20> sha1(OctetView octets) {
  std::array<std::uint32_t, 5> h = {0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U,
                                    0xC3D2E1F0U};
  Octets padded(octets);
  padded += static_cast<char>(0x80);
  while (padded.size() % 64 != 56) padded += '\0';
  const std::uint64_t bits = std::uint64_t{octets.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) padded += static_cast<char>((bits >> shift) & 255U);
  for (std::size_t i = 0; i < padded.size(); i += 64) {
    sha1_block(reinterpret_cast<const unsigned char*>(padded.data()) + i, h);
  }
  std::array<std::uint8_t, 20> out{};
  for (unsigned i = 0; i < 20; ++i) {
    out[i] = static_cast<std::uint8_t>(h[i / 4] >> (24U - 8U * (i % 4)));
  }
  return out;
}

static constexpr char kAlphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string sha256_hex(OctetView octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  unsigned char hash[SHA256_DIGEST_LENGTH];
  ::SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), hash);
  std::string out;
  for (const unsigned char octet : hash) {
    out += kDigits[octet >> 4U];
    out += kDigits[octet & 15U];
  }
  return out;
}

std::string base64(OctetView octets) {
  std::string out;
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const std::size_t left = octets.size() - i;
    std::uint32_t word = std::uint32_t{octet_at(octets, i)} << 16U;
    if (left > 1) word |= std::uint32_t{octet_at(octets, i + 1)} << 8U;
    if (left > 2) word |= octet_at(octets, i + 2);
    out += kAlphabet[word >> 18U];
    out += kAlphabet[(word >> 12U) & 63U];
    out += left > 1 ? kAlphabet[(word >> 6U) & 63U] : '=';
    out += left > 2 ? kAlphabet[word & 63U] : '=';
  }
  return out;
}

bool from_base64(std::string_view text, Octets& out) {
  const std::string_view alphabet(kAlphabet, 64);
  std::uint32_t word = 0;
  unsigned bits = 0;
  Octets decoded;
  for (const char c : text.substr(0, text.find('='))) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return false;
    word = (word << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded += static_cast<char>((word >> bits) & 255U);
    }
  }
  // Encoding it again proves padding and unused bits in one go.
  if (base64(decoded) != text) return false;
  out = decoded;
  return true;
}

std::string accept_for(std::string_view key) {
  const auto digest = sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  return base64(OctetView(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace conform::wire
