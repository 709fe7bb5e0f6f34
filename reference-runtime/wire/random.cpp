// SPDX-License-Identifier: Apache-2.0
#include "wire/random.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstring>
#include <limits>

#include "wire/mask.hpp"

namespace osprey::wire {
namespace {

// Counts forks, so that a child never uses keys its parent also holds.
std::atomic<unsigned> fork_count{0};

// Random octets for masks, drawn by the block because one call a frame would cost more than the
// frame.
class KeyPool {
 public:
  KeyPool() noexcept = default;
  KeyPool(const KeyPool&) = delete;
  KeyPool& operator=(const KeyPool&) = delete;
  ~KeyPool() { OPENSSL_cleanse(octets_.data(), octets_.size()); }

  std::optional<MaskKey> next() noexcept {
    const unsigned forks = fork_count.load(std::memory_order_relaxed);
    if (used_ == octets_.size() || forks != forks_seen_) {
      if (!random_octets(octets_)) {
        used_ = octets_.size();
        return std::nullopt;
      }
      used_ = 0;
      forks_seen_ = forks;
    }
    MaskKey key;
    std::memcpy(key.data(), octets_.data() + used_, key.size());
    std::memset(octets_.data() + used_, 0, key.size());
    used_ += key.size();
    return key;
  }

 private:
  std::array<std::uint8_t, 1024> octets_{};
  std::size_t used_ = octets_.size();
  unsigned forks_seen_ = 0;
};

bool watch_forks() noexcept {
  return pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1); }) == 0;
}

}  // namespace

bool random_octets(Octets to) noexcept {
  return to.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()) &&
         RAND_bytes(to.data(), static_cast<int>(to.size())) == 1;
}

std::optional<MaskKey> fresh_mask_key() noexcept {
  // RFC 6455 §5.3: each frame gets a key that cannot be foretold from the ones before.
  static const bool watching = watch_forks();
  thread_local KeyPool pool;
  return watching ? pool.next() : std::nullopt;
}

}  // namespace osprey::wire
