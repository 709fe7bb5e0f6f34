// SPDX-License-Identifier: Apache-2.0
#include "wire/frame_reader.hpp"

namespace conform::wire {

// No case makes a runtime send more than this in one frame.
static constexpr std::uint64_t kLargestFrame = std::uint64_t{1} << 30U;

bool FrameReader::header(FrameSeen& frame, std::size_t& head, std::uint64_t& size) {
  const OctetView in = OctetView(buffer_).substr(at_);
  if (in.size() < 2) return false;
  const unsigned b0 = octet_at(in, 0);
  const unsigned b1 = octet_at(in, 1);
  const unsigned field = b1 & 127U;
  const std::size_t extra = field < 126 ? 0 : (field == 126 ? 2 : 8);
  frame.masked = (b1 & 128U) != 0;
  head = 2 + extra + (frame.masked ? 4 : 0);
  if (in.size() < head) return false;
  frame.fin = (b0 & 128U) != 0;
  frame.rsv = static_cast<std::uint8_t>((b0 >> 4U) & 7U);
  frame.opcode = static_cast<std::uint8_t>(b0 & 15U);
  size = field;
  if (extra != 0) {
    size = 0;
    for (std::size_t i = 0; i < extra; ++i) size = size << 8U | octet_at(in, 2 + i);
  }
  frame.shortest = extra == 0 || (extra == 2 ? size >= 126 : size >= 65536);
  if (frame.masked) {
    for (std::size_t i = 0; i < 4; ++i) frame.key[i] = octet_at(in, head - 4 + i);
  }
  return true;
}

bool FrameReader::next(FrameSeen& frame) {
  std::size_t head = 0;
  std::uint64_t size = 0;
  if (!unreadable_.empty() || !header(frame, head, size)) return false;
  if (size > kLargestFrame) {
    unreadable_ = "a frame that announces " + std::to_string(size) + " octets";
    return false;
  }
  if (buffer_.size() - at_ < head + size) {
    if (at_ != 0) {
      buffer_.erase(0, at_);
      at_ = 0;
    }
    if (size > 65536) buffer_.reserve(head + size);
    return false;
  }
  frame.payload.assign(buffer_, at_ + head, size);
  if (frame.masked) apply_mask(frame.key, frame.payload.data(), frame.payload.size());
  at_ += head + size;
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  return true;
}

}  // namespace conform::wire
