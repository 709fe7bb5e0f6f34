// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace osprey::wire::http {

// The methods of Osprey §14.1, in the order of its HttpMethod.
inline constexpr std::array<std::string_view, 7> kMethods = {"GET",   "POST", "PUT",    "DELETE",
                                                             "PATCH", "HEAD", "OPTIONS"};

}  // namespace osprey::wire::http
