// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conform {

// Of the project, as CMakeLists.txt says it: there is no second place to change.
inline constexpr const char* kVersion = OSPREY_CONFORM_VERSION;

}  // namespace conform
