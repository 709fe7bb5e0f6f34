// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/octets.hpp"

namespace conform::wire {

struct Header {
  std::string name;
  std::string value;
};

// Head of a request or a response, as it came. Lines that are no header line are kept with an empty
// name.
struct HttpHead {
  std::string start_line;
  std::vector<Header> headers;

  std::vector<std::string> values(std::string_view name) const;
  std::optional<std::string> first(std::string_view name) const;
  // Elements of a comma-separated list over all lines of that name, blanks trimmed.
  std::vector<std::string> elements(std::string_view name) const;
  bool has_token(std::string_view name, std::string_view token) const;
  int status() const;  // of a response; 0 when its first line is none
};

struct HttpMessage {
  HttpHead head;
  Octets body;
  bool complete = true;  // false: the connection ended inside the body
};

bool same_name(std::string_view a, std::string_view b);
std::string lower(std::string_view text);
std::string_view trim(std::string_view text);

// Splits the head off `in`; nullopt while the empty line has not come. `used` = its octets.
std::optional<HttpHead> read_head(OctetView in, std::size_t& used);

// Responses one after the other: content by chunks, by length, or up to the end of the connection.
class ResponseReader {
 public:
  void feed(OctetView octets) { buffer_.append(octets); }
  // A 101 is given at once; what follows it stays for take_rest().
  bool next(HttpMessage& message, bool ended);
  Octets take_rest();
  bool empty() const { return buffer_.empty(); }
  const Octets& pending() const { return buffer_; }
  // The next response answers a HEAD: it has no content whatever its headers say.
  void expect_no_body(bool on) { no_body_ = on; }

 private:
  bool read_chunked(std::size_t head, HttpMessage& message, bool ended);

  Octets buffer_;
  bool no_body_ = false;
};

}  // namespace conform::wire
