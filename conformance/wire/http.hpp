// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
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
  Octets raw;  // all of it, with the empty line

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
  // A request went out. The response to a HEAD has no content whatever its headers say.
  void asked(bool with_head) { asked_.push_back(with_head); }

 private:
  bool read_body(std::size_t head, HttpMessage& message, bool ended);

  Octets buffer_;
  std::deque<bool> asked_;  // for each answer that is still to come: was it a HEAD?
};

// The requests of a client, one after the other: content by chunks or by length.
class RequestReader {
 public:
  void feed(OctetView octets) { buffer_.append(octets); }
  // The head as soon as it is there, once a request; `more` = its content is still to come.
  bool next_head(HttpHead& head, bool& more);
  // The request whose head was given, with its content.
  bool next(HttpMessage& message);
  const Octets& pending() const { return buffer_; }

 private:
  Octets buffer_;
  bool head_given_ = false;
};

}  // namespace conform::wire
