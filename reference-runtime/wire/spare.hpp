// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/buffer.hpp"

namespace osprey::wire {

// A few empty buffers a thread keeps, so that one message after another needs no fresh memory from
// the kernel.
[[nodiscard]] Buffer borrow_spare() noexcept;
// Keeps the buffer's memory when it is of moderate size and there is a place, else frees it.
void return_spare(Buffer buffer) noexcept;

}  // namespace osprey::wire
