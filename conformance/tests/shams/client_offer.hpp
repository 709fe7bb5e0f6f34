// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "options.hpp"

namespace sham {

// The client's value of Sec-WebSocket-Extensions, empty for none.
std::string sent_offer(const Options& options);

}  // namespace sham
