// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include "check.hpp"
#include "wire/http/body_reader.hpp"

namespace osprey::wire::fuzz {

struct BodyRead {
  http::BodyReader::State state{};
  WireError error{};
  std::size_t taken = 0;
  std::string content;

  bool operator==(const BodyRead&) const = default;
};

inline BodyRead read_body(const http::BodyFraming& framing, ConstOctets input, std::size_t piece) {
  class Collect : public http::BodySink {
   public:
    void on_body(ConstOctets part) override { content.append(text_of(part)); }
    std::string content;
  } sink;
  http::BodyLimits limits;
  limits.body = 3000;
  limits.chunk_line = 100;
  limits.chunk_extensions = 300;
  limits.trailers = 300;
  http::BodyReader reader(framing, &limits);
  BodyRead result;
  while (!input.empty() && reader.state() == http::BodyReader::State::needs_more) {
    const ConstOctets part = input.first(std::min(piece, input.size()));
    const std::size_t taken = reader.feed(part, sink);
    MUST_HOLD(taken <= part.size());
    MUST_HOLD(taken == part.size() || reader.state() != http::BodyReader::State::needs_more);
    result.taken += taken;
    input = input.subspan(taken);
  }
  MUST_HOLD(sink.content.size() <= limits.body);
  reader.end_of_input();
  MUST_HOLD(reader.state() != http::BodyReader::State::needs_more);
  result.state = reader.state();
  result.error = reader.error();
  result.content = sink.content;
  return result;
}

// A body of which nothing may depend on how it is cut. Content is compared for good bodies only: of
// bad ones more or less may have been handed on before the fault was seen.
inline void check_body(const http::BodyFraming& framing, ConstOctets input) {
  const BodyRead whole = read_body(framing, input, std::max<std::size_t>(input.size(), 1));
  const BodyRead single = read_body(framing, input, 1);
  MUST_HOLD(whole.state == single.state);
  MUST_HOLD(whole.error == single.error);
  if (whole.state == http::BodyReader::State::complete) {
    MUST_HOLD(whole == single);
  }
}

}  // namespace osprey::wire::fuzz
