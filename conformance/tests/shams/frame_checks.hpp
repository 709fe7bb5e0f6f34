// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fault.hpp"
#include "frame.hpp"

namespace sham {

// Why the connection is failed, and with which code.
struct Failure {
  std::uint16_t code;
  std::string_view text;
};

// What a header has to be judged against.
struct Situation {
  Role role;               // ours
  bool deflate;            // compression is agreed
  bool in_message;         // a fragmented message is open
  std::size_t received;    // octets of the open message so far
  std::size_t size_limit;  // octets a message may have
};

// Every check of RFC 6455 §5 that needs the header only; nullopt = the frame may come.
std::optional<Failure> check_header(const FrameHeader& header, const Situation& situation);

}  // namespace sham
