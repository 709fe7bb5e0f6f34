// SPDX-License-Identifier: Apache-2.0
#include "wire/http/body_reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "wire/http/chunk.hpp"
#include "wire/http_head.hpp"

namespace osprey::wire::http {

BodyReader::BodyReader(const BodyFraming& framing, const BodyLimits* limits)
    : limits_(limits), kind_(framing.kind) {
  switch (kind_) {
    case BodyKind::none:
      state_ = State::complete;
      break;
    case BodyKind::length:
      remaining_ = framing.length;
      if (remaining_ > limits_->body) {
        fail(WireError::body_too_big);
      } else if (remaining_ == 0) {
        state_ = State::complete;
      }
      break;
    case BodyKind::chunked:
      part_ = Part::size_line;
      break;
    case BodyKind::to_end:
      remaining_ = std::numeric_limits<std::uint64_t>::max();
      break;
  }
}

std::size_t BodyReader::feed(ConstOctets in, BodySink& sink) {
  std::size_t taken = 0;
  while (taken < in.size() && state_ == State::needs_more) {
    taken += kind_ == BodyKind::chunked ? take_chunked(in.subspan(taken), sink)
                                        : take_data(in.subspan(taken), sink);
  }
  return taken;
}

void BodyReader::end_of_input() noexcept {
  if (state_ != State::needs_more) {
    return;
  }
  if (kind_ == BodyKind::to_end) {
    state_ = State::complete;
  } else {
    // RFC 9112 §8: a body cut short is never taken for a whole one.
    fail(WireError::body_truncated);
  }
}

std::size_t BodyReader::take_data(ConstOctets in, BodySink& sink) {
  const std::size_t part =
      in.size() < remaining_ ? in.size() : static_cast<std::size_t>(remaining_);
  if (!count(part)) {
    return part;
  }
  sink.on_body(in.first(part));
  remaining_ -= part;
  if (remaining_ == 0) {
    if (kind_ == BodyKind::chunked) {
      part_ = Part::data_cr;
    } else {
      state_ = State::complete;
    }
  }
  return part;
}

std::size_t BodyReader::take_chunked(ConstOctets in, BodySink& sink) {
  const std::uint8_t octet = in.front();
  switch (part_) {
    case Part::data:
      return take_data(in, sink);
    case Part::size_line:
    case Part::trailer:
      take_line_octet(octet);
      break;
    case Part::size_lf:
      expect(octet, '\n', Part::data, WireError::chunk_extension_invalid);
      if (state_ == State::needs_more) {
        end_size_line();
      }
      break;
    case Part::data_cr:
      expect(octet, '\r', Part::data_lf, WireError::chunk_end_invalid);
      break;
    case Part::data_lf:
      expect(octet, '\n', Part::size_line, WireError::chunk_end_invalid);
      break;
    case Part::trailer_lf:
      expect(octet, '\n', Part::trailer, WireError::trailer_invalid);
      if (state_ == State::needs_more) {
        end_trailer_line();
      }
      break;
  }
  return 1;
}

void BodyReader::take_line_octet(std::uint8_t octet) {
  const bool in_trailer = part_ == Part::trailer;
  if (octet == '\r') {
    part_ = in_trailer ? Part::trailer_lf : Part::size_lf;
    return;
  }
  line_.push_back(static_cast<char>(octet));
  if (in_trailer) {
    if (++trailer_octets_ > limits_->trailers) {
      fail(WireError::trailer_invalid);
    }
  } else if (line_.size() > limits_->chunk_line) {
    fail(WireError::chunk_extension_invalid);
  } else if (octet == '\n') {
    // RFC 9112 §2.2: a lone LF in a size line is where smuggling starts.
    fail(WireError::chunk_size_invalid);
  }
}

void BodyReader::end_size_line() {
  const ChunkLine line = parse_chunk_line(line_);
  extension_octets_ += line_.size() - line.size_digits;
  line_.clear();
  if (line.error != WireError::none) {
    fail(line.error);
  } else if (extension_octets_ > limits_->chunk_extensions) {
    fail(WireError::chunk_extension_invalid);
  } else if (line.size > limits_->body - size_) {
    fail(WireError::body_too_big);
  } else if (line.size == 0) {
    part_ = Part::trailer;
  } else {
    remaining_ = line.size;
    part_ = Part::data;
  }
}

void BodyReader::end_trailer_line() {
  if (line_.empty()) {
    state_ = State::complete;
    return;
  }
  const std::size_t colon = line_.find(':');
  const std::string_view line = line_;
  // RFC 9112 §5: the same syntax as a header field; no blank before the colon, no folding.
  if (colon == std::string::npos || !is_token(line.substr(0, colon)) ||
      !is_field_value(trimmed(line.substr(colon + 1)))) {
    fail(WireError::trailer_invalid);
  }
  line_.clear();
}

void BodyReader::expect(std::uint8_t octet, std::uint8_t wanted, Part next, WireError error) {
  if (octet == wanted) {
    part_ = next;
  } else {
    fail(error);
  }
}

bool BodyReader::count(std::size_t octets) {
  if (octets > limits_->body - size_) {
    fail(WireError::body_too_big);
    return false;
  }
  size_ += octets;
  return true;
}

void BodyReader::fail(WireError error) noexcept {
  error_ = error;
  state_ = State::failed;
}

}  // namespace osprey::wire::http
