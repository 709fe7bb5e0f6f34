// SPDX-License-Identifier: Apache-2.0
// Loop: birth, connections in, stop. Who serves what is in loop_serve.cpp.
#include "net/loop.hpp"

#include "net/outcome.hpp"

namespace osprey::net {
namespace {

TimerNode& node_of(void* table, std::uint32_t index) {
  return static_cast<ConnectionTable*>(table)->find(index)->timer;
}

}  // namespace

Loop::Loop(unsigned threads, unsigned spares)
    : reactor_(node_of, &table_),
      around_{reactor_, table_, *this},
      workers_(reactor_, *this, threads, spares) {}

Loop::~Loop() = default;

Result<std::shared_ptr<Loop>> Loop::start(unsigned threads, unsigned spares) {
  auto loop = std::make_shared<Loop>(threads, spares);
  if (auto opened = loop->reactor_.open(); !opened) {
    return std::move(opened.error());
  }
  if (auto started = loop->workers_.start(); !started) {
    return std::move(started.error());
  }
  return loop;
}

Result<std::uint64_t> Loop::add(Fd fd, std::unique_ptr<Protocol> protocol, std::unique_ptr<Tls> tls,
                                const ConnectionPolicy& policy, Tick deadline) {
  ConnectionState* const state = table_.acquire();
  if (state == nullptr) {
    return Error{stopping() ? ErrorCode::closed : ErrorCode::no_resources,
                 stopping() ? "the event loop is stopping" : "too many connections", 0};
  }
  state->transport.open(std::move(fd), std::move(tls));
  state->protocol = std::move(protocol);
  state->policy = &policy;
  state->phase_deadline = deadline;
  state->owner.publish();
  const std::uint64_t id = state->id();
  if (auto watched =
          reactor_.watch(state->transport.fd(), id, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
      !watched) {
    table_.release(*state);
    finish_if_drained();
    return std::move(watched.error());
  }
  if (deadline != kNever) {
    reactor_.arm(state->index, deadline);
  }
  let_go_to_others(*state);
  return id;
}

Result<void> Loop::add(Listening listening, OnSocket on_socket) {
  const std::lock_guard lock(stop_mutex_);
  if (stopping()) {
    return Error{ErrorCode::closed, "the event loop is stopping", 0};
  }
  const int fd = listening.fd.get();
  accepting_.push_back(std::make_shared<Accepting>(std::move(listening), std::move(on_socket)));
  return reactor_.watch(fd, kFirstListenerId + accepting_.size() - 1, EPOLLIN | EPOLLET);
}

void Loop::begin_stop(std::chrono::milliseconds drain) {
  {
    const std::lock_guard lock(stop_mutex_);
    if (stopping_.exchange(true)) {
      return;
    }
    for (const auto& accepting : accepting_) {
      accepting->listener.close();
    }
  }
  for (const std::uint64_t id : table_.close()) {
    mark(id, kStop);
  }
  reactor_.hand_over_later(kDrainId, drain);
  finish_if_drained();
}

void Loop::stop(std::chrono::milliseconds drain) {
  begin_stop(drain);
  if (on_own_thread()) {
    return;
  }
  const std::lock_guard lock(join_mutex_);
  workers_.join();
  reactor_.close();  // handles may keep this object for long; it must not keep descriptors
}

void Loop::finish_if_drained() {
  if (stopping() && table_.count() == 0) {
    workers_.finish();
  }
}

}  // namespace osprey::net
