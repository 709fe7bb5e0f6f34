// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <zlib.h>

#include <string>

#include "wire/octets.hpp"

namespace conform::wire {

// permessage-deflate's receiving half, with the largest window whatever was agreed: tolerant by
// intent.
class Inflater {
 public:
  explicit Inflater(bool takeover) : takeover_(takeover) {}
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // One message's compressed payload; an empty string, or why it cannot be read. Stops at `limit`
  // octets of output.
  std::string inflate_message(OctetView compressed, Octets& out,
                              std::size_t limit = std::size_t{1} << 30U);

 private:
  std::string run(OctetView input, Octets& out, std::size_t limit);
  void restart_after_final();

  z_stream stream_{};
  bool live_ = false;
  bool takeover_;
};

}  // namespace conform::wire
