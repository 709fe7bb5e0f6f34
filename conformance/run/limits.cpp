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

void LimitTrace::Bounds::refuse(std::uint64_t size) {
  if (size <= std::max(taken, kSmall)) return;
  refused = refused == 0 ? size : std::min(refused, size);
}

// Between what was taken and what was refused: limits are mostly powers of two.
std::string LimitTrace::Bounds::hint(const std::string& what) const {
  const std::string about = std::to_string(std::max(taken, std::bit_floor(refused - 1)));
  return "; looks like a limit of about " + about + " bytes: declare limit:" + what + "=" + about;
}

std::string LimitTrace::hint(const Encoder& sent, const wire::Event& close) {
  if (close.code != kTooBig && close.code != kPolicy) return {};
  frame_.refuse(sent.largest_frame);
  message_.refuse(sent.largest_message);
  // Where a message larger than a refused frame was taken, it is the frames that are limited.
  const bool frames = frame_.refused > frame_.taken && message_.taken >= frame_.refused;
  if (frames && sent.largest_frame >= frame_.refused) return frame_.hint("frame");
  if (sent.largest_message > std::max(message_.taken, kSmall)) return message_.hint("message");
  return {};
}

}  // namespace conform
