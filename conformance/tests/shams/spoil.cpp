// SPDX-License-Identifier: Apache-2.0
#include "spoil.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <vector>

#include "close_code.hpp"
#include "fault.hpp"

namespace sham {
namespace {

constexpr std::uint64_t kHoardLimit = std::uint64_t{1} << 30;

std::string until_nul(const std::string& text) {
  return text.substr(0, text.find('\0'));
}

}  // namespace

void spoil_message(bool& is_text, std::string& message) {
  if (fault(Fault::last_octet_lost) && message.size() > 125) {
    message.pop_back();
  }
  if (fault(Fault::nul_ends_message)) {
    message = until_nul(message);
  }
  if (fault(Fault::message_cut_at_65536) && message.size() > 65535) {
    message.resize(65535);
  }
  if (fault(Fault::line_ends_changed) && is_text) {
    message.erase(std::remove(message.begin(), message.end(), '\r'), message.end());
  }
  if (fault(Fault::byte_order_mark_dropped) && is_text && message.starts_with("\xef\xbb\xbf")) {
    message.erase(0, 3);
  }
  if (fault(Fault::echo_constant)) {
    is_text = true;
    message = "hello";
  }
}

std::string spoiled_pong(const std::string& payload, const std::string& first) {
  if (fault(Fault::pong_empty)) {
    return {};
  }
  if (fault(Fault::pong_cut_at_124)) {
    return payload.substr(0, 124);
  }
  if (fault(Fault::pong_constant)) {
    return first;
  }
  return fault(Fault::pong_as_c_string) ? until_nul(payload) : payload;
}

std::uint16_t spoiled_failure_code(std::uint16_t code) {
  if (fault(Fault::fail_code_1000)) {
    return 1000;
  }
  if (fault(Fault::fail_code_1006)) {
    return 1006;
  }
  if (fault(Fault::fail_code_1010)) {
    return 1010;
  }
  if (odd(Oddity::fails_with_1008)) {
    return kPolicy;
  }
  return code == kTooBig && fault(Fault::limit_code_1002) ? kProtocolError : code;
}

void hoard(std::uint64_t size) {
  static std::vector<std::string> kept;
  static std::uint64_t total = 0;
  const std::uint64_t wanted = std::min(size, kHoardLimit - total);
  if (wanted > 0) {
    kept.emplace_back(static_cast<std::size_t>(wanted), 'x');
    total += wanted;
  }
}

void squander(std::uint64_t size) {
  const auto wanted = static_cast<std::size_t>(std::min(size, kHoardLimit / 4));
  const std::string held(wanted, 'x');
  static std::atomic<char> sink{0};
  sink.store(held.empty() ? '\0' : held.back());
}

void litter(std::uint64_t size) {
  constexpr std::uint64_t kCollected = std::uint64_t{32} << 20U;
  constexpr std::uint64_t kOfEach = 64;
  static std::vector<std::string> garbage;
  static std::uint64_t total = 0;
  garbage.emplace_back(static_cast<std::size_t>(size + kOfEach), 'x');
  total += size + kOfEach;
  if (total > kCollected) {
    garbage.clear();
    total = 0;
  }
}

void burn(std::uint64_t steps) {
  static std::atomic<std::uint64_t> sink{0};
  for (std::uint64_t i = 0; i < steps; ++i) {
    sink.store(i, std::memory_order_relaxed);
  }
}

void spin() {
  static std::atomic<bool> spinning{true};
  while (spinning.load()) {
  }
  std::terminate();
}

}  // namespace sham
