// SPDX-License-Identifier: Apache-2.0
// What a built-in answers, once for both editions: a number, or a code with a message. The C
// functions only rewrite it.
#pragma once

#include <osprey/osprey.h>

#include <cstdint>
#include <osprey/result.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace osprey::api {

struct Failure {
  std::int64_t code = OSPREY_ERR_SYSTEM;
  std::string what;  // which argument or what happened, one line
};

class Outcome {
 public:
  Outcome(std::int64_t value) : content_(value) {}            // NOLINT(google-explicit-constructor)
  Outcome(Failure failure) : content_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const noexcept { return content_.index() == 0; }
  [[nodiscard]] std::int64_t value() const noexcept { return *std::get_if<0>(&content_); }
  [[nodiscard]] const Failure& failure() const noexcept { return *std::get_if<1>(&content_); }

 private:
  std::variant<std::int64_t, Failure> content_;
};

// The sentence of the documented table; begins every message.
[[nodiscard]] std::string_view text_of_code(std::int64_t code) noexcept;

[[nodiscard]] Failure failure(std::int64_t code, std::string what);
// An error of the layer below. `bind` and `listen` troubles have codes of their own.
[[nodiscard]] Failure failure(const Error& error);

// osprey-int: the value, or the code.
[[nodiscard]] std::int64_t as_code(const Outcome& outcome) noexcept;
// osprey-result: "code text: what", in memory the caller frees.
[[nodiscard]] OspreyResult as_result(const Outcome& outcome) noexcept;

// Runs a built-in so that nothing is thrown across C.
template <class Function>
Outcome guarded(Function&& function) noexcept {
  try {
    return std::forward<Function>(function)();
  } catch (const std::bad_alloc&) {
    return Failure{OSPREY_ERR_RESOURCES, {}};  // an empty string needs no memory
  } catch (...) {
    return Failure{OSPREY_ERR_SYSTEM, {}};
  }
}

}  // namespace osprey::api
