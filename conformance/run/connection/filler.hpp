// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "case/payload.hpp"
#include "wire/octets.hpp"
#include "wire/random.hpp"

namespace conform {

// `size` octets of one kind. The texts have the repetitions of real data, so that compression finds
// about as much in them as it does in prose (a third stays), in API answers and in pages (a
// twentieth stays). `utf8` is whole code points of one to four octets, so it must not be cut like
// the others. Any thread.
wire::Octets filled(Fill fill, wire::Random& random, std::uint64_t size);

}  // namespace conform
