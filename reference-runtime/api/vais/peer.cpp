// SPDX-License-Identifier: Apache-2.0
#include "api/vais/peer.hpp"

#include <mutex>
#include <unordered_map>

namespace osprey::api::vais {
namespace {

struct Peers {
  std::mutex mutex;
  std::unordered_map<std::int64_t, std::shared_ptr<Peer>> by_fd;
};

// Never destroyed: threads may still use connections while the process ends.
Peers& peers() {
  static Peers& the_peers = *new Peers;
  return the_peers;
}

}  // namespace

std::shared_ptr<Peer> new_peer(std::int64_t fd) {
  auto peer = std::make_shared<Peer>();
  const std::lock_guard lock(peers().mutex);
  peers().by_fd[fd] = peer;
  return peer;
}

std::shared_ptr<Peer> peer_of(std::int64_t fd) {
  const std::lock_guard lock(peers().mutex);
  auto& peer = peers().by_fd[fd];
  if (peer == nullptr) {
    peer = std::make_shared<Peer>();
  }
  return peer;
}

void forget_peer(std::int64_t fd) {
  const std::lock_guard lock(peers().mutex);
  peers().by_fd.erase(fd);
}

}  // namespace osprey::api::vais
