// SPDX-License-Identifier: Apache-2.0
// The ids that the built-ins hand out. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace osprey::api {

// What an id stands for.
class Object {
 public:
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;
};

// The kinds have to differ by name: Clang holds two types of one name for one, also in unnamed
// namespaces of two files. One numbering for all kinds; a number is never used again, so an old id
// finds nothing rather than somebody else's object.
class Registry {
 public:
  std::int64_t add(std::shared_ptr<Object> object);
  // Another name for an object the registry does not keep alive by itself.
  std::int64_t reserve();
  void put(std::int64_t id, std::shared_ptr<Object> object);

  // Null for an id that is unknown, closed or of another kind.
  template <class T>
  std::shared_ptr<T> find(std::int64_t id) const {
    return std::dynamic_pointer_cast<T>(get(id));
  }
  // The same, and the id is gone: of several threads only one gets it.
  template <class T>
  std::shared_ptr<T> take(std::int64_t id) {
    const std::lock_guard lock(mutex_);
    const auto at = objects_.find(id);
    if (at == objects_.end()) {
      return nullptr;
    }
    auto object = std::dynamic_pointer_cast<T>(at->second);
    if (object != nullptr) {
      objects_.erase(at);
    }
    return object;
  }
  void drop(std::int64_t id);

  template <class T>
  std::vector<std::shared_ptr<T>> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<T>> found;
    for (const auto& [id, object] : objects_) {
      if (auto kind = std::dynamic_pointer_cast<T>(object)) {
        found.push_back(std::move(kind));
      }
    }
    return found;
  }

 private:
  std::shared_ptr<Object> get(std::int64_t id) const;

  mutable std::mutex mutex_;
  std::int64_t last_ = 0;
  std::unordered_map<std::int64_t, std::shared_ptr<Object>> objects_;
};

// The process's own. Never destroyed: handlers may still run while the process ends.
Registry& registry();

}  // namespace osprey::api
