// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "case/case.hpp"
#include "case/runtime_file.hpp"
#include "run/connection/encoder.hpp"
#include "wire/message_reader.hpp"

namespace conform {

// RFC 6455 §10.4: an implementation may limit the size of what it takes. 0 = nothing declared.
struct DeclaredLimits {
  std::uint64_t message = 0;  // octets of a message, also once it is inflated
  std::uint64_t frame = 0;    // octets of payload that one frame may have
  std::uint64_t body = 0;     // octets of an HTTP request's content

  static DeclaredLimits of(const Runtime& runtime);
  // Which of them the case has gone beyond, by its feature's name; empty = none. A case that needs
  // a limit is about it and goes beyond it on purpose.
  std::string exceeded(const Case& one, const Encoder& sent) const;
};

// What sizes a run has seen taken and refused, to name a limit that nobody declared.
class LimitTrace {
 public:
  void took(const SentMessage& message);
  // To be added to a failure where the connection closed as if at a limit: what the limit looks
  // like, and what to declare. Empty = it does not look like one.
  std::string hint(const Encoder& sent, const wire::Event& close);
  // The same for HTTP, where a 413 came.
  static std::string hint_of_content(const Encoder& sent);

 private:
  struct Bounds {
    std::uint64_t taken = 0, refused = 0;
    void refuse(std::uint64_t size);
    std::string hint(const std::string& what) const;
  };
  Bounds message_, frame_, frames_;  // the last: how many a message had
};

}  // namespace conform
