// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "wire/buffer.hpp"
#include "wire/error.hpp"
#include "wire/http/framing.hpp"

namespace osprey::wire::http {

// Where the octets of a body go, in order, in pieces of any size. Must not throw.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual void on_body(ConstOctets part) = 0;
};

struct BodyLimits {
  std::uint64_t body = std::uint64_t{16} * 1024 * 1024;   // octets of content
  std::size_t chunk_line = 4096;                          // octets of one size line
  std::size_t chunk_extensions = std::size_t{16} * 1024;  // octets of all extensions of a body
  std::size_t trailers = std::size_t{16} * 1024;          // octets of the trailer section
};

// Reads one body cut anywhere (RFC 9112 §6, §7.1). Strict: nothing but CR LF ends a line. Trailer
// fields are checked and dropped: none may frame or route the message (RFC 9110 §6.5.1).
class BodyReader {
 public:
  enum class State : std::uint8_t { needs_more, complete, failed };

  // `limits` must outlive the reader.
  BodyReader(const BodyFraming& framing, const BodyLimits* limits);

  // Takes octets of this body and no further; returns how many were taken.
  std::size_t feed(ConstOctets in, BodySink& sink);
  // The peer ended the connection: completes a body that lasts to the end, fails any other.
  void end_of_input() noexcept;

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] WireError error() const noexcept { return error_; }
  // Octets of content seen so far.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  enum class Part : std::uint8_t {
    data,
    size_line,
    size_lf,
    data_cr,
    data_lf,
    trailer,
    trailer_lf
  };

  std::size_t take_data(ConstOctets in, BodySink& sink);
  std::size_t take_chunked(ConstOctets in, BodySink& sink);
  void take_line_octet(std::uint8_t octet);
  void end_size_line();
  void end_trailer_line();
  void expect(std::uint8_t octet, std::uint8_t wanted, Part next, WireError error);
  bool count(std::size_t octets);
  void fail(WireError error) noexcept;

  const BodyLimits* limits_;
  std::string line_;  // the size or trailer line under way
  std::uint64_t remaining_ = 0;
  std::uint64_t size_ = 0;
  std::size_t extension_octets_ = 0;
  std::size_t trailer_octets_ = 0;
  BodyKind kind_;
  State state_ = State::needs_more;
  WireError error_ = WireError::none;
  Part part_ = Part::data;
};

}  // namespace osprey::wire::http
