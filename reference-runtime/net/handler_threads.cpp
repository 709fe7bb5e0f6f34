// SPDX-License-Identifier: Apache-2.0
#include "net/handler_threads.hpp"

#include <new>
#include <system_error>
#include <utility>

namespace osprey::net {
namespace {

thread_local const HandlerThreads* threads_of_this = nullptr;

}  // namespace

bool HandlerThreads::is_member() const {
  return threads_of_this == this;
}

bool HandlerThreads::launch(std::function<void()> work) {
  Members over;
  {
    const std::lock_guard lock(mutex_);
    for (auto member = members_.begin(); member != members_.end();) {
      const auto next = std::next(member);
      if (member->over) {
        over.splice(over.end(), members_, member);
      }
      member = next;
    }
  }
  for (Member& member : over) {
    member.thread.join();  // at once: it has nothing left to do
  }
  return add(std::move(work));
}

bool HandlerThreads::add(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (members_.size() >= most_) {
    return false;
  }
  try {
    Member& member = members_.emplace_back();
    try {
      member.thread = std::thread([this, &member, work = std::move(work)] {
        threads_of_this = this;
        work();
        const std::lock_guard end(mutex_);
        member.over = true;
      });
      return true;
    } catch (const std::system_error&) {
      members_.pop_back();
    }
  } catch (const std::bad_alloc&) {
  }
  return false;
}

void HandlerThreads::join() {
  Members all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(members_);  // list nodes keep their addresses
  }
  for (Member& member : all) {
    member.thread.join();
  }
}

}  // namespace osprey::net
