// SPDX-License-Identifier: Apache-2.0
#include "net/link.hpp"

namespace osprey::net {
namespace {

// Back to how a new slot looks; the descriptor closes here.
void empty_out(Link& link) {
  link.phase_deadline = kNever;
  link.stall_deadline = kNever;
  link.policy = nullptr;
  link.transport.clear();
  link.protocol.reset();
  link.unread.reset();
  link.phase = Phase::open;
  link.end_reason = EndReason::finished;
  link.started = false;
  link.held = false;
}

}  // namespace

LinkTable::~LinkTable() {
  for (auto& chunk : chunks_) {
    delete[] chunk.load(std::memory_order_relaxed);
  }
}

Link* LinkTable::find(std::uint32_t index) const {
  if (index >= kChunk * kChunks) {
    return nullptr;
  }
  Link* const chunk = chunks_[index / kChunk].load(std::memory_order_acquire);
  return chunk == nullptr ? nullptr : chunk + index % kChunk;
}

Link* LinkTable::acquire() {
  const std::lock_guard lock(mutex_);
  if (closed_) {
    return nullptr;
  }
  if (free_.empty()) {
    if (used_ == kChunk * kChunks) {
      return nullptr;
    }
    free_.reserve(free_.capacity() + kChunk);  // so that giving back never allocates
    auto chunk = std::make_unique<Link[]>(kChunk);
    for (std::uint32_t i = 0; i < kChunk; ++i) {
      chunk[i].index = used_ + i;
      chunk[i].owner.clear();
      free_.push_back(used_ + kChunk - 1 - i);
    }
    chunks_[used_ / kChunk].store(chunk.release(), std::memory_order_release);
    used_ += kChunk;
  }
  Link* const link = find(free_.back());
  free_.pop_back();
  count_.fetch_add(1, std::memory_order_acq_rel);
  return link;
}

void LinkTable::release(Link& link) {
  std::unique_ptr<Inbox> inbox;  // freed after the lock
  {
    const std::lock_guard lock(inbox_mutex(link.index));
    inbox = std::move(link.inbox);
    link.owner.next_generation();
  }
  empty_out(link);
  push_free(link);
}

void LinkTable::push_free(Link& link) {
  const std::lock_guard lock(mutex_);
  free_.push_back(link.index);
  count_.fetch_sub(1, std::memory_order_acq_rel);
}

std::vector<std::uint64_t> LinkTable::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  return live();
}

std::vector<std::uint64_t> LinkTable::live() const {
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
