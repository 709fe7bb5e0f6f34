// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <utility>

namespace conform {

// Why something is not as it should be: a kind for those who decide, a text for people. Nobody
// searches the text.
struct Reason {
  enum class Kind : std::uint8_t {
    stated,   // the text says it all
    timeout,  // what was waited for did not come
    crashed,  // a program under test was ended by a signal
  };

  Reason() = default;
  Reason(std::string said) : text(std::move(said)) {}
  Reason(const char* said) : text(said) {}
  Reason(Kind of, std::string said) : kind(of), text(std::move(said)) {}
  static Reason timeout(const std::string& what) { return {Kind::timeout, what + ": timeout"}; }
  static Reason crash(std::string said) { return {Kind::crashed, std::move(said)}; }

  bool empty() const { return text.empty(); }
  bool is_timeout() const { return kind == Kind::timeout; }
  bool is_crash() const { return kind == Kind::crashed; }
  // The same, told of a part of something larger.
  Reason behind(const std::string& prefix) const { return {kind, prefix + text}; }

  Kind kind = Kind::stated;
  std::string text;
};

}  // namespace conform
