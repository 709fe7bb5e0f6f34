// SPDX-License-Identifier: Apache-2.0
#include "reply_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace osprey::bench {

bool ReplyReader::fail(const char* reason) {
  error_ = reason;
  return false;
}

std::string ReplyReader::take_ping() {
  has_ping_ = false;
  return std::exchange(control_payload_, {});
}

std::size_t ReplyReader::header_length() const {
  const unsigned length = header_[1] & 0x7fU;
  if (length < 126) return 2;
  return length == 126 ? 4 : 10;
}

std::size_t ReplyReader::feed(const char* data, std::size_t size, bool compare) {
  std::size_t messages = 0;
  while (size > 0 && error_ == nullptr) {
    const std::size_t eaten =
        state_ == State::header ? read_header(data, size) : read_payload(data, size, compare);
    data += eaten;
    size -= eaten;
    if (state_ == State::payload && left_ == 0 && error_ == nullptr) end_frame(messages);
  }
  return messages;
}

std::size_t ReplyReader::read_header(const char* data, std::size_t size) {
  std::size_t eaten = 0;
  while (eaten < size) {
    header_[header_size_++] = static_cast<unsigned char>(data[eaten++]);
    if (header_size_ >= 2 && header_size_ == header_length()) {
      header_size_ = 0;
      start_frame();
      break;
    }
  }
  return eaten;
}

bool ReplyReader::start_frame() {
  if ((header_[0] & (compressed_ ? 0x30U : 0x70U)) != 0)
    return fail("a reserved bit is set in a reply");
  if ((header_[1] & 0x80U) != 0) return fail("a reply is masked");
  left_ = header_[1];
  if (left_ >= 126) {
    const std::size_t end = header_length();
    left_ = 0;
    for (std::size_t i = 2; i < end; ++i) left_ = left_ << 8U | header_[i];
  }
  control_ = (header_[0] & 0x08U) != 0;
  if (control_) control_payload_.clear();
  if (!control_ && !compressed_ && taken_ + left_ > payload_->size())
    return fail("a reply is too long");
  state_ = State::payload;
  return true;
}

std::size_t ReplyReader::read_payload(const char* data, std::size_t size, bool compare) {
  const auto eaten = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
  left_ -= eaten;
  if (control_) {
    control_payload_.append(data, eaten);
    return eaten;
  }
  if (compare && !compressed_ && std::memcmp(payload_->data() + taken_, data, eaten) != 0) {
    fail("a reply differs from what was sent");
  }
  taken_ += eaten;
  return eaten;
}

bool ReplyReader::end_frame(std::size_t& messages) {
  state_ = State::header;
  const unsigned opcode = header_[0] & 0x0fU;
  if (opcode == 8) return fail("the server closed the connection");
  if (opcode == 9) has_ping_ = true;
  if (control_ || (header_[0] & 0x80U) == 0) return true;
  if (!compressed_ && taken_ != payload_->size()) return fail("a reply is too short");
  taken_ = 0;
  ++messages;
  return true;
}

}  // namespace osprey::bench
