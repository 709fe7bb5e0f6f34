// SPDX-License-Identifier: Apache-2.0
#include "run/connection/payload_maker.hpp"

#include <map>
#include <mutex>
#include <utility>

#include "run/connection/filler.hpp"
#include "wire/random.hpp"
#include "wire/utf8.hpp"

namespace conform {

using wire::Octets;
using wire::Random;

std::uint64_t PayloadMaker::size_of(const Size& size) const {
  if (size.kind == Size::Kind::at_limit) return message_limit_;
  if (size.kind == Size::Kind::over_limit) return message_limit_ + 1;
  return full_ ? size.octets_full : size.octets;
}

static constexpr std::uint64_t kPool = std::uint64_t{4} << 20U;

// Large payloads are cut out of one long text per kind: a thousand messages need not be drawn one
// by one. All threads share them.
static const Octets& pool_of(Fill fill, std::uint64_t seed) {
  static std::mutex mutex;
  static std::map<std::pair<Fill, std::uint64_t>, Octets> pools;
  const std::lock_guard lock(mutex);
  auto& pool = pools[{fill, seed}];
  if (pool.empty()) {
    Random random(seed, "pool");
    pool = filled(fill, random, kPool);
  }
  return pool;
}

// `size` octets from about `from` on, of whole code points only: the rest is filled up.
static Octets cut_utf8(const Octets& text, std::size_t from, std::uint64_t size) {
  const std::size_t start = wire::start_of_code_point(text, from);
  const std::size_t end = wire::start_of_code_point(text, start + size);
  Octets out = text.substr(start, end - start);
  out.resize(size, 'e');
  return out;
}

Octets PayloadMaker::fill(Fill fill, std::uint64_t size, std::uint64_t repetition) const {
  Random random(seed_, case_id_ + '#' + std::to_string(static_cast<int>(fill)) + '#' +
                           std::to_string(size) + '#' + std::to_string(repetition));
  if (fill == Fill::zero || size < 256 || size > kPool / 4) return filled(fill, random, size);
  const Octets& pool = pool_of(fill, seed_);
  const auto start = random.below(static_cast<std::uint32_t>(kPool - size));
  return fill == Fill::utf8 ? cut_utf8(pool, start, size) : pool.substr(start, size);
}

Octets PayloadMaker::make(const Payload& payload, std::uint64_t repetition) const {
  switch (payload.kind) {
    case Payload::Kind::octets:
      return payload.octets;
    case Payload::Kind::sized:
      return fill(payload.fill, size_of(payload.size), repetition);
    case Payload::Kind::repeat: {
      const Octets unit = make(payload.parts.front(), repetition);
      Octets out;
      out.reserve(unit.size() * payload.times);
      for (std::uint64_t i = 0; i < payload.times; ++i) out += unit;
      return out;
    }
    case Payload::Kind::join: {
      Octets out;
      for (const Payload& part : payload.parts) out += make(part, repetition);
      return out;
    }
  }
  return {};
}

}  // namespace conform
