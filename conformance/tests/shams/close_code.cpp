// SPDX-License-Identifier: Apache-2.0
#include "close_code.hpp"

#include "fault.hpp"

namespace sham {
namespace {

bool is_defined(std::uint16_t code) {
  if (fault(Fault::close_code_1001_refused)) {
    return code == 1000;
  }
  switch (code) {
    case 1004:
      return fault(Fault::close_code_1004_accepted);
    case 1005:
      return fault(Fault::close_code_1005_accepted);
    case 1006:
      return fault(Fault::close_code_1006_accepted);
    case 1015:
      return fault(Fault::close_code_1015_accepted);
    default:
      return code <= 1014;
  }
}

}  // namespace

bool is_sendable_code(std::uint16_t code) {
  if (code < 1000) {
    return fault(Fault::close_code_below_1000_accepted);
  }
  if (code <= 1015) {
    return is_defined(code);
  }
  if (code < 3000) {
    return fault(Fault::close_code_undefined_accepted);
  }
  if (code < 4000) {
    return !fault(Fault::close_code_3000_refused);
  }
  if (code < 5000) {
    return !fault(Fault::close_code_4999_refused);
  }
  return fault(Fault::close_code_above_4999_accepted);
}

}  // namespace sham
