// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "wire/http.hpp"

namespace conform {

// RFC 9112 §9.6: a server that was asked to close, or says that it will, ends its side behind its
// final response. Holds for osprey-conform too where it plays the server.
class CloseDuty {
 public:
  // The request that the next response answers.
  void asked(const wire::HttpHead& request);
  bool asked_to_close() const { return asked_; }
  // A response as it goes out, with its content. True when the connection has to end behind it: not
  // for one that is cut short, whose end is the case's business.
  bool ends_with(const wire::Octets& response) const;

 private:
  bool asked_ = false;
  bool to_head_ = false;
};

}  // namespace conform
