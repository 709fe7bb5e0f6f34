// SPDX-License-Identifier: Apache-2.0
#include "run/connection/limits.hpp"

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
  return {declared_size(runtime, "limit:message"), declared_size(runtime, "limit:frame"),
          declared_size(runtime, "limit:body")};
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
  if (body != 0 && sent.largest_content > body && !is_about(one, "limit:body")) return "limit:body";
  return {};
}

void LimitTrace::took(const SentMessage& message) {
  message_.taken = std::max<std::uint64_t>(message_.taken, message.payload.size());
  frame_.taken = std::max(frame_.taken, message.largest_frame);
  frames_.taken = std::max(frames_.taken, message.frames);
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
  frames_.refuse(sent.most_frames);
  // Where a message larger than a refused frame was taken, it is the frames that are limited.
  const bool frames = frame_.refused > frame_.taken && message_.taken >= frame_.refused;
  if (frames && sent.largest_frame >= frame_.refused) return frame_.hint("frame");
  if (sent.largest_message > std::max(message_.taken, kSmall)) return message_.hint("message");
  // Nothing was larger than what was taken: then it had more frames.
  if (sent.most_frames > std::max(frames_.taken, kSmall)) {
    return "; looks like a limit of about " +
           std::to_string(std::max(frames_.taken, std::bit_floor(frames_.refused - 1))) +
           " frames of one message: no word declares that, so name it under known:";
  }
  return {};
}

std::string LimitTrace::hint_of_content(const Encoder& sent) {
  if (sent.largest_content <= kSmall) return {};
  const std::string below = std::to_string(std::bit_floor(sent.largest_content - 1));
  return "; looks like a limit of about " + below +
         " bytes of content: declare limit:body=" + below;
}

}  // namespace conform
