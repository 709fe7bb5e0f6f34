// SPDX-License-Identifier: Apache-2.0
#include "api/registry.hpp"

#include <utility>

namespace osprey::api {

std::int64_t Registry::add(std::shared_ptr<Object> object) {
  const std::lock_guard lock(mutex_);
  const std::int64_t id = ++last_;
  objects_.emplace(id, std::move(object));
  return id;
}

std::int64_t Registry::reserve() {
  const std::lock_guard lock(mutex_);
  return ++last_;
}

void Registry::put(std::int64_t id, std::shared_ptr<Object> object) {
  const std::lock_guard lock(mutex_);
  objects_.insert_or_assign(id, std::move(object));
}

void Registry::drop(std::int64_t id) {
  std::shared_ptr<Object> object;  // ends after the lock: its destructor may wait for handlers
  {
    const std::lock_guard lock(mutex_);
    if (const auto at = objects_.find(id); at != objects_.end()) {
      object = std::move(at->second);
      objects_.erase(at);
    }
  }
}

std::shared_ptr<Object> Registry::get(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto at = objects_.find(id);
  return at == objects_.end() ? nullptr : at->second;
}

Registry& registry() {
  static Registry& the_registry = *new Registry;
  return the_registry;
}

}  // namespace osprey::api
