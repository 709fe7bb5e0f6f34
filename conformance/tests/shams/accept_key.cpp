// SPDX-License-Identifier: Apache-2.0
#include "accept_key.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <cstdlib>

#include "fault.hpp"
#include "text.hpp"

namespace sham {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kWrongGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B12";

std::string sha1(std::string_view text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hexadecimal(std::string_view octets) {
  std::string text;
  for (const char c : octets) {
    text += "0123456789abcdef"[octet(c) >> 4];
    text += "0123456789abcdef"[octet(c) & 15];
  }
  return text;
}

}  // namespace

std::string base64(std::string_view octets) {
  std::string text;
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < octets.size() ? octet(octets[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > octets.size();
      text += padding ? '=' : kAlphabet[group >> (18 - 6 * k) & 63];
    }
  }
  return text;
}

std::optional<std::string> base64_decoded(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  std::string octets;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const std::size_t value = is_padding ? 0 : kAlphabet.find(text[i]);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    group = group << 6 | static_cast<std::uint32_t>(value);
    if (i % 4 == 3) {
      for (unsigned shift : {16U, 8U, 0U}) {
        octets += static_cast<char>(group >> shift & 255);
      }
      group = 0;
    }
  }
  octets.resize(octets.size() - padding);
  return octets;
}

std::string accept_value(std::string_view key) {
  std::string hashed(key);
  if (fault(Fault::accept_of_decoded_key)) {
    hashed = base64_decoded(key).value_or(hashed);
  }
  hashed += fault(Fault::accept_of_wrong_guid) ? kWrongGuid : kGuid;
  if (fault(Fault::accept_constant)) {
    return "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  }
  if (fault(Fault::accept_is_key)) {
    return std::string(key);
  }
  if (fault(Fault::accept_hexadecimal)) {
    return hexadecimal(sha1(hashed));
  }
  std::string value = base64(sha1(hashed));
  if (fault(Fault::accept_without_padding)) {
    value.pop_back();
  }
  return value;
}

std::string random_octets(std::size_t count) {
  std::string octets(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(count)) != 1) {
    std::abort();  // No random numbers, no conforming client.
  }
  return octets;
}

std::string new_key() {
  static std::uint8_t counter = 0;
  if (fault(Fault::request_key_constant)) {
    return "dGhlIHNhbXBsZSBub25jZQ==";
  }
  if (fault(Fault::request_key_counts)) {
    return base64(std::string(15, 'k') + static_cast<char>(++counter));
  }
  if (fault(Fault::request_key_15_octets)) {
    return base64(random_octets(15));
  }
  if (fault(Fault::request_key_20_octets)) {
    return base64(random_octets(20));
  }
  std::string key = base64(random_octets(16));
  if (fault(Fault::request_key_not_base64)) {
    key[3] = '?';
  }
  return key;
}

}  // namespace sham
