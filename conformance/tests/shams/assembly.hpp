// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "deflate.hpp"
#include "frame_checks.hpp"
#include "negotiation.hpp"
#include "utf8.hpp"

namespace sham {

// The message that is coming in: fragments joined, inflated, checked as UTF-8 as they come.
class Assembly {
 public:
  Assembly(Role role, const std::optional<DeflateParameters>& deflate, std::size_t size_limit);

  bool open() const { return open_; }
  bool is_text() const { return is_text_; }
  bool was_compressed() const { return was_compressed_; }
  std::size_t size() const { return message_.size(); }
  std::size_t frames() const { return frames_; }

  void begin(bool is_text, bool compressed);
  // Payload of the current frame, unmasked, in any split.
  std::optional<Failure> feed(std::string_view octets);
  // The current frame has ended, the message has not.
  std::optional<Failure> end_frame();
  // The message has ended; take it with message().
  std::optional<Failure> finish();
  // Whether a finished message is to be dropped without a word (a fault).
  bool dropped() const { return dropped_; }
  std::string take_message();
  void drop();
  void begin_read() { read_start_ = true; }
  void forget_compression() { compressed_ = false; }
  void merge(std::string_view octets) { message_ += octets; }

 private:
  std::optional<Failure> inflate(std::string_view octets);
  std::optional<Failure> judge(InflateResult result);
  std::optional<Failure> check_text(std::string_view added);
  std::optional<Failure> bad_text();
  bool checks_text() const;

  std::size_t size_limit_;
  bool deflate_agreed_;
  std::unique_ptr<Inflater> inflater_;
  Utf8Checker utf8_;
  std::string message_;
  std::size_t fragment_start_ = 0;
  std::size_t frames_ = 0;
  bool open_ = false;
  bool is_text_ = false;
  bool compressed_ = false;
  bool was_compressed_ = false;
  bool dropped_ = false;
  bool read_start_ = false;
};

}  // namespace sham
