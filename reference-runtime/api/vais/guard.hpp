// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

namespace osprey::api::vais {

// Runs a built-in so that nothing is thrown across C: `failed` is the defined answer then.
template <class Answer, class Function>
auto guarded(Answer failed, Function&& function) noexcept -> decltype(function()) {
  try {
    return std::forward<Function>(function)();
  } catch (...) {
    return failed;
  }
}

}  // namespace osprey::api::vais
