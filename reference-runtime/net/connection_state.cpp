// SPDX-License-Identifier: Apache-2.0
#include "net/connection_state.hpp"

namespace osprey::net {
namespace {

// Back to how a new slot looks; the descriptor closes here.
void empty_out(ConnectionState& state) {
  state.phase_deadline = kNever;
  state.stall_deadline = kNever;
  state.policy = nullptr;
  state.transport.clear();
  state.protocol.reset();
  state.unread.reset();
  state.phase = Phase::open;
  state.end_reason = EndReason::finished;
  state.started = false;
  state.held = false;
}

}  // namespace

ConnectionTable::~ConnectionTable() {
  for (auto& chunk : chunks_) {
    delete[] chunk.load(std::memory_order_relaxed);
  }
}

ConnectionState* ConnectionTable::find(std::uint32_t index) const {
  if (index >= kChunk * kChunks) {
    return nullptr;
  }
  ConnectionState* const chunk = chunks_[index / kChunk].load(std::memory_order_acquire);
  return chunk == nullptr ? nullptr : chunk + index % kChunk;
}

ConnectionState* ConnectionTable::acquire() {
  const std::lock_guard lock(mutex_);
  if (closed_) {
    return nullptr;
  }
  if (free_.empty()) {
    if (used_ == kChunk * kChunks) {
      return nullptr;
    }
    free_.reserve(free_.capacity() + kChunk);  // so that giving back never allocates
    auto chunk = std::make_unique<ConnectionState[]>(kChunk);
    for (std::uint32_t i = 0; i < kChunk; ++i) {
      chunk[i].index = used_ + i;
      chunk[i].owner.clear();
      free_.push_back(used_ + kChunk - 1 - i);
    }
    chunks_[used_ / kChunk].store(chunk.release(), std::memory_order_release);
    used_ += kChunk;
  }
  ConnectionState* const state = find(free_.back());
  free_.pop_back();
  count_.fetch_add(1, std::memory_order_acq_rel);
  return state;
}

void ConnectionTable::release(ConnectionState& state) {
  std::unique_ptr<Inbox> inbox;  // freed after the lock
  {
    const std::lock_guard lock(inbox_mutex(state.index));
    inbox = std::move(state.inbox);
    state.owner.next_generation();
  }
  empty_out(state);
  push_free(state);
}

void ConnectionTable::push_free(ConnectionState& state) {
  const std::lock_guard lock(mutex_);
  free_.push_back(state.index);
  count_.fetch_sub(1, std::memory_order_acq_rel);
}

std::vector<std::uint64_t> ConnectionTable::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  return live();
}

std::vector<std::uint64_t> ConnectionTable::live() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> ids;
  ids.reserve(count());
  for (std::uint32_t index = 0; index < used_; ++index) {
    if (const std::uint64_t id = find(index)->owner.living(index); id != 0) {
      ids.push_back(id);
    }
  }
  return ids;
}

}  // namespace osprey::net
