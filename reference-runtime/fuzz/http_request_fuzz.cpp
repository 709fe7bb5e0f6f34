// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 request with its body, as a server reads it.
#include "head_fuzz.hpp"
#include "http_fuzz.hpp"
#include "wire/http/request.hpp"
#include "wire/http/response.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osprey::wire;
  const ConstOctets input(data, size);
  const std::optional<std::string> head = fuzz::head_of(input, HeadKind::request);
  if (!head.has_value()) {
    return 0;
  }
  HeadReader reader(size);
  const ConstOctets rest = input.subspan(reader.feed(input));
  const auto request = http::read_request(*head, {});
  if (request.ok()) {
    fuzz::check_body(request.value().framing, rest);
    return 0;
  }
  Buffer out;
  http::append_error(http::refusal_of(request.error()), out);
  const std::optional<std::string> answer = fuzz::head_of(out.octets(), HeadKind::response);
  MUST_HOLD(answer.has_value());
  const auto response = parse_response_head(*answer);
  MUST_HOLD(response.ok());
  MUST_HOLD(response.value().status >= 400);
  return 0;
}
