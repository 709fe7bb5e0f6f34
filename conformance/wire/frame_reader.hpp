// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "wire/frame.hpp"

namespace conform::wire {

// One frame as it came, right or wrong; the payload is unmasked already.
struct FrameSeen {
  std::uint8_t opcode = 0;
  bool fin = false;
  std::uint8_t rsv = 0;
  bool masked = false;
  MaskKey key{};
  bool shortest = true;  // RFC 6455 §5.2: the shortest length form was used
  Octets payload;
};

// Takes octets in any split and gives whole frames. It refuses nothing except a length no peer can
// mean.
class FrameReader {
 public:
  void feed(OctetView octets) { buffer_.append(octets); }
  // The next whole frame; false when more octets are needed or the stream is unreadable.
  bool next(FrameSeen& frame);
  // Why the stream cannot be read on; empty while it can.
  const std::string& unreadable() const { return unreadable_; }
  // Octets of a frame that has begun but is not whole.
  std::size_t pending() const { return buffer_.size() - at_; }

 private:
  bool header(FrameSeen& frame, std::size_t& head, std::uint64_t& size);

  Octets buffer_;
  std::size_t at_ = 0;
  std::string unreadable_;
};

}  // namespace conform::wire
