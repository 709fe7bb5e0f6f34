// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake_key.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "wire/random.hpp"

namespace osprey::wire {
namespace {

constexpr std::size_t kKeyOctets = 16;
constexpr std::size_t kKeyCharacters = 24;
constexpr std::size_t kSha1Octets = 20;
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

bool is_base64_char(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// `octets` has at most 20; empty on failure.
std::string base64_of(ConstOctets octets) {
  std::array<unsigned char, 32> text{};
  const int size = EVP_EncodeBlock(text.data(), octets.data(), static_cast<int>(octets.size()));
  return size > 0 ? std::string(text.begin(), text.begin() + size) : std::string();
}

}  // namespace

Outcome<std::string> fresh_key() {
  std::array<std::uint8_t, kKeyOctets> nonce{};
  if (!random_octets(nonce)) {
    return WireError::no_randomness;
  }
  std::string key = base64_of(nonce);
  if (key.size() != kKeyCharacters) {
    return WireError::internal;
  }
  return key;
}

bool is_valid_key(std::string_view key) noexcept {
  // 16 octets are 22 characters and two of padding, so longer values are refused before anything is
  // read.
  return key.size() == kKeyCharacters && key.substr(kKeyCharacters - 2) == "==" &&
         std::all_of(key.begin(), key.end() - 2, is_base64_char);
}

Outcome<std::string> accept_of(std::string_view key) {
  std::string text(key);
  text.append(kGuid);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1 ||
      size != kSha1Octets) {
    return WireError::internal;
  }
  std::string accept = base64_of(ConstOctets(digest).first(size));
  if (accept.empty()) {
    return WireError::internal;
  }
  return accept;
}

}  // namespace osprey::wire
