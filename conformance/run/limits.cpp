// SPDX-License-Identifier: Apache-2.0
#include "run/limits.hpp"

#include <algorithm>
#include <bit>

#include "case/reading.hpp"

namespace conform {

// Smaller messages than this are no matter of a limit, whatever code the connection closes with.
static constexpr std::uint64_t kSmall = 64;
static constexpr std::uint16_t kPolicy = 1008;
static constexpr std::uint16_t kTooBig = 1009;

static std::uint64_t declared_size(const Runtime& runtime, const char* feature) {
  const auto declared = runtime.feature_value(feature);
  return declared ? parse_size(*declared).value_or(0) : 0;
}

DeclaredLimits DeclaredLimits::of(const Runtime& runtime) {
  return {declared_size(runtime, "limit:message"), declared_size(runtime, "limit:frame")};
}

static bool is_about(const Case& one, const std::string& feature) {
  return std::any_of(one.needs.begin(), one.needs.end(), [&](const std::string& need) {
    return need.substr(0, need.find('=')) == feature;
  });
}

std::string DeclaredLimits::exceeded(const Case& one, const Encoder& sent) const {
  if (message != 0 && sent.largest_message > message && !is_about(one, "limit:message"))
    return "limit:message";
  if (frame != 0 && sent.largest_frame > frame && !is_about(one, "limit:frame"))
    return "limit:frame";
  return {};
}

void LimitTrace::took(const SentMessage& message) {
  message_.taken = std::max<std::uint64_t>(message_.taken, message.payload.size());
  frame_.taken = std::max(frame_.taken, message.largest_frame);
}

// Between what was taken and what was refused: limits are mostly powers of two.
std::string LimitTrace::Bounds::hint(const std::string& what, std::uint64_t size) {
  refused = refused == 0 ? size : std::min(refused, size);
  const std::uint64_t about = std::max(taken, std::bit_floor(refused - 1));
  return "; looks like a limit of about " + std::to_string(about) +
         " bytes: declare limit:" + what + "=" + std::to_string(about);
}

std::string LimitTrace::hint(const Encoder& sent, const wire::Event& close) {
  if (close.code != kTooBig && close.code != kPolicy) return {};
  if (sent.largest_message > kSmall && sent.largest_message > message_.taken)
    return message_.hint("message", sent.largest_message);
  if (sent.largest_frame > kSmall && sent.largest_frame > frame_.taken)
    return frame_.hint("frame", sent.largest_frame);
  return {};
}

}  // namespace conform
