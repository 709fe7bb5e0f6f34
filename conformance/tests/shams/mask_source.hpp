// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "frame.hpp"

namespace sham {

// A connection's masking keys (RFC 6455 §5.3): fresh, from the system's generator.
class MaskSource {
 public:
  MaskSource();
  MaskKey next();

 private:
  MaskKey draw();

  std::string pool_;  // random octets drawn ahead
  MaskKey connection_key_;
  std::uint32_t state_;
};

}  // namespace sham
