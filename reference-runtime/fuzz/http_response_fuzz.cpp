// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 response with its body, as a client reads it. The first octet chooses the request's
// method.
#include "head_fuzz.hpp"
#include "http_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osprey::wire;
  if (size == 0) {
    return 0;
  }
  const ConstOctets input(data + 1, size - 1);
  const std::optional<std::string> head = fuzz::head_of(input, HeadKind::response);
  if (!head.has_value()) {
    return 0;
  }
  const auto response = parse_response_head(*head);
  if (!response.ok() || response.value().status < 200) {
    return 0;
  }
  const auto framing = http::response_framing(response.value(), data[0] == 'H' ? "HEAD" : "GET");
  if (framing.ok()) {
    HeadReader reader(size, HeadKind::response);
    fuzz::check_body(framing.value(), input.subspan(reader.feed(input)));
  }
  return 0;
}
