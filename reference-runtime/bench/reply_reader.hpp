// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace osprey::bench {

// Reads a server's frames, in any split, and counts the messages. Knows just enough to be sure that
// the server did its work: each message has the length of what was sent, and (where asked) its
// octets.
class ReplyReader {
 public:
  // `payload` is what each message must be; it is not copied and must outlive the reader.
  // `compressed`: messages may be compressed; they are then counted and not looked into.
  ReplyReader(const std::string& payload, bool compressed)
      : payload_(&payload), compressed_(compressed) {}

  // Takes octets off the stream. The answer is the number of messages they completed.
  // From the first wrong octet on, error() tells what was wrong and the answers are 0.
  std::size_t feed(const char* data, std::size_t size, bool compare);

  const char* error() const { return error_; }

  // The payload of the last ping that has not been taken yet.
  bool has_ping() const { return has_ping_; }
  std::string take_ping();

 private:
  enum class State : std::uint8_t { header, payload };

  bool fail(const char* reason);
  // Each of the two eats what it can of the octets and returns how many.
  std::size_t read_header(const char* data, std::size_t size);
  std::size_t read_payload(const char* data, std::size_t size, bool compare);
  bool start_frame();
  bool end_frame(std::size_t& messages);
  std::size_t header_length() const;

  const std::string* payload_;
  const char* error_ = nullptr;
  State state_ = State::header;
  std::array<unsigned char, 10> header_{};
  std::size_t header_size_ = 0;
  std::uint64_t left_ = 0;   // octets of this frame still to come
  std::uint64_t taken_ = 0;  // octets of this message so far
  bool compressed_;
  bool control_ = false;
  bool has_ping_ = false;
  std::string control_payload_;
};

}  // namespace osprey::bench
